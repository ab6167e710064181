"""A roster made anew around what was decided since, changing as few people as possible.

As on the night (`night`), each headquarters is grouped anew by itself, so nobody changes headquarters but whoever is
set free. People without a team may step in wherever they would go.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from .doors import leaders
from .problem import Bounds, Instance, Roster, Team
from .regrouping import COARSE, Mover
from .situation import Situation

FINE = ("split", "cost", "balance")
WIDEST = 60_000  # columns of a model of one headquarters; a wider one is left as it is
COUNTING = 0.7  # the share of its time that a headquarters may take for who goes out, who moves and who is placed


@dataclass(frozen=True, slots=True)
class Recomposed:
    """`moved`: people who were in a team and are not in it now, those set free left aside."""

    roster: Roster
    moved: frozenset[str]


def recompose(
    instance: Instance,
    roster: Roster,
    *,
    hqs: Collection[str] | None = None,
    kept: Collection[str] = (),
    free: Collection[str] = (),
    time_limit: float = 20.0,
) -> Recomposed:
    """A legal roster in which the teams of `hqs` (None: all) are as good as can be: viable, moved, placed, split, cost,
    balance, in this order; within `time_limit` seconds, whatever there was by then.

    `roster` may have been changed by hand until it is legal no more: whoever it has in two minds is where the
    instance's pins say. `kept` stay in their teams as if they were pinned, `free` count as moved wherever they go.
    Nothing is proven of the whole, so the roster has no bounds.
    """
    ends, names = time.monotonic() + time_limit, set(kept)
    place = _as_it_is(instance, roster)
    before = dict(place)
    chosen = [hq.id for hq in instance.hqs if hqs is None or hq.id in hqs]
    place = {one: team for one, team in place.items() if one not in free or one in names}
    broken = _broken(Situation(instance, replace(roster, assignments=place)))
    chosen.sort(key=lambda hq: -broken[hq])  # whoever has no team yet is first for those who lack most
    for number, hq in enumerate(chosen):
        situation = Situation(instance, replace(roster, assignments=place))
        if situation.at[hq]:
            seconds = max(0.0, ends - time.monotonic()) / (len(chosen) - number)
            place = _grouped(situation, situation.at[hq], names, place, seconds)
    situation = Situation(instance, replace(roster, assignments=place))
    draft = situation.draft
    draft.give_up()
    made = draft.roster(Bounds(), 0.0)
    made = replace(
        made,
        leaders=leaders(draft, roster),
        reserve={one: hq for one, hq in roster.reserve.items() if one not in made.assignments},
    )
    moved = {one for one, team in before.items() if made.assignments.get(one) != team and one not in free}
    return Recomposed(made, frozenset(moved))


def _broken(situation: Situation) -> Counter[str]:
    """By headquarters, how many teams cannot go out as they are."""
    return Counter(team.hq for team in situation.instance.teams if team.id not in situation.out)


def _as_it_is(instance: Instance, roster: Roster) -> dict[str, str]:
    """Who is where, pins before all else; people and teams that the instance does not know any more are left out."""
    people, teams = {one.id for one in instance.people}, {team.id for team in instance.teams}
    place = {one: team for one, team in roster.assignments.items() if one in people and team in teams}
    return place | {pin.person: pin.team for pin in instance.pins}


def _grouped(
    situation: Situation, teams: list[Team], kept: Collection[str], place: Mapping[str, str], seconds: float
) -> dict[str, str]:
    """Who is where once these teams are grouped anew; as before where there was no time, or nothing better."""
    ends = time.monotonic() + seconds
    movers = [_told(situation, mover, kept) for mover in situation.movers(teams)]
    coarse = situation.model(teams, movers, fine=False, limit=WIDEST)
    if coarse.is_too_wide:
        return dict(place)
    steps = coarse.optimise(COARSE, seconds * COUNTING)
    if len(steps) < len(COARSE):
        return dict(place)
    plan, out = coarse.plan(), [team for team, column in coarse.out.items() if coarse.program.values[column]]
    fine = situation.model(teams, movers, limit=WIDEST)
    if not fine.is_too_wide:
        fine.begin(plan, out)
        for level, step in steps.items():
            fine.hold(level, step.value)
        if fine.optimise(FINE, ends - time.monotonic()):
            plan = fine.plan()
    inside = {mover.person.id for mover in movers}
    return {one: team for one, team in place.items() if one not in inside} | plan


def _told(situation: Situation, mover: Mover, kept: Collection[str]) -> Mover:
    """Whoever is kept stays; who may not be where they are, and is not kept, is taken from there."""
    if mover.before is None or mover.stays:
        return mover
    if mover.person.id in kept:
        return replace(mover, stays=True)
    team = situation.teams[mover.before]
    is_welcome = team.hq in mover.costs and mover.person.max_walk >= team.walk
    return mover if is_welcome else replace(mover, before=None)
