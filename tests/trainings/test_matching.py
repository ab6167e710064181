"""The rule by which sessions are proposed, without a database: who is where and when is said here."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from trainings.matching import Candidate, Person, best_of_each, rank, time_of
from trainings.session_rows import NetworkTag, SessionRow

ZONE = timezone.get_default_timezone()
MONDAY = dt.datetime(2027, 3, 8, 18, 30, tzinfo=ZONE)
HOURS = dt.timedelta(hours=2)


def session(number, *, training=0, days=0, hour=18, district=None, interests=(), network="ours", **facts):
    starts_at = MONDAY.replace(hour=hour) + dt.timedelta(days=days)
    row = SessionRow(
        slot_id=number,
        title=f"Session {number}",
        network=NetworkTag(network, network, "city"),
        starts_at=starts_at,
        ends_at=starts_at + HOURS,
        place="Maison",
        district="",
        online=False,
        theme="",
        association="",
        capacity=10,
        seats_left=5,
        waiting=0,
        state="open",
        past=False,
    )
    return Candidate(replace(row, **facts), training or number, district, frozenset(interests))


def order(*candidates, **person):
    return [match.row.slot_id for match in rank(candidates, Person(**person))]


def reasons(candidate, **person):
    (match,) = rank([candidate], Person(**person))
    return match.reasons


def test_without_a_profile_the_sooner_comes_first():
    assert order(session(1, days=2), session(2), session(3, days=1)) == [2, 3, 1]


def test_equal_sums_at_one_moment_keep_one_order():
    assert order(session(2), session(1)) == order(session(1), session(2)) == [1, 2]


@pytest.mark.parametrize(
    ("suits", "person"),
    [
        ({"district": 7}, {"districts": frozenset({7})}),
        ({"hour": 18}, {"times": frozenset({"evening"})}),
        ({"interests": [3, 4]}, {"interests": frozenset({4})}),
        ({"network": "joined"}, {"networks": frozenset({"joined"})}),
        ({"online": True}, {}),
    ],
    ids=["near", "free", "interest", "network", "online"],
)
def test_each_reason_goes_before_the_sooner(suits, person):
    later, sooner = session(1, **{"days": 9, "hour": 12} | suits), session(2, hour=12)

    assert order(sooner, later, **person) == [1, 2]


def test_what_one_can_take_goes_before_what_one_waits_for_and_that_before_what_one_lacks():
    near = {"district": 7}
    lacks, full, free = session(1, lacks=("Aller vers",), **near), session(2, state="full", **near), session(3, days=30)

    assert order(lacks, full, free, districts=frozenset({7})) == [3, 2, 1]


@pytest.mark.parametrize(("starts", "ends", "stays"), [(-2, 0, True), (-2, 1, False), (1, 5, False), (2, 4, True)])
def test_what_is_at_the_time_of_something_else_is_left_out(starts, ends, stays):
    begins = MONDAY.replace(hour=18)
    busy = ((begins + dt.timedelta(hours=starts), begins + dt.timedelta(hours=ends)),)

    assert order(session(1), busy=busy) == ([1] if stays else [])


def test_what_one_is_registered_for_is_left_out():
    assert order(session(1, my_state="waiting"), session(2)) == [2]


def test_of_each_training_the_best_date_stands_for_all():
    full, free, other = session(1, training=8, state="full"), session(2, training=8, days=3), session(3, days=1)

    matches = best_of_each(rank([full, free, other], Person()))

    assert [match.row.slot_id for match in matches] == [3, 2]


def test_reasons_say_what_weighs_most_first():
    one = session(1, district=7, interests=[4], network="joined")
    person = {"districts": frozenset({7}), "times": frozenset({"evening"}), "interests": frozenset({4})}

    assert reasons(one, networks=frozenset({"joined"}), **person) == ("near", "evening", "interest", "network")
    assert reasons(one, districts=frozenset({8}), times=frozenset({"day"})) == ()


@pytest.mark.parametrize(
    ("day", "hour", "time"),
    [
        (8, 16, "day"), (8, 17, "evening"), (8, 21, "evening"), (8, 22, "night"), (9, 5, "night"), (9, 6, "day"),
        (12, 21, "evening"), (13, 9, "weekend"), (14, 18, "weekend"), (13, 22, "night"),
    ],
)  # fmt: skip
def test_times_are_those_that_a_profile_chooses_from(day, hour, time):
    assert time_of(dt.datetime(2027, 3, day, hour, tzinfo=ZONE)) == time


def test_of_several_meetings_each_must_be_free_and_suit():
    one = session(1, days=5, hour=10)
    rows = [
        (one.row.starts_at + week * 7 * dt.timedelta(days=1), one.row.ends_at + week * dt.timedelta(days=7))
        for week in (0, 1)
    ]
    both, mixed = (
        replace(one, meetings=tuple(rows)),
        replace(one, meetings=(rows[0], session(1, hour=18, days=8).times[0])),
    )
    weekend = {"times": frozenset({"weekend"})}

    assert (reasons(both, **weekend), reasons(mixed, **weekend)) == (("weekend",), ())
    assert order(both, busy=(rows[1],)) == []
    assert order(both, busy=((rows[0][1], rows[1][0]),)) == [1]  # between the two
