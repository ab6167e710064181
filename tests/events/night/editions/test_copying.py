import datetime as dt

import pytest
from django.utils import timezone

from events.models import Slot
from events.night.editions import copying
from events.night.editions.preparing import EditionRefused
from events.night.models import Edition, Sector, SectorTag
from tests.factories.night import EditionFactory, HeadquartersFactory, SectorFactory
from tests.factories.volunteers import QualificationFactory, UserFactory
from volunteers.models import SpokenLanguage

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NAMES = {"fr": "Nuit 2028", "en": "Night 2028"}


@pytest.fixture
def edition():
    made = EditionFactory(state="results", charter_version="2027-01")
    briefing_at = made.starts_at - dt.timedelta(hours=2)
    one = HeadquartersFactory(edition=made, briefing_at=briefing_at, meal="Soupe", contact="Ali, 01 23", quota=80)
    one.slot.people_in_charge.add(UserFactory())
    HeadquartersFactory(edition=made)
    sector = SectorFactory(headquarters=one, code="07-6", dangers="Quais")
    SectorFactory(headquarters=one, code="07-7")
    SectorTag.objects.create(sector=sector, qualification=QualificationFactory(), is_needed=True)
    SectorTag.objects.create(
        sector=sector, language=SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    )
    return made


def test_a_copy_has_the_headquarters_and_the_sectors_and_nobody(edition):
    later = edition.starts_at + dt.timedelta(weeks=52)

    new = copying.copy(edition, starts_at=later, names=NAMES, by=UserFactory())

    year = dt.timedelta(weeks=52)
    assert (new.state, new.name_fr, new.name_en, new.charter_version) == ("preparing", *NAMES.values(), "2027-01")
    assert (new.starts_at, new.ends_at, new.opens_at) == (later, edition.ends_at + year, edition.opens_at + year)
    old, copied = (
        [
            (one.district, one.meal, one.quota, one.slot.venue, one.slot.capacity, one.slot.starts_at)
            for one in which.headquarters.select_related("slot")
        ]
        for which in (edition, new)
    )
    assert copied == [(*facts[:5], facts[5] + year) for facts in old]
    first = new.headquarters.exclude(meal="").get()
    assert first.contact == ""
    assert (first.slot.state, first.slot.people_in_charge.count(), first.slot.is_open()) == ("draft", 0, False)
    assert first.slot.title_fr == f"Nuit 2028 · {first.district}"
    assert list(new.sectors.values_list("code", "dangers", "headquarters")) == [
        ("07-6", "Quais", first.pk),
        ("07-7", "", first.pk),
    ]
    tags = [
        [(str(tag), tag.is_needed) for tag in which.sectors.get(code="07-6").tags.all()] for which in (edition, new)
    ]
    assert tags[0] == tags[1] and len(tags[1]) == 2


def test_copying_twice_is_copying_once(edition):
    later = edition.starts_at + dt.timedelta(weeks=52)
    first = copying.copy(edition, starts_at=later, names=NAMES, by=UserFactory())

    assert copying.copy(edition, starts_at=later, names=NAMES, by=UserFactory()) == first
    assert (Edition.objects.count(), Sector.objects.count(), Slot.objects.count()) == (2, 4, 4)


def test_a_night_that_another_edition_has_is_refused_and_nothing_is_written(edition):
    other = EditionFactory(network=edition.network, starts_at=edition.starts_at + dt.timedelta(weeks=52))

    with pytest.raises(EditionRefused, match=str(other.name)):
        copying.copy(edition, starts_at=other.starts_at, names=NAMES, by=UserFactory())

    assert (Edition.objects.count(), Sector.objects.count()) == (2, 2)


def test_a_copy_across_a_change_of_clocks_keeps_the_hours(edition):
    summer = timezone.make_aware(dt.datetime(timezone.now().year + 1, 7, 1, 22, 0))  # noqa: DTZ001 (the city's)

    new = copying.copy(edition, starts_at=summer, names=NAMES, by=UserFactory())

    assert {timezone.localtime(one.slot.starts_at).hour for one in new.headquarters.select_related("slot")} == {18}
    assert timezone.localtime(new.ends_at).hour == 1


def test_a_copy_takes_as_many_queries_for_many_sectors(edition, django_assert_max_num_queries):
    SectorFactory.create_batch(30, headquarters=edition.headquarters.first())

    with django_assert_max_num_queries(14):
        copying.copy(edition, starts_at=edition.starts_at + dt.timedelta(weeks=52), names=NAMES, by=UserFactory())
