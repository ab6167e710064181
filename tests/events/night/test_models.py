import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.night.models import Edition, SectorTag
from tests.factories.night import EditionFactory, HeadquartersFactory, SectorFactory
from tests.factories.volunteers import QualificationFactory
from volunteers.models import SpokenLanguage

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def refused(change):
    """The name of the constraint that refuses the change; the change as such is possible."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change()
    return str(refusal.value)


def change(row, **values):
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"least": 0}, "sector_sizes_in_order"),
        ({"least": 5}, "sector_sizes_in_order"),
        ({"target": 6}, "sector_sizes_in_order"),
        ({"most": 3}, "sector_sizes_in_order"),
        ({"most": 21}, "sector_sizes_in_order"),
        ({"walk": 3}, "sector_walk_0_to_2"),
        ({"code": ""}, "sector_has_a_code"),
    ],
)
def test_a_sector_is_possible(values, constraint):
    sector = SectorFactory()
    change(sector, least=3, target=4, most=5, walk=2, code="07-6")()

    assert constraint in refused(change(sector, **values))


def test_a_code_is_one_sector_s_in_an_edition_and_another_s_in_the_next():
    sector = SectorFactory(code="07-6")
    SectorFactory(code="07-6")

    message = refused(lambda: SectorFactory(code="07-6", headquarters=sector.headquarters))

    assert "sector_code_in_edition" in message or "night_sector.edition_id, night_sector.code" in message


def test_a_tag_is_one_thing_and_stands_once():
    sector = SectorFactory()
    arabic = SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    metro = QualificationFactory()
    SectorTag.objects.create(sector=sector, language=arabic, is_needed=True)
    SectorTag.objects.create(sector=sector, qualification=metro)
    tags = SectorTag.objects

    assert "sector_tag_one_thing" in refused(lambda: tags.create(sector=sector))
    assert "sector_tag_one_thing" in refused(
        lambda: tags.create(sector=SectorFactory(), language=arabic, qualification=metro)
    )
    refused(lambda: tags.create(sector=sector, language=arabic))
    refused(lambda: tags.create(sector=sector, qualification=metro, is_needed=True))
    assert [(str(tag), tag.is_needed) for tag in sector.tags.all()] == [("arabe", True), (str(metro), False)]


def test_an_edition_has_its_hours_in_order():
    edition = EditionFactory(open=True)
    hour = dt.timedelta(hours=1)

    assert "edition_ends_after_starts" in refused(change(edition, ends_at=edition.starts_at))
    assert "edition_sign_up_closes_after_opens" in refused(change(edition, opens_at=edition.closes_at))
    assert "edition_sign_up_closes_before_night" in refused(change(edition, closes_at=edition.starts_at + hour))
    assert "edition_open_has_dates" in refused(change(edition, opens_at=None))
    refused(lambda: EditionFactory(network=edition.network, starts_at=edition.starts_at))
    EditionFactory(network=edition.network, starts_at=edition.starts_at + hour, opens_at=None, closes_at=None)


def test_a_district_has_one_headquarters_in_an_edition_and_the_slot_is_its_own():
    headquarters = HeadquartersFactory(quota=1)

    refused(lambda: HeadquartersFactory(edition=headquarters.edition, district=headquarters.district))
    refused(lambda: HeadquartersFactory(slot=headquarters.slot))
    assert "headquarters_quota_of_somebody" in refused(change(headquarters, quota=0))
    HeadquartersFactory(district=headquarters.district)


@pytest.mark.parametrize("state", Edition.State)
@pytest.mark.parametrize("hours", [-1, 0, 1, 2])
def test_one_signs_up_while_it_is_open(state, hours):
    now = timezone.now()
    edition = EditionFactory(state=state, opens_at=now, closes_at=now + dt.timedelta(hours=2))
    moment = now + dt.timedelta(hours=hours)

    is_open = edition.is_open(moment)

    assert is_open is (state == "open" and hours in (0, 1))
    assert Edition.objects.open(moment).exists() is is_open


def test_the_night_is_the_evening_s_day():
    edition = EditionFactory(starts_at=dt.datetime(2027, 1, 28, 23, 30, tzinfo=dt.UTC))

    assert edition.night_on == dt.date(2027, 1, 29)


def test_sizes_are_counted():
    headquarters = HeadquartersFactory()
    SectorFactory.create_batch(2, headquarters=headquarters)
    other = HeadquartersFactory(edition=headquarters.edition)

    (edition,) = Edition.objects.with_sizes()

    assert (edition.headquarters_count, edition.sectors_count) == (2, 2)
    rows = {row.pk: (row.sectors_count, row.wanted) for row in edition.headquarters.with_sizes()}
    assert rows == {headquarters.pk: (2, 8), other.pk: (0, 0)}
