import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.night import models
from events.night.partners import filling_in
from events.night.people.bringing import Named
from tests.factories.night import EditionFactory


class PartnerFactory(DjangoModelFactory):
    """An organisation of an open edition; ``linked`` has a link."""

    class Meta:
        model = models.Partner

    class Params:
        linked = factory.Trait(
            link_number=1,
            link_expires_at=factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=30)),
            told_at=factory.LazyFunction(timezone.now),
        )

    edition = factory.SubFactory(EditionFactory, open=True)
    name = factory.Sequence(lambda n: f"Maraude {n}")
    contact_name = "Ida Keller"
    contact_email = factory.Sequence(lambda n: f"contact-{n}@example.org")


def said(**facts):
    return Named(**{"email": "ines@example.org", "first_name": "Inès", "last_name": "Moreau"} | facts)


def name_somebody(partner, **facts):
    """Somebody whom the organisation names as its contact would."""
    return filling_in.name(partner, said(**facts))
