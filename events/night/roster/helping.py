"""What would help most: how many more people, of which kind, willing to go where, would staff how many more teams.

For each headquarters with teams that stay, and each kind of newcomer (who may lead, who holds a tag that such a team
needs, anybody), the headquarters is grouped anew with whoever has no team and up to `MOST` newcomers: first as many
teams as can be, then with as few newcomers as that takes. Who is taken for one headquarters is not counted on for the
next. So each answer is a roster that was made, not an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .lacking import LEAD, SIZE
from .problem import Person
from .regrouping import Mover, Regrouping
from .situation import Situation

NONE = "none"
MOST = 12
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Help:
    """`newcomers` more people who may lead (`lead`), hold a tag, or just come (`size`), so many at each of `hqs`, would
    staff `teams` more teams than can go out without them. `plan` is who would be where at those headquarters, newcomers
    by number, and `out` the teams that would go out there.

    `what` is `none` where grouping a headquarters anew is enough: `teams` more than in the roster.
    """

    what: str
    newcomers: int
    teams: int
    hqs: tuple[tuple[str, int], ...]
    plan: dict[str, str]
    out: frozenset[str]

    @property
    def each(self) -> float:
        """Teams for each newcomer."""
        return self.teams / max(1, self.newcomers)


def what_helps(situation: Situation) -> tuple[Help, ...]:
    """The most helpful first: most teams for each newcomer, then most teams."""
    short = [hq.id for hq in situation.instance.hqs if any(one.id not in situation.out for one in situation.at[hq.id])]
    taken: set[str] = set()
    found: list[Help] = []
    for hq in short:
        base = _regroup(situation, hq, None, taken)
        if base is None:
            continue
        if base.teams:
            found.append(base)
        needs = {tag for team in situation.at[hq] if team.id not in situation.out for tag in team.needs}
        options = [one for what in (LEAD, *sorted(needs), SIZE) if (one := _regroup(situation, hq, what, taken))]
        options = [replace(one, teams=one.teams - base.teams) for one in options if one.teams > base.teams]
        # Whoever comes will do where nobody in particular helps more.
        anybody = next((one for one in options if one.what == SIZE), None)
        options = [
            one
            for one in options
            if one is anybody or anybody is None or (one.each, one.teams) > (anybody.each, anybody.teams)
        ]
        found += options
        taken |= {one for option in options for one in option.plan if one not in situation.place}
    return tuple(sorted(_merged(situation, found), key=lambda one: (one.what != NONE, -one.each, -one.teams, one.hqs)))


def newcomer(what: str, hq: str, number: int) -> Person:
    """Somebody who does not exist yet, and would help."""
    return Person(
        id=f"+{what}@{hq}#{number}",
        seq=10**8 + number,
        kind="citizen",
        home=hq,
        prefs=(hq,),
        reach="prefs",
        leader=what == LEAD,
        experienced=False,
        max_walk=2,
        tags=frozenset() if what in (LEAD, SIZE) else frozenset({what}),
    )


def _regroup(situation: Situation, hq: str, what: str | None, taken: set[str]) -> Help | None:
    """The most teams that this headquarters can send out with newcomers of one kind, and the fewest of those."""
    teams = situation.at[hq]
    movers = [mover for mover in situation.movers(teams) if mover.person.id not in taken]
    came = [newcomer(what, hq, number) for number in range(1, MOST + 1)] if what else []
    movers += [Mover(one, None, {hq: 0}) for one in came]
    model = Regrouping(teams, movers, situation.instance.rules, situation.instance.apart, fine=False)
    steps = model.optimise(("viable",), SECONDS)
    if "viable" not in steps or not (came or steps["viable"].is_proven):
        return None  # without newcomers, the most must be known for sure: what they add is counted from there
    if came:
        names = {one.id for one in came}
        # Newcomers may look like others who are there: then whoever is there is dealt first, and none is counted twice.
        columns: dict[int, float] = {}
        alike = 0
        for pool in model.pools.values():
            people = [mover.person.id for kind in pool.kinds for mover in kind.movers]
            if names & set(people):
                alike = len([one for one in people if one not in names])
                columns = dict.fromkeys(pool.joins.values(), 1.0)
                columns |= {kind.stay: 1.0 for kind in pool.kinds if kind.before is not None}
        model.program.minimise(columns, -alike, SECONDS)
    plan = model.plan()
    out = frozenset(team for team, column in model.out.items() if model.program.values[column])
    used = sum(one.id in plan for one in came)
    more = len(out) - sum(team.id in situation.out for team in teams)
    return Help(what or NONE, used, more, ((hq, used),), plan, out)


def _merged(situation: Situation, found: Sequence[Help]) -> list[Help]:
    """Headquarters near one another where the same kind of people helps are one answer, around the most helpful."""
    places, reach = {hq.id: hq for hq in situation.instance.hqs}, situation.instance.rules.near_m

    def is_near(one: Help, other: Help) -> bool:
        here, there = places[one.hqs[0][0]], places[other.hqs[0][0]]
        return (here.x - there.x) ** 2 + (here.y - there.y) ** 2 <= reach**2

    merged: list[Help] = []
    for what in dict.fromkeys(one.what for one in found):
        options = sorted((one for one in found if one.what == what), key=lambda one: (-one.teams, -one.each, one.hqs))
        while options:
            close = [one for one in options if is_near(options[0], one)]
            options = [one for one in options if one not in close]
            merged.append(
                Help(
                    what,
                    sum(one.newcomers for one in close),
                    sum(one.teams for one in close),
                    tuple(hq for one in close for hq in one.hqs),
                    {person: team for one in close for person, team in one.plan.items()},
                    frozenset().union(*(one.out for one in close)),
                )
            )
    return merged
