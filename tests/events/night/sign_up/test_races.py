"""Organisers who click at the same instant: everything is done once."""

import datetime as dt

from events.models import Slot
from events.night.editions import copying, preparing, siting
from events.night.editions.preparing import EditionRefused
from events.night.editions.siting import Site
from events.night.models import Edition, Headquarters, Sector
from events.night.sectors import importing, reshaping
from tests.factories.night import (
    EditionFactory,
    HeadquartersFactory,
    PlaceKindFactory,
    SectorFactory,
    SectorImportFactory,
)
from tests.factories.volunteers import DistrictFactory, UserFactory, square
from tests.racing import at_once
from volunteers.points import Point

FOUR = range(4)


def test_four_clicks_make_one_copy(transactional_db):
    edition, by = EditionFactory(), UserFactory()
    SectorFactory(headquarters__edition=edition)
    later = edition.starts_at + dt.timedelta(weeks=52)

    made = at_once(lambda _n: copying.copy(edition, starts_at=later, names={"fr": "Nuit"}, by=by), FOUR)

    assert len({one.pk for one in made}) == 1
    assert (Edition.objects.count(), Sector.objects.count(), Slot.objects.count()) == (2, 2, 2)


def test_four_clicks_write_a_file_once(transactional_db):
    headquarters = HeadquartersFactory(district__code="07")
    PlaceKindFactory()
    sent, by = SectorImportFactory(edition=headquarters.edition), UserFactory()
    digest = importing.plan_of(sent, edition=sent.edition, by=by)[0].digest

    done = at_once(lambda _n: importing.confirm(sent, digest=digest, despite=False, by=by), FOUR)

    assert [one.state for one in done] == ["done"] * 4
    assert list(Sector.objects.values_list("code", flat=True)) == ["07-7"]


def test_two_files_at_once_are_each_compared_with_what_the_other_wrote(transactional_db):
    headquarters = HeadquartersFactory(district__code="07")
    PlaceKindFactory()
    sent, by = SectorImportFactory.create_batch(2, edition=headquarters.edition), UserFactory()
    digests = [importing.plan_of(one, edition=one.edition, by=by)[0].digest for one in sent]

    results = at_once(lambda n: importing.confirm(sent[n], digest=digests[n], despite=False, by=by), range(2))

    assert sorted(isinstance(one, EditionRefused) for one in results) == [False, True]
    assert Sector.objects.count() == 1


def test_a_district_gets_one_headquarters_and_a_sector_is_cut_once(transactional_db):
    edition, district, by = EditionFactory(), DistrictFactory(code="07"), UserFactory()
    site = Site(None, 100, edition.starts_at - dt.timedelta(hours=4))

    at_once(lambda _n: siting.open_headquarters(edition, district=district, site=site, by=by), FOUR)

    headquarters = Headquarters.objects.get()
    assert Slot.objects.count() == 1
    ground = {"type": "Polygon", "coordinates": [square(2.30, 48.85, 0.01)]}
    sector = SectorFactory(headquarters=headquarters, code="07-1", boundary=ground)
    line = [Point(48.84, 2.304), Point(48.87, 2.304)]
    results = at_once(lambda _n: reshaping.cut(sector, line=line, code="07-2", by=by), FOUR)
    assert sorted(isinstance(one, EditionRefused) for one in results) == [False, True, True, True]
    assert Sector.objects.count() == 2


def test_a_state_is_changed_by_one_of_two_who_want_different_ones(transactional_db):
    edition = EditionFactory(state="open")
    SectorFactory(headquarters__edition=edition)
    by = UserFactory()

    results = at_once(lambda to: preparing.change_state(edition, to=to, seen="open", by=by), ["rostering", "preparing"])

    assert sorted(isinstance(one, EditionRefused) for one in results) == [False, True]
