"""A roster made anew around what an organiser decided: legal by the referee, and as few people moved as can be."""

import json
from dataclasses import replace

import pytest

from bench.rosters import KINDS, invent
from events.night.roster import formats
from events.night.roster.problem import Headquarters, Instance, Person, Pin, Roster, Rules, Team
from events.night.roster.recomposing import recompose
from events.night.roster.referee import check
from events.night.roster.solving import solve


def person(number, prefs="A", **fields):
    given = {"leader": False, "experienced": False, "max_walk": 2, "tags": frozenset(), "group": None}
    return Person(f"P{number}", number, "citizen", "A", tuple(prefs), "prefs", **given | fields)


def judged(instance, roster):
    verdict = check(json.loads(formats.write_instance(instance)), json.loads(formats.write_roster(roster)))
    assert verdict.breaches == ()
    return verdict.score


HQS = (Headquarters("A", 0, 0), Headquarters("B", 0, 2600))
TEAMS = (Team("a", "A", 2, 3, 3), Team("b", "A", 2, 3, 3), Team("c", "B", 2, 3, 3))
CROWD = (*(person(number, "AB", leader=number in (1, 4, 7)) for number in range(1, 10)), person(10, "AB", leader=True))
CITY = Instance("tried", Rules(), HQS, TEAMS, CROWD)
SENT = Roster(
    "tried", {f"P{number}": "aaabbbccc"[number - 1] for number in range(1, 10)}, {"a": "P1", "b": "P4", "c": "P7"}
)


def test_where_nothing_was_decided_nobody_moves():
    made = recompose(CITY, SENT)
    assert (made.roster.assignments, made.roster.leaders, made.moved) == (SENT.assignments, SENT.leaders, frozenset())


def test_whoever_has_no_team_steps_in_for_a_leader_who_cannot_come():
    city = replace(CITY, people=tuple(one for one in CROWD if one.id != "P4"))
    made = recompose(city, SENT)
    assert judged(city, made.roster).viable == 3
    assert made.roster.assignments["P10"] == "b"
    assert made.roster.leaders["b"] == "P10"
    assert made.moved == frozenset()


def test_a_pin_is_worked_around_with_the_fewest_moves():
    city = replace(CITY, pins=(Pin("P2", "b"),), people=CROWD[:9])
    made = recompose(city, SENT)
    score = judged(city, made.roster)
    assert (score.viable, score.placed) == (3, 9)
    assert len(made.moved) == 1  # the team of P2 is full now: one of the others makes room, and P2 was the organiser's
    assert made.moved <= {"P5", "P6"}


def test_other_headquarters_stay_as_they_are_and_whoever_is_kept_stays():
    city = replace(CITY, people=tuple(one for one in CROWD if one.id not in ("P1", "P7")))
    place = recompose(city, SENT, hqs=["A"], kept=["P2", "P3"]).roster.assignments
    assert {one for one, team in place.items() if team == "a"} == {"P2", "P3", "P10"}
    assert {one for one, team in place.items() if team == "b"} == {"P4", "P5", "P6"}
    assert "c" not in place.values()  # nobody leads it any more, and its headquarters was not to be composed


def test_whoever_is_free_goes_where_they_help_and_is_not_counted():
    city = replace(CITY, people=tuple(one for one in CROWD if one.id not in ("P7", "P10")), teams=TEAMS[1:])
    sent = replace(SENT, assignments={one: team for one, team in SENT.assignments.items() if team != "a"} | {"P1": "b"})
    sent.assignments.pop("P6")
    still, freed = recompose(city, sent), recompose(city, sent, free=["P1"])
    assert (judged(city, still.roster).viable, judged(city, freed.roster).viable) == (1, 2)
    assert (freed.roster.leaders["c"], freed.moved) == ("P1", frozenset())


@pytest.mark.parametrize("kind", KINDS)
def test_a_city_from_which_people_withdraw_is_mended_by_few_moves(kind):
    instance = invent(kind, 150)
    roster = solve(instance)
    gone = set(list(roster.assignments)[::25])
    city = replace(instance, people=tuple(one for one in instance.people if one.id not in gone), apart=())
    made = recompose(city, roster)
    assert judged(city, made.roster).viable >= judged(instance, roster).viable - len(gone)
    assert len(made.moved) <= 5 * len(gone)  # whoever was with them
