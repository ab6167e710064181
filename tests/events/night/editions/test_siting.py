import dataclasses
import datetime as dt

import pytest

from events.models import Slot
from events.night.editions import siting
from events.night.editions.preparing import EditionRefused
from events.night.editions.siting import Site
from events.night.models import Headquarters, Sector
from events.night.sectors import zoning
from events.night.sectors.zoning import Asked
from events.scheduling import ChangeRefused
from mail.models import Message
from tests.factories.events import RegistrationFactory, VenueFactory
from tests.factories.night import EditionFactory, HeadquartersFactory, PlaceKindFactory, SectorFactory
from tests.factories.night_people import enrol
from tests.factories.volunteers import DistrictFactory, QualificationFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


def site(edition, **more):
    facts = {"venue": VenueFactory(), "capacity": 100, "arrival_at": edition.starts_at - dt.timedelta(hours=4)}
    return Site(**facts | more)


def test_a_headquarters_has_a_slot_for_which_nobody_registers_by_themselves(edition):
    coordinator, district = UserFactory(), DistrictFactory(code="07", name="Palais-Bourbon")
    wanted = site(edition, coordinators=[coordinator], meal="Soupe", contact="Ali", quota=90)

    made = siting.open_headquarters(edition, district=district, site=wanted, by=UserFactory())

    slot = Slot.objects.get(headquarters=made)
    assert (slot.kind, slot.network, slot.state, slot.is_open()) == ("night", edition.network, "draft", False)
    assert (slot.starts_at, slot.ends_at, slot.venue, slot.capacity) == (
        wanted.arrival_at, edition.ends_at, wanted.venue, 100
    )  # fmt: skip
    assert (slot.title_fr, slot.title_en) == (
        "Nuit de la Solidarité · 7 · Palais-Bourbon",
        "Night of Solidarity · 7 · Palais-Bourbon",
    )
    assert (list(slot.people_in_charge.all()), made.meal, made.contact, made.quota) == (
        [coordinator], "Soupe", "Ali", 90
    )  # fmt: skip


def test_a_second_click_opens_no_second_headquarters(edition):
    district, wanted = DistrictFactory(), site(edition)
    first = siting.open_headquarters(edition, district=district, site=wanted, by=UserFactory())

    again = siting.open_headquarters(edition, district=district, site=wanted, by=UserFactory())

    assert (again, Slot.objects.count()) == (first, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda night: {"arrival_at": night + dt.timedelta(minutes=1)},
        lambda night: {"arrival_at": night - dt.timedelta(hours=25)},
        lambda night: {"briefing_at": night - dt.timedelta(hours=5)},
        lambda night: {"briefing_at": night + dt.timedelta(hours=1)},
        lambda night: {"quota": 101},
    ],
)
def test_hours_and_numbers_that_contradict_one_another_are_refused(edition, wrong):
    headquarters = HeadquartersFactory(edition=edition)
    right = site(edition, briefing_at=edition.starts_at - dt.timedelta(hours=1), quota=100)
    siting.change_headquarters(headquarters, site=right, by=UserFactory())

    with pytest.raises(EditionRefused):
        siting.change_headquarters(
            headquarters, site=dataclasses.replace(right, **wrong(edition.starts_at)), by=UserFactory()
        )

    slot = Slot.objects.get(pk=headquarters.slot_id)
    assert (slot.starts_at, Headquarters.objects.get().quota) == (right.arrival_at, 100)


def test_people_who_are_registered_are_told_of_another_place_once(edition):
    headquarters = HeadquartersFactory(edition=edition)
    RegistrationFactory(slot=headquarters.slot)
    elsewhere = site(edition)

    told = siting.change_headquarters(headquarters, site=elsewhere, by=UserFactory())
    again = siting.change_headquarters(headquarters, site=elsewhere, by=UserFactory())

    assert (told, again, Message.objects.filter(kind="events/slot-moved").count()) == (1, 0, 1)


def test_seats_that_are_taken_stay_seats(edition):
    headquarters = HeadquartersFactory(edition=edition)
    RegistrationFactory.create_batch(2, slot=headquarters.slot)

    with pytest.raises(ChangeRefused):
        siting.change_headquarters(headquarters, site=site(edition, capacity=1), by=UserFactory())

    assert Slot.objects.get(pk=headquarters.slot_id).capacity == 100


def test_a_coordinator_says_when_the_briefing_is_and_whom_teams_call(edition):
    headquarters = HeadquartersFactory(edition=edition)
    at = edition.starts_at - dt.timedelta(hours=2)

    siting.describe(headquarters, briefing_at=at, meal="Soupe", contact="Ali, 01 23 45 67 89", by=UserFactory())
    with pytest.raises(EditionRefused):
        siting.describe(headquarters, briefing_at=edition.ends_at, meal="Rien", contact="", by=UserFactory())

    headquarters.refresh_from_db()
    told = (headquarters.briefing_at, headquarters.meal, headquarters.contact)
    assert told == (at, "Soupe", "Ali, 01 23 45 67 89")


def test_only_an_empty_headquarters_is_given_up(edition):
    empty, manned, zoned = HeadquartersFactory.create_batch(3, edition=edition)
    RegistrationFactory(slot=manned.slot)
    SectorFactory(headquarters=zoned)
    user = UserFactory()

    for one in (manned, zoned):
        with pytest.raises(EditionRefused):
            siting.close_headquarters(one, by=user)
    siting.close_headquarters(empty, by=user)
    siting.close_headquarters(empty, by=user)

    assert set(edition.headquarters.all()) == {manned, zoned}
    assert not Slot.objects.filter(pk=empty.slot_id).exists()


def test_nothing_is_added_or_removed_once_people_were_told(edition):
    headquarters = HeadquartersFactory(edition=edition)
    sector = SectorFactory(headquarters=headquarters)
    moved = Sector.objects.get()
    moved.headquarters = HeadquartersFactory(edition=edition)
    edition.state = "published"
    edition.save()
    user = UserFactory()

    for act in (
        lambda: siting.open_headquarters(edition, district=DistrictFactory(), site=site(edition), by=user),
        lambda: siting.close_headquarters(headquarters, by=user),
        lambda: zoning.remove_sector(sector, by=user),
        lambda: zoning.keep_sector(moved, asked=Asked(), by=user),
        lambda: zoning.keep_sector(
            Sector(headquarters=headquarters, code="07-9", kind=sector.kind), asked=Asked(), by=user
        ),
    ):
        with pytest.raises(EditionRefused):
            act()
    assert (Headquarters.objects.count(), Sector.objects.get().headquarters) == (2, headquarters)
    sector.dangers = "Quais"
    zoning.keep_sector(sector, asked=Asked(), by=user)
    assert Sector.objects.get().dangers == "Quais"


def test_a_sector_takes_its_edition_from_its_headquarters_and_what_is_both_is_needed():
    headquarters, metro, woods = HeadquartersFactory(), QualificationFactory(), QualificationFactory()
    sector = Sector(headquarters=headquarters, code="07-6", kind=PlaceKindFactory())

    zoning.keep_sector(sector, asked=Asked([metro], [metro, woods]), by=UserFactory())
    zoning.keep_sector(sector, asked=Asked([metro], [metro, woods]), by=UserFactory())

    kept = Sector.objects.get()
    assert kept.edition == headquarters.edition
    assert {(tag.qualification, tag.is_needed) for tag in kept.tags.all()} == {(metro, True), (woods, False)}


def test_a_code_is_refused_twice_in_an_edition():
    sector = SectorFactory(code="07-6")
    twin = Sector(headquarters=sector.headquarters, code="07-6", kind=sector.kind)

    with pytest.raises(EditionRefused, match="07-6"):
        zoning.keep_sector(twin, asked=Asked(), by=UserFactory())

    zoning.remove_sector(sector, by=UserFactory())
    zoning.keep_sector(twin, asked=Asked(), by=UserFactory())
    assert Sector.objects.get() == twin


def test_headquarters_added_while_people_sign_up_is_open_to_them():
    edition = EditionFactory(open=True)

    headquarters = siting.open_headquarters(edition, district=DistrictFactory(), site=site(edition), by=UserFactory())

    assert headquarters.slot.is_open()


def test_larger_quota_goes_to_whoever_waits():
    headquarters = HeadquartersFactory(edition=EditionFactory(open=True), slot__state="open", slot__capacity=9, quota=1)
    first, second = (enrol(VolunteerFactory(), headquarters, may_wait=True) for _ in range(2))
    assert (first.registration.state, second.registration.state) == ("confirmed", "waiting")

    siting.change_headquarters(
        headquarters,
        site=site(headquarters.edition, capacity=9, quota=2, venue=headquarters.slot.venue),
        by=UserFactory(),
    )

    second.registration.refresh_from_db()
    assert second.registration.pending_for == "offer"
