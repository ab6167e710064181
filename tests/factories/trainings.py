import factory
from factory.django import DjangoModelFactory

from tests.factories.events import SlotFactory
from tests.factories.volunteers import NetworkFactory
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


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = models.Session

    training = factory.SubFactory(TrainingFactory)
    slot = factory.SubFactory(SlotFactory, kind="training", network=factory.SelfAttribute("..training.network"))
