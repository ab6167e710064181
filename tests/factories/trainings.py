import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import NetworkFactory, QualificationFactory
from trainings import models


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = models.Theme

    network = factory.SubFactory(NetworkFactory)
    year = 2026
    quarter = 4
    title_fr = "Aller vers"
    title_en = "Going towards"


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = models.Training

    theme = factory.SubFactory(ThemeFactory)
    network = factory.SelfAttribute("theme.network")
    title_fr = factory.Sequence(lambda n: f"Aller vers {n}")
    title_en = factory.Sequence(lambda n: f"Going towards {n}")
    slug = factory.Sequence(lambda n: f"going-towards-{n}")


class MaterialFactory(DjangoModelFactory):
    """A file to read before any date of its training."""

    class Meta:
        model = models.Material

    training = factory.SubFactory(TrainingFactory)
    title_fr = "Fiche du parcours"
    title_en = "Sheet of the way"
    file = factory.django.FileField(data=b"%PDF-1.7 sheet", filename="sheet.pdf")
    kind = "pdf"
    size = 14
    sha256 = factory.Sequence(lambda n: f"{n:064}")


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = models.Session

    training = factory.SubFactory(TrainingFactory)
    slot = factory.SubFactory(SlotFactory, kind="training", network=factory.SelfAttribute("..training.network"))


class HeldFactory(SessionFactory):
    """A session a week ago, two hours long, of a training that grants a qualification."""

    training = factory.SubFactory(TrainingFactory, grants=factory.SubFactory(QualificationFactory))
    slot = factory.SubFactory(
        SlotFactory,
        kind="training",
        network=factory.SelfAttribute("..training.network"),
        starts_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=7)),
    )


class AttendedFactory(RegistrationFactory):
    """Somebody who was at a session a week ago."""

    slot = factory.LazyAttribute(lambda _row: HeldFactory().slot)
    attendance = "present"


class GrantFactory(DjangoModelFactory):
    """What a session a week ago gave; written straight to the table: what the person holds is not moved along."""

    class Meta:
        model = models.Grant

    registration = factory.SubFactory(AttendedFactory)
    qualification = factory.SubFactory(QualificationFactory)
    granted_on = factory.LazyAttribute(lambda grant: timezone.localdate(grant.registration.slot.starts_at))
    granted_at = factory.LazyFunction(timezone.now)


class CertificateFactory(DjangoModelFactory):
    """Of a session a week ago."""

    class Meta:
        model = models.Certificate

    class Params:
        revoked = factory.Trait(revoked_at=factory.LazyFunction(timezone.now), reason="Une erreur de liste.")

    registration = factory.SubFactory(AttendedFactory)
    number = factory.Sequence(lambda n: f"CCCCC-CCCCC-CCCCC-{n:05}".translate(str.maketrans("0125", "XYTW")))
    name = "Awa Kone"


class EvaluationFactory(DjangoModelFactory):
    """An evaluation that people are answering; the trait ``closed`` makes one whose results can be read."""

    class Meta:
        model = models.Evaluation

    class Params:
        closed = factory.Trait(
            asked_on=factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=20)),
            closed_on=factory.LazyFunction(timezone.localdate),
        )

    session = factory.SubFactory(
        SessionFactory,
        slot__starts_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=1)),
    )
    asked_on = factory.LazyFunction(timezone.localdate)
    closes_on = factory.LazyAttribute(lambda evaluation: evaluation.asked_on + dt.timedelta(days=14))


class EvaluationAnswerFactory(DjangoModelFactory):
    class Meta:
        model = models.EvaluationAnswer

    evaluation = factory.SubFactory(EvaluationFactory)
    score = 4
