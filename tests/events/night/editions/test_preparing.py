import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from events.models import Slot
from events.night.editions import preparing
from events.night.editions.preparing import TRANSITIONS, EditionRefused, Hours
from events.night.models import Edition
from events.scheduling import ChangeRefused
from tests.factories.events import RegistrationFactory
from tests.factories.night import EditionFactory, HeadquartersFactory, SectorFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db
NIGHT = dt.datetime(2027, 1, 28, 21, 0, tzinfo=dt.UTC)  # ten in the evening, in winter
State = Edition.State


@pytest.fixture
def edition():
    """One that may come to any state next to its own, a while before its night."""
    made = EditionFactory(
        starts_at=NIGHT, opens_at=NIGHT - dt.timedelta(days=50), closes_at=NIGHT - dt.timedelta(days=10)
    )
    SectorFactory(headquarters__edition=made)
    return made


def put(edition, state):
    Edition.objects.filter(pk=edition.pk).update(state=state)
    edition.refresh_from_db()


def moment_for(to):
    return NIGHT + dt.timedelta(hours=2) if to in (State.LIVE, State.CLOSED, State.RESULTS) else NIGHT.replace(day=2)


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("state", State)
def test_an_edition_comes_to_the_states_of_the_table_only(edition, state, to):
    put(edition, state)
    user = UserFactory()

    with time_machine.travel(moment_for(to), tick=False):
        if to == state or to in TRANSITIONS[state]:
            preparing.change_state(edition, to=to, seen=state, by=user)
        else:
            with pytest.raises(EditionRefused):
                preparing.change_state(edition, to=to, seen=state, by=user)

    edition.refresh_from_db()
    moved = to in TRANSITIONS[state]
    assert edition.state == (to if moved else state)
    assert (edition.state_changed_by, edition.state_changed_at) == ((user, moment_for(to)) if moved else (None, None))


@pytest.mark.parametrize(
    ("state", "to", "fields", "when"),
    [
        ("preparing", "open", {"closes_at": NIGHT}, NIGHT + dt.timedelta(minutes=1)),
        ("preparing", "open", {"opens_at": None}, NIGHT.replace(day=2)),
        ("preparing", "open", {}, NIGHT.replace(day=20)),
        ("published", "live", {}, NIGHT - dt.timedelta(hours=13)),
        ("live", "closed", {}, NIGHT - dt.timedelta(minutes=1)),
    ],
)
def test_what_an_edition_lacks_is_said_and_nothing_changes(edition, state, to, fields, when):
    Edition.objects.filter(pk=edition.pk).update(state=state, **fields)

    with time_machine.travel(when, tick=False), pytest.raises(EditionRefused):
        preparing.change_state(edition, to=to, seen=state, by=UserFactory())

    edition.refresh_from_db()
    assert (edition.state, edition.state_changed_at) == (state, None)


@pytest.mark.parametrize(("state", "to"), [("preparing", "open"), ("open", "rostering")])
def test_an_edition_opens_with_headquarters_and_is_composed_with_sectors(state, to):
    edition = EditionFactory(state=state)
    if to == "rostering":
        HeadquartersFactory(edition=edition)

    with pytest.raises(EditionRefused, match="QG" if to == "open" else "secteur"):
        preparing.change_state(edition, to=to, seen=state, by=UserFactory())


def test_a_state_that_somebody_else_has_changed_is_not_changed_blindly(edition):
    put(edition, State.OPEN)

    with pytest.raises(EditionRefused, match="Quelqu"):
        preparing.change_state(edition, to=State.ROSTERING, seen=State.PREPARING, by=UserFactory())


def test_headquarters_follow_the_night_on_the_city_s_clocks(edition):
    """From winter time to summer time: arrival stays at six in the evening."""
    headquarters = edition.headquarters.get()
    headquarters.briefing_at = NIGHT - dt.timedelta(hours=2)
    headquarters.save()
    was, user = Hours.of(edition), UserFactory()

    with time_machine.travel(NIGHT.replace(day=2), tick=False):
        edition.starts_at = dt.datetime(2027, 4, 1, 20, 0, tzinfo=dt.UTC)
        edition.ends_at = dt.datetime(2027, 4, 1, 23, 0, tzinfo=dt.UTC)
        edition.name_fr = "Nuit de printemps"
        edition.save()
        assert preparing.follow(edition, was=was, by=user) == 1

    headquarters.refresh_from_db()
    slot = Slot.objects.get(pk=headquarters.slot_id)
    assert (slot.starts_at, slot.ends_at) == (dt.datetime(2027, 4, 1, 16, 0, tzinfo=dt.UTC), edition.ends_at)
    assert timezone.localtime(headquarters.briefing_at).hour == 20
    assert slot.title_fr == f"Nuit de printemps · {headquarters.district}"


def test_a_new_name_moves_nothing(edition):
    before = edition.headquarters.get().slot.starts_at
    edition.name_fr = "Nuit"

    assert preparing.follow(edition, was=Hours.of(edition), by=UserFactory()) == 0
    assert edition.headquarters.get().slot.starts_at == before


def test_the_hours_stay_once_people_were_told(edition):
    put(edition, State.PUBLISHED)
    slot = edition.headquarters.get().slot
    RegistrationFactory(slot=slot)
    was = Hours.of(edition)
    edition.starts_at += dt.timedelta(days=1)

    with pytest.raises(ChangeRefused):
        preparing.follow(edition, was=was, by=UserFactory())

    assert Slot.objects.get(pk=slot.pk).starts_at == slot.starts_at


def test_slots_are_open_to_sign_up_with_the_edition_and_closed_after():
    headquarters = HeadquartersFactory()
    edition, slot, by = headquarters.edition, headquarters.slot, UserFactory()
    SectorFactory(headquarters=headquarters)
    states = []
    for to in ("open", "rostering", "open"):
        edition = preparing.change_state(edition, to=to, seen=edition.state, by=by)
        slot.refresh_from_db()
        states.append((slot.state, slot.is_open()))
    assert states == [("open", True), ("open", False), ("open", True)]
