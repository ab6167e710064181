"""Why a sector cannot go out: the smallest set of reasons that together make it impossible, and no fewer.

A reason is something asked for: who leads, a tag, the least size, that people accept the headquarters, that they can
walk the sector. First the team alone is asked for, with everybody to choose from who is not pinned elsewhere; then
beside the teams that go out from its headquarters, with everybody there and everybody without a team. Sets of reasons
are tried from the smallest, and the first that nobody can satisfy is taken; of many reasons, one is left out after
another (the deletion filter: Chinneck, Feasibility and Infeasibility in Optimization, Springer 2008).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from .problem import Person, Team
from .regrouping import Mover, Regrouping
from .situation import Price, Situation

LEAD, SIZE, ACCEPTS, WALKS = "lead", "size", "accepts", "walks"
SECONDS = 10.0
MANY = 7  # reasons of which all sets are tried; of more, one irreducible set is found by leaving out one after another


@dataclass(frozen=True, slots=True)
class Reason:
    """What is asked for (`lead`, `size`, `accepts`, `walks` or a tag), by how many people or teams, and how many there
    are: people who may lead or hold the tag, or who are there at all."""

    what: str
    asked: int
    there: int


@dataclass(frozen=True, slots=True)
class Stays:
    """Why a team does not go out. `alone`: it could not even if it were the only one. Without reasons it could go out,
    or, where not `is_sure`, there was no time to tell. `price`: what sending it would cost the others, if it can be.
    """

    team: str
    hq: str
    alone: bool
    reasons: tuple[Reason, ...]
    beside: int  # teams of the same headquarters that go out
    price: Price | None
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Goes:
    """A team that goes out: who leads it, who is in it, who holds what it needs, what it does without."""

    team: str
    hq: str
    leader: str
    members: tuple[str, ...]
    holders: tuple[tuple[str, tuple[str, ...]], ...]
    missing: tuple[str, ...]
    seasoned: int
    target: int


def explain_team(situation: Situation, name: str) -> Goes | Stays:
    """Everything about one team; some seconds when it does not go out."""
    team = situation.teams[name]
    if name in situation.out:
        members = situation.members[name]
        tags = sorted(team.needs | team.wants)
        held = {tag: tuple(one.id for one in members if tag in one.tags) for tag in tags}
        return Goes(
            team=name,
            hq=team.hq,
            leader=situation.leaders[name],
            members=tuple(one.id for one in members),
            holders=tuple((tag, held[tag]) for tag in tags if held[tag]),
            missing=tuple(tag for tag in tags if not held[tag]),
            seasoned=sum(one.experienced for one in members),
            target=team.target,
        )
    beside = [one for one in situation.at[team.hq] if one.id in situation.out]
    reasons = _alone(situation, team)
    if reasons:
        return Stays(name, team.hq, True, reasons, len(beside), None)
    found = _together(situation, team, beside)
    return Stays(name, team.hq, False, found or (), len(beside), _price(situation, team), found is not None)


def _sets(reasons: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """All sets of these reasons, the smallest first."""
    return chain.from_iterable(combinations(reasons, size) for size in range(1, len(reasons) + 1))


def _alone(situation: Situation, team: Team) -> tuple[Reason, ...]:
    people = [one for one in situation.instance.people if one.id not in situation.pins]
    pinned = [one for one in situation.instance.people if one.id in situation.pins]
    here = [one for one in pinned if situation.pins[one.id].team == team.id]
    led = any(situation.pins[one.id].lead for one in here)

    def able(person: Person, reasons: Iterable[str]) -> bool:
        accepts = ACCEPTS not in reasons or team.hq in situation.costs[person.id]
        return accepts and (WALKS not in reasons or person.max_walk >= team.walk)

    def holds(person: Person, what: str) -> bool:
        return person.leader if what == LEAD else what in person.tags

    def is_possible(reasons: tuple[str, ...]) -> bool:
        asked = [what for what in reasons if what in team.needs or what == LEAD]
        asked = [what for what in asked if not any(holds(one, what) for one in here) and not (what == LEAD and led)]
        crowd = [one for one in people if able(one, reasons)]
        if SIZE in reasons and len(crowd) + len(here) < max(1, team.min):
            return False
        # The fewest people who together hold each set of what is asked for; the sets are numbers, a bit for each thing.
        fewest = {0: 0}
        kinds = {sum(1 << bit for bit, what in enumerate(asked) if holds(one, what)) for one in crowd}
        for _person in asked:
            for held, number in list(fewest.items()):
                for kind in kinds:
                    fewest[held | kind] = min(fewest.get(held | kind, number + 1), number + 1)
        everything = (1 << len(asked)) - 1
        room = team.max - len(here) if SIZE in reasons else len(asked)
        return fewest.get(everything, room + 1) <= room

    found = next((one for one in _sets([LEAD, *sorted(team.needs), SIZE, ACCEPTS, WALKS]) if not is_possible(one)), ())
    filters = [what for what in found if what in (ACCEPTS, WALKS)]
    crowd = [*here, *(one for one in people if able(one, filters))]
    return tuple(
        Reason(
            what,
            *_asked([team], what),
            len(crowd) if what in (SIZE, *filters) else sum(holds(one, what) for one in crowd),
        )
        for what in found
    )


def _asked(teams: Sequence[Team], what: str) -> tuple[int]:
    if what == LEAD:
        return (len(teams),)
    if what == SIZE:
        return (sum(max(1, team.min) for team in teams),)
    return (sum(what in team.needs for team in teams) or 1,)


def _together(situation: Situation, team: Team, beside: Sequence[Team]) -> tuple[Reason, ...] | None:
    """None where there was no time to tell."""
    ends_at = time.monotonic() + SECONDS
    teams = [*beside, team]
    movers = situation.movers(teams)

    def is_possible(reasons: Iterable[str]) -> bool | None:
        kept = set(reasons)
        asked = [
            replace(one, needs=one.needs & kept, min=one.min if SIZE in kept else 0, target=one.max) for one in teams
        ]
        crowd = movers if LEAD in kept else [_leading(mover) for mover in movers]
        model = Regrouping(asked, crowd, situation.instance.rules, situation.instance.apart, fine=False)
        for column in model.out.values():
            model.program.row(1, 1, {column: 1.0})
        return model.program.is_possible(ends_at - time.monotonic())

    reasons = [LEAD, SIZE, *sorted({tag for one in teams for tag in one.needs})]
    is_all_possible = is_possible(reasons)
    if is_all_possible is not False:
        return () if is_all_possible else None
    found = tuple(reasons)
    sets = _sets(reasons) if len(reasons) <= MANY else ((one,) for one in reasons)
    smallest = next((one for one in sets if is_possible(one) is False), None)
    for what in reasons if smallest is None else ():
        fewer = tuple(one for one in found if one != what)
        found = fewer if is_possible(fewer) is False else found
    found = smallest or found
    people = [mover.person for mover in movers]
    there = {LEAD: sum(one.leader for one in people), SIZE: len(people)}
    return tuple(
        Reason(what, *_asked(teams, what), there.get(what, sum(what in one.tags for one in people))) for what in found
    )


def _leading(mover: Mover) -> Mover:
    return replace(mover, person=replace(mover.person, leader=True))


def _price(situation: Situation, team: Team) -> Price | None:
    """The best roster with this team out, its headquarters grouped anew with whoever has no team, the fewest moving."""
    teams = situation.at[team.hq]
    movers = situation.movers(teams)
    model = Regrouping(teams, movers, situation.instance.rules, situation.instance.apart, fine=False)
    model.program.row(1, 1, {model.out[team.id]: 1.0})
    steps = model.optimise(("viable", "placed", "moved"), SECONDS)
    if not steps:
        return None
    is_least = len(steps) == 3 and all(step.is_proven for step in steps.values())
    return situation.price(movers, model.plan(), is_least=is_least)
