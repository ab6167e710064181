"""Explanations, each verified: what they claim is applied, and the referee or a trial of all there is confirms it."""

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bench.rosters import invent
from events.night.roster import formats, greedy
from events.night.roster.city import City
from events.night.roster.explaining import Placed, Unplaced, explain_person
from events.night.roster.helping import newcomer, what_helps
from events.night.roster.lacking import ACCEPTS, LEAD, SIZE, WALKS, Goes, Stays, explain_team
from events.night.roster.problem import LEVELS, Bounds, Instance, Pin, Roster, Rules, Team
from events.night.roster.referee import check
from events.night.roster.situation import Situation
from events.night.roster.solving import solve
from events.night.roster.telling import tell, tell_help
from tests.events.night.roster.nights import HQS, nights, person


def by_hand(instance):
    return greedy.compose(City(instance)).roster(Bounds(), 0)


def judged(instance, roster):
    return check(json.loads(formats.write_instance(instance)), json.loads(formats.write_roster(roster)))


def led(instance, assignments):
    """The roster of these assignments, each team led by whoever may."""
    people = {one.id: one for one in instance.people}
    leaders = {pin.team: pin.person for pin in instance.pins if pin.lead and assignments.get(pin.person) == pin.team}
    for one, team in assignments.items():
        if people[one].leader:
            leaders.setdefault(team, one)
    return Roster(instance.name, assignments, leaders)


def prices(fact):
    if isinstance(fact, Placed | Unplaced):
        return [one.price for one in (fact.choices if isinstance(fact, Placed) else fact.places) if one.price]
    return [fact.price] if isinstance(fact, Stays) and fact.price else []


def applied(roster, price):
    assignments = dict(roster.assignments)
    for change in price.changes:
        assert assignments.pop(change.person, None) == change.before
        if change.after is not None:
            assignments[change.person] = change.after
    return assignments


@pytest.mark.parametrize("kind", ["plenty", "leaders scarce"])
def test_what_a_price_claims_is_what_the_referee_counts(kind):
    instance = invent(kind, 60, seed=1)
    roster = by_hand(instance)
    situation = Situation(instance, roster)
    names = [one.id for one in instance.people]
    names += [team.id for team in instance.teams if team.id not in situation.out]
    tried = 0
    for name in names:
        fact = explain_person(situation, name) if name in situation.people else explain_team(situation, name)
        for price in prices(fact):
            tried += 1
            before, after = judged(instance, roster), judged(instance, led(instance, applied(roster, price)))
            assert after.breaches == ()
            counted = {level: (getattr(before.score, level), getattr(after.score, level)) for level in LEVELS}
            assert dict(price.levels) == counted
    assert tried > 3


def worth(levels):
    viable, placed, split, cost, balance = levels
    return viable, placed, -split, -cost, -balance


@settings(max_examples=30, deadline=None)
@given(nights(people=5))
def test_nothing_is_cheaper_than_the_least_price(example):
    instance, roster, _night = example
    situation = Situation(instance, roster)
    for one in instance.people:
        fact = explain_person(situation, one.id)
        for there in fact.choices if isinstance(fact, Placed) else fact.places:
            scope = [team.id for team in instance.teams if team.hq == there.hq]
            scope += [fact.team] if isinstance(fact, Placed) else []
            best = None
            names = [other.id for other in instance.people if roster.assignments.get(other.id) in (None, *scope)]
            for places in itertools.product([None, *dict.fromkeys(scope)], repeat=len(names)):
                place = {**roster.assignments, **dict(zip(names, places, strict=True))}
                place = {name: team for name, team in place.items() if team}
                left = [name for name in names if roster.assignments.get(name) not in (None, place.get(name))]
                moved = [name for name in left if name != one.id]
                if len(moved) > 1 or place.get(one.id) is None or situation.teams[place[one.id]].hq != there.hq:
                    continue
                verdict = judged(instance, led(instance, place))
                is_out = place[one.id] in led(instance, place).leaders
                if not verdict.breaches and is_out and (best is None or verdict.score.key > best):
                    best = verdict.score.key
            assert (there.price is None) == (best is None)
            if there.price is not None:
                assert there.price.is_least
                assert worth([then for _now, then in there.price.levels.values()]) == best


def kept(instance, team, reasons):
    """The instance in which nothing but these reasons stands in the team's way."""
    needs = team.needs & set(reasons)
    sizes, bodies = {"min": 1, "target": 1, "max": 99}, [person("P97", team.hq), person("P98", team.hq)]
    if SIZE in reasons:
        sizes, bodies = {"min": team.min, "target": team.target, "max": team.max}, []
    sector = replace(team, needs=needs, walk=team.walk if WALKS in reasons else 0, **sizes)
    people = tuple(
        replace(
            one,
            leader=one.leader or LEAD not in reasons,
            prefs=one.prefs if ACCEPTS in reasons or team.hq in one.prefs else (*one.prefs, team.hq)[-3:],
        )
        for one in [*instance.people, *bodies]
    )
    return replace(instance, teams=tuple(sector if one.id == team.id else one for one in instance.teams), people=people)


def can_go_out(instance, name):
    """Whether any crew makes this team go out, whatever becomes of the others, by trying all."""
    free = [one.id for one in instance.people if one.id not in {pin.person for pin in instance.pins}]
    pinned = {pin.person: pin.team for pin in instance.pins}
    for number in range(len(free) + 1):
        for crew in itertools.combinations(free, number):
            roster = led(instance, pinned | dict.fromkeys(crew, name))
            verdict = judged(instance, roster)
            if name in roster.leaders and not verdict.breaches and verdict.score.viable:
                return True
    return False


@settings(max_examples=25, deadline=None)
@given(nights(people=4))
def test_the_reasons_of_a_team_alone_are_irreducible(example):
    instance, roster, _night = example
    instance = replace(instance, apart=(), pins=tuple(pin for pin in instance.pins if not pin.lead))
    roster = by_hand(instance)
    for team in instance.teams:
        # Somebody pinned is exempt from what the team asks, which `kept` does not know.
        if team.id in {pin.team for pin in instance.pins}:
            continue
        fact = explain_team(Situation(instance, roster), team.id)
        is_alone = isinstance(fact, Stays) and fact.alone
        assert is_alone == (not can_go_out(instance, team.id))
        if is_alone:
            reasons = [reason.what for reason in fact.reasons]
            assert not can_go_out(kept(instance, team, reasons), team.id)
            for left_out in reasons:
                fewer = [what for what in reasons if what != left_out]
                assert can_go_out(kept(instance, team, fewer), team.id)


METRO = frozenset({"clear:metro"})


def city(teams, people, **fields):
    return Instance("explained", Rules(), HQS, tuple(teams), tuple(people), **fields)


def told(instance, name, roster=None):
    situation = Situation(instance, roster or by_hand(instance))
    return tell(explain_team(situation, name) if name in situation.teams else explain_person(situation, name))


def test_nobody_with_the_clearance_accepts_the_headquarters():
    crowd = [person(f"P{index}", leader=index == 1) for index in range(1, 5)] + [person("P9", "B", tags=METRO)]
    instance = city([Team("a", "A", 2, 3, 4, needs=METRO)], crowd)
    assert told(instance, "a") == [
        "a cannot go out from A, whoever else stays at home: there are no people who accept A who hold clear:metro."
    ]


def test_a_team_of_one_needs_somebody_who_can_do_both():
    crowd = [person("P1", leader=True), person("P2", tags=METRO)]
    told_of_both = "within its size, there are no people who may lead and hold clear:metro between them"
    assert told(city([Team("a", "A", 1, 1, 1, needs=METRO)], crowd), "a") == [
        f"a cannot go out from A, whoever else stays at home: {told_of_both}."
    ]


TEAMS = [Team("a", "A", 2, 2, 3), Team("b", "A", 2, 2, 3)]


def test_two_teams_and_one_leader():
    crowd = [person(f"P{index}", leader=index == 1) for index in range(1, 6)]
    instance = city(TEAMS, crowd)
    roster = led(instance, {"P1": "a", "P2": "a", "P3": "a"})
    fact = explain_team(Situation(instance, roster), "b")
    assert [(reason.what, reason.asked, reason.there) for reason in fact.reasons] == [(LEAD, 2, 1)]
    assert (fact.alone, fact.beside, fact.price.levels["viable"]) == (False, 1, (1, 1))
    scarce = "2 teams ask for 2 people who may lead, of 1 to choose from"
    assert told(instance, "b", roster)[0] == (
        f"b cannot go out from A beside the 1 team that does, even with everybody who has no team: {scarce}."
    )


def test_one_more_leader_is_what_helps_and_the_solver_agrees():
    crowd = [person(f"P{index}", leader=index == 1) for index in range(1, 6)]
    instance = city(TEAMS, crowd)
    situation = Situation(instance, led(instance, {"P1": "a", "P2": "a", "P3": "a"}))
    assert tell_help(what_helps(situation), 1) == ["1 more leader willing to go to A would staff 1 more team."]
    with_one = replace(instance, people=(*crowd, newcomer(LEAD, "A", 1)))
    assert (len(solve(instance).leaders), len(solve(with_one).leaders)) == (1, 2)


@pytest.mark.parametrize("kind", ["leaders scarce", "people scarce"])
def test_what_help_is_said_to_do_it_does(kind):
    instance = invent(kind, 150, seed=2)
    roster = by_hand(instance)
    situation = Situation(instance, roster)
    helps = what_helps(situation)
    assert helps
    for one in helps:
        came = tuple(newcomer(one.what, hq, number) for hq, most in one.hqs for number in range(1, 13) if most)
        came = tuple(new for new in came if new.id in one.plan)
        assert len(came) == one.newcomers
        more = replace(instance, people=(*instance.people, *came))
        regrouped = {team.id for hq, _number in one.hqs for team in situation.at[hq]}
        others = {name: team for name, team in roster.assignments.items() if team not in regrouped}
        verdict = judged(more, led(more, others | one.plan))
        assert verdict.breaches == ()
        before = len(situation.out)
        anew = sum(other.teams for other in helps if other.what == "none")
        assert before + one.teams <= verdict.score.viable <= before + one.teams + anew


@settings(max_examples=20, deadline=None)
@given(nights(people=8))
def test_everything_can_be_told(example):
    instance, roster, _night = example
    situation = Situation(instance, roster)
    for one in instance.people:
        assert all(sentence.endswith((".", ")")) for sentence in tell(explain_person(situation, one.id)))
    for team in instance.teams:
        fact = explain_team(situation, team.id)
        assert isinstance(fact, Goes) == (team.id in situation.out)
        assert all(sentence.endswith(".") for sentence in tell(fact))
    assert tell_help(what_helps(situation), 1)


def test_somebody_pinned_or_unwanted_is_told_so():
    crowd = [person("P1", leader=True), person("P2"), person("P3", ()), person("P4", "B")]
    instance = city([*TEAMS[:1], Team("c", "B", 3, 3, 3)], crowd, pins=(Pin("P2", "a"), Pin("P4", "c")))
    roster = led(instance, {"P1": "a", "P2": "a", "P4": "c"})
    assert told(instance, "P2", roster)[0] == "P2 is in a, from A: an organiser pinned them to it."
    assert told(instance, "P3", roster) == ["P3 has no team: no team leaves from where they may go."]
    assert told(instance, "P4", roster) == ["P4 is pinned to c, which does not go out."]


def test_a_better_choice_names_who_would_give_way():
    teams = [Team("a", "A", 2, 2, 2), Team("b", "B", 2, 2, 2)]
    crowd = [
        person("P1", "A", leader=True), person("P2", "AB"), person("P3", "B", leader=True), person("P4", "AB"),
    ]  # fmt: skip
    instance = city(teams, crowd)
    roster = led(instance, {"P1": "a", "P2": "a", "P3": "b", "P4": "b"})
    assert told(instance, "P4", roster) == [
        "P4 is in b, from B: it leaves from their second choice.",
        "Without them the team could not go out: it would lack people.",
        "A would suit them better: nothing would be lost (P2 would be in b instead of a).",
    ]
