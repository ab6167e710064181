import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, VolunteerFactory
from trainings import listing, session_rows
from trainings.quarters import Quarter

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
PARIS = ZoneInfo("Europe/Paris")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def rows(sessions=None):
    return listing.page_of_rows(listing.upcoming() if sessions is None else sessions, limit=50)[0]


def at(day, hour=18, **facts):
    starts_at = dt.datetime(2026, 11, 1, hour, tzinfo=PARIS) + dt.timedelta(days=day - 1)
    return SessionFactory(slot=SlotFactory(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=2), **facts))


def test_a_row_says_what_a_visitor_needs():
    session = at(25, capacity=12)

    (row,) = rows()

    venue = session.slot.venue
    assert (row.slot_id, row.title, row.place) == (session.slot_id, session.training.title_fr, venue.name)
    assert row.district == f"{venue.district.code.lstrip('0')} · Ménilmontant"
    assert (row.starts_at.hour, row.ends_at.hour) == (18, 20)  # in the city's zone
    assert (row.capacity, row.seats_left, row.waiting, row.state) == (12, 12, 0, "open")
    assert row.url == f"/trainings/sessions/{session.slot_id}/"


def test_rows_speak_the_readers_language_and_fall_back_on_the_other():
    training = TrainingFactory(title_fr="Réparer", title_en="")
    SessionFactory(training=training)
    other = SessionFactory(training=TrainingFactory(title_fr="Trier", title_en="Sorting"))

    with translation.override("en"):
        titles = {row.title for row in rows()}

    assert titles == {"Réparer", "Sorting"}
    assert other.training.theme.title_en in {row.theme for row in rows()} | {"Going towards"}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "open"),
        ({"capacity": 0}, "full"),
        ({"state": "cancelled"}, "cancelled"),
        ({"opens_at": NOW + dt.timedelta(minutes=1)}, "closed"),
        ({"opens_at": NOW}, "open"),
        ({"closes_at": NOW}, "closed"),
        ({"closes_at": NOW + dt.timedelta(minutes=1)}, "open"),
    ],
)
def test_row_state(facts, state):
    session = at(25, **facts)

    (row,) = rows()

    assert row.state == state
    assert session.slot.is_open() == (state in ("open", "full"))


def test_a_full_session_says_how_many_wait():
    session = at(25, capacity=1)
    RegistrationFactory(slot=session.slot)
    RegistrationFactory.create_batch(3, slot=session.slot, waiting=True)

    (row,) = rows()

    assert (row.state, row.seats_left, row.waiting) == ("full", 0, 3)


def test_drafts_are_never_listed():
    at(25, draft=True)
    shown = at(26)

    assert [row.slot_id for row in rows()] == [shown.slot_id]
    assert [row.slot_id for row in rows(listing.in_quarter(Quarter(2026, 4)))] == [shown.slot_id]


def test_a_session_is_listed_until_it_ends():
    running = at(23, hour=9)  # from 9 to 11 in Paris: it is 10 there
    at(23, hour=7)

    (row,) = rows()

    assert (row.slot_id, row.state, row.past) == (running.slot_id, "closed", False)


def test_in_quarter_goes_from_midnight_to_midnight_in_the_city():
    first = SlotFactory(starts_at=dt.datetime(2026, 10, 1, 0, 0, tzinfo=PARIS))
    last = SlotFactory(starts_at=dt.datetime(2026, 12, 31, 23, 59, tzinfo=PARIS))
    for slot in (
        first,
        last,
        SlotFactory(starts_at=first.starts_at - dt.timedelta(minutes=1)),
        SlotFactory(starts_at=last.starts_at + dt.timedelta(minutes=1)),
    ):
        SessionFactory(slot=slot)

    found = rows(listing.in_quarter(Quarter(2026, 4)))

    assert [(row.slot_id, row.state) for row in found] == [(first.pk, "over"), (last.pk, "open")]


def test_the_running_quarter_may_be_asked_without_its_past():
    at(2)
    coming = at(25)

    found = rows(listing.in_quarter(Quarter(2026, 4), still_to_come=True))

    assert [row.slot_id for row in found] == [coming.slot_id]


@pytest.mark.parametrize(
    ("day", "quarter"),
    [((2026, 1, 1), (2026, 1)), ((2026, 3, 31), (2026, 1)), ((2026, 4, 1), (2026, 2)), ((2026, 12, 31), (2026, 4))],
)
def test_quarter_of_a_day(day, quarter):
    assert Quarter.of(dt.date(*day)) == Quarter(*quarter)


def test_quarter_after_the_fourth_is_next_years_first():
    assert Quarter(2026, 4).next == Quarter(2027, 1)
    assert Quarter(2026, 4).ends_on == dt.date(2026, 12, 31)


@pytest.mark.parametrize("text", ["2026-5", "2026-0", "26-1", "2026", "x-1", "2026-1-1", ""])
def test_quarter_refuses_what_is_none(text):
    with pytest.raises(ValueError):
        Quarter.parse(text)


def test_own_states_are_only_ones_own():
    mine, theirs, none = at(24), at(25), at(26)
    me = VolunteerFactory()
    RegistrationFactory(volunteer=me, slot=mine.slot)
    RegistrationFactory(slot=theirs.slot)

    own = session_rows.with_own_states(rows(), me.user)

    assert [(row.slot_id, row.my_state) for row in own] == [
        (mine.slot_id, "confirmed"),
        (theirs.slot_id, ""),
        (none.slot_id, ""),
    ]
    assert session_rows.with_own_states(rows(), AnonymousUser()) == rows()


def test_own_rank_in_the_waiting_list():
    session = at(25, capacity=0)
    me = VolunteerFactory()
    RegistrationFactory(slot=session.slot, waiting=True, queue_number=1)
    RegistrationFactory(slot=session.slot, waiting=True, queue_number=2, volunteer=me)

    (row,) = session_rows.with_own_states(rows(), me.user)

    assert (row.my_state, row.my_rank) == ("waiting", 2)


def test_next_rows_are_open_ones_of_the_network_and_the_first_is_lit():
    network = NetworkFactory()
    at(24, state="cancelled")
    at(25)
    first = SessionFactory(
        training=TrainingFactory(theme=None, network=network), slot__starts_at=NOW + dt.timedelta(days=3)
    )
    second = SessionFactory(training=first.training, slot__starts_at=NOW + dt.timedelta(days=4))

    found = listing.next_rows(count=5, network=network.slug)

    assert [(row.slot_id, row.lit) for row in found] == [(first.slot_id, True), (second.slot_id, False)]


@pytest.mark.parametrize("count", [1, 30])
def test_page_of_rows_is_one_query_whatever_their_number(count, django_assert_num_queries):
    network = NetworkFactory()
    for number in range(count):
        SessionFactory(slot=SlotFactory(network=network, capacity=number % 2))

    with django_assert_num_queries(1):
        found, total = listing.page_of_rows(listing.upcoming(), limit=30)

    assert (len(found), total) == (count, count)
