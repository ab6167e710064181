import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.night import models
from tests.factories.events import SlotFactory
from tests.factories.volunteers import DistrictFactory, NetworkFactory


class EditionFactory(DjangoModelFactory):
    """An edition in sixty days, from ten in the evening to one in the morning, being prepared."""

    class Meta:
        model = models.Edition

    class Params:
        open = factory.Trait(state=models.Edition.State.OPEN)

    network = factory.SubFactory(NetworkFactory)
    name_fr = "Nuit de la Solidarité"
    name_en = "Night of Solidarity"
    starts_at = factory.LazyFunction(
        lambda: (timezone.localtime() + dt.timedelta(days=60)).replace(hour=22, minute=0, second=0, microsecond=0)
    )
    ends_at = factory.LazyAttribute(lambda edition: edition.starts_at + dt.timedelta(hours=3))
    opens_at = factory.LazyAttribute(lambda edition: edition.starts_at - dt.timedelta(days=61))
    closes_at = factory.LazyAttribute(lambda edition: edition.starts_at - dt.timedelta(days=10))


class HeadquartersFactory(DjangoModelFactory):
    """A headquarters whose people are due four hours before the teams go out."""

    class Meta:
        model = models.Headquarters

    edition = factory.SubFactory(EditionFactory)
    district = factory.SubFactory(DistrictFactory)
    slot = factory.SubFactory(
        SlotFactory,
        kind="night",
        draft=True,
        network=factory.SelfAttribute("..edition.network"),
        starts_at=factory.LazyAttribute(lambda slot: slot.factory_parent.edition.starts_at - dt.timedelta(hours=4)),
        ends_at=factory.LazyAttribute(lambda slot: slot.factory_parent.edition.ends_at),
        venue__district=factory.SelfAttribute("...district"),
        capacity=100,
    )


class PlaceKindFactory(DjangoModelFactory):
    class Meta:
        model = models.PlaceKind

    slug = factory.Sequence(lambda n: f"street-{n}")
    name_fr = "Rue"
    name_en = "Street"


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = models.Sector

    headquarters = factory.SubFactory(HeadquartersFactory)
    edition = factory.SelfAttribute("headquarters.edition")
    code = factory.Sequence(lambda n: f"07-{100 + n}")  # tests name smaller numbers
    kind = factory.SubFactory(PlaceKindFactory)


class SectorImportFactory(DjangoModelFactory):
    """A file with one new sector, 07-7, that nobody has decided on."""

    class Meta:
        model = models.SectorImport

    edition = factory.SubFactory(EditionFactory)
    what = models.SectorImport.What.SECTORS
    name = "sectors.csv"
    sha256 = factory.Sequence(lambda n: f"{n:064}")
    rows = factory.LazyFunction(
        lambda: [{"remarks": []}, {"number": 2, "cells": {"code": "07-7"}, "boundary": {}, "faults": []}]
    )
