"""The night's version against the referee and, on tiny nights, against all that could be made of them."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bench.rosters import KINDS, invent
from events.night.roster import greedy
from events.night.roster.city import City
from events.night.roster.night import renew
from events.night.roster.problem import (
    NIGHT_LEVELS,
    Bounds,
    Contradiction,
    Instance,
    Night,
    NightBounds,
    Pin,
    Roster,
    Rules,
    Team,
    WalkIn,
)
from events.night.roster.referee import NightScore
from tests.events.night.roster.nights import HQS, best_night, judged, nights, person


def bounds(after):
    return NightScore(*(getattr(after.bounds, level) for level in NIGHT_LEVELS))


@settings(max_examples=50, deadline=None)
@given(nights(people=5))
def test_a_tiny_night_is_the_best_there_is(example):
    instance, roster, night = example
    after = renew(instance, roster, night, time_limit=20)
    score, best = judged(instance, roster, night, after), best_night(instance, roster, night)
    assert (score.viable, score.moved, score.placed) == (best.viable, best.moved, best.placed)
    for level in NIGHT_LEVELS:
        proven = getattr(after.bounds, level)
        if proven is None:
            break
        # Friends at two headquarters may cost more than what each headquarters can tell.
        assert getattr(best, level) == proven or (level == "split" and proven < getattr(best, level))
        if getattr(score, level) != proven:
            break


@settings(max_examples=30, deadline=None)
@given(nights(people=25, teams=6))
def test_without_time_a_night_is_still_legal(example):
    instance, roster, night = example
    hurried = judged(instance, roster, night, renew(instance, roster, night, time_limit=0))
    assert hurried.key <= judged(instance, roster, night, renew(instance, roster, night, time_limit=20)).key


def a_night(kind, people, seed=0, absent=0.18):
    chance = random.Random(seed)
    instance = invent(kind, people, seed=seed)
    roster = greedy.compose(City(instance)).roster(Bounds(), 0)
    missing = tuple(one for one in roster.assignments if chance.random() < absent)
    newcomers = [replace(chance.choice(instance.people), id=f"W{index}", group=None) for index in range(people // 50)]
    walkins = tuple(WalkIn(one, chance.choice(instance.hqs).id) for one in newcomers)
    departed = tuple(chance.sample(sorted(roster.leaders), 2))
    return instance, roster, Night(missing, walkins, departed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_fewest_people_moved_is_proven(kind):
    instance, roster, night = a_night(kind, 350)
    after = renew(instance, roster, night, time_limit=20)
    score = judged(instance, roster, night, after)
    assert (after.bounds.viable, after.bounds.moved, after.bounds.placed) == (score.viable, score.moved, score.placed)


def test_nothing_happened_and_nothing_changes():
    instance = invent("plenty", 130)
    roster = greedy.compose(City(instance)).roster(Bounds(), 0)
    after = renew(instance, roster, Night())
    assert (after.assignments, after.leaders) == (roster.assignments, roster.leaders)
    score = judged(instance, roster, Night(), after)
    assert (score.moved, bounds(after)) == (0, score)


TWO = (Team("a", "A", 2, 3, 4), Team("b", "A", 2, 2, 4, needs=frozenset({"metro"})))
CROWD = (
    person("P1", leader=True),
    person("P2", tags=frozenset({"metro"})),
    person("P3"),
    person("P4", leader=True, tags=frozenset({"metro"})),
    person("P5", leader=True),
)
CITY = Instance("by hand", Rules(), HQS, TWO, CROWD)
SENT = Roster(
    "by hand", {"P1": "a", "P2": "a", "P3": "a", "P4": "b", "P5": "b"}, {"a": "P1", "b": "P5"}, bounds=Bounds()
)


def test_a_tag_that_is_missing_moves_one_person():
    after = renew(CITY, SENT, Night(absent=("P4",)))
    assert after.assignments == {"P1": "a", "P2": "b", "P3": "a", "P5": "b"}
    assert after.leaders == {"a": "P1", "b": "P5"}
    assert after.bounds == NightBounds(viable=2, moved=1, placed=4, split=0, balance=7)


def test_a_walk_in_is_rather_taken_than_somebody_moved():
    newcomer = WalkIn(person("P9", tags=frozenset({"metro"})), "A")
    after = renew(CITY, SENT, Night(absent=("P4",), walkins=(newcomer,)))
    assert after.assignments == {"P1": "a", "P2": "a", "P3": "a", "P9": "b", "P5": "b"}


def test_a_walk_in_at_another_headquarters_stays_there_in_the_reserve():
    newcomer = WalkIn(person("P9", tags=frozenset({"metro"})), "B")
    after = renew(CITY, SENT, Night(absent=("P4",), walkins=(newcomer,)))
    assert (after.assignments["P2"], after.reserve) == ("b", {"P9": "B"})


def test_a_departed_team_keeps_who_left_with_it():
    after = renew(CITY, SENT, Night(absent=("P4",), departed=("b",)))
    assert after.assignments == {"P1": "a", "P2": "a", "P3": "a", "P5": "b"}
    assert (after.leaders, after.bounds.viable) == ({"a": "P1"}, 1)


def test_somebody_pinned_stays_and_another_moves():
    city = replace(CITY, people=(*CROWD[:2], replace(CROWD[2], tags=CROWD[1].tags), *CROWD[3:]), pins=(Pin("P2", "a"),))
    after = renew(city, SENT, Night(absent=("P4",)))
    assert after.assignments == {"P1": "a", "P2": "a", "P3": "b", "P5": "b"}


def test_somebody_pinned_as_leader_leads_without_having_offered_to():
    city = replace(CITY, people=(*CROWD, person("P6")), pins=(Pin("P3", "a", lead=True),))
    sent = replace(SENT, assignments={**SENT.assignments, "P6": "a"}, leaders={"a": "P3", "b": "P5"})
    after = renew(city, sent, Night(absent=("P1", "P5")))
    assert after.leaders == {"a": "P3", "b": "P4"}
    assert judged(city, sent, Night(absent=("P1", "P5")), after) == bounds(after)


def test_a_team_far_from_its_target_goes_out_all_the_same():
    team = Team("a", "A", 1, 2000, 4000)
    crowd = tuple(person(f"P{index}", leader=index == 7, group=None) for index in range(900))
    city = Instance("by hand", Rules(), HQS, (team,), crowd)
    sent = Roster("by hand", {one.id: "a" for one in crowd}, {"a": "P7"})
    after = renew(city, sent, Night(absent=("P1",), walkins=(WalkIn(person("P990"), "A"),)))
    assert after.bounds == NightBounds(viable=1, moved=0, placed=900, split=0, balance=1100 + 3)


def test_a_roster_that_does_not_keep_a_pin_is_refused():
    with pytest.raises(Contradiction) as caught:
        renew(replace(CITY, pins=(Pin("P1", "b"),)), SENT, Night())
    assert caught.value.problems == ("'P1' is pinned to 'b', and the roster says otherwise",)
