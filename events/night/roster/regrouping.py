"""Some teams and some people, grouped anew in the best way: an exact model, people who are alike counted as one number.

Everybody either stays in the team where they are, or goes into a pool of their kind, out of which teams are filled: so
what it costs to move somebody is in the model, and each team has as few columns as there are kinds of people. Levels
are optimised one after another (see `program`). Used for one headquarters on the night, and for what-if questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .problem import Person, Rules, Team
from .program import INF, Ladder, Step

LEVELS = ("viable", "moved", "placed", "split", "cost", "balance")
COARSE = ("viable", "moved", "placed")


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody whom the model may place. `costs` has each headquarters where they may join a team, `before` their team
    so far, `stays` whether a pin holds them there, `leads` whether as its leader."""

    person: Person
    before: str | None
    costs: Mapping[str, int]
    stays: bool = False
    leads: bool = False
    stay_cost: int = 0


Look = tuple[object, ...]


@dataclass(slots=True)
class Kind:
    """People between whom nobody can tell the difference, by the team where they are."""

    look: Look
    before: str | None
    movers: list[Mover]
    stay: int = -1


@dataclass(slots=True)
class _Pool:
    """Whoever of one look is in no team, or leaves one."""

    sample: Mover
    kinds: list[Kind] = field(default_factory=list)
    joins: dict[str, int] = field(default_factory=dict)


class Regrouping:
    """The model of `teams` and `movers`. `outside` says where friends are whom it does not place: a team's id, or None.

    `fine` keeps all that the score counts; otherwise only who can go out, who moves and who is placed, with far fewer
    columns. `alone` are people to be told from all others, whatever they look like. A model of more than `limit`
    columns is not built.
    """

    def __init__(
        self,
        teams: Sequence[Team],
        movers: Sequence[Mover],
        rules: Rules,
        apart: Iterable[tuple[str, str]] = (),
        outside: Mapping[str, set[str | None]] | None = None,
        *,
        fine: bool = True,
        alone: Iterable[str] = (),
        limit: int = 10**9,
    ) -> None:
        self.teams = {team.id: team for team in teams}
        self.rules, self.fine = rules, fine
        self.program = Ladder(LEVELS)
        self.objective, self.constant = self.program.objective, self.program.constant
        self.pairs = [pair for pair in apart if {one.person.id for one in movers} >= set(pair)]
        self.known = frozenset(
            tag for team in teams for tag in (team.needs | team.wants if fine else team.needs)
        )  # the tags that make a difference
        self.walk = max((team.walk for team in teams), default=0)
        self.fixed: dict[str, list[Mover]] = defaultdict(list)
        self.groups: dict[str, list[Mover]] = defaultdict(list)
        for mover in movers:
            if mover.stays and mover.before is not None:
                self.fixed[mover.before].append(mover)
            if mover.person.group is not None:
                self.groups[mover.person.group].append(mover)
        self.outside = outside or {}
        if not fine:
            self.groups = {}
        self.groups = {
            group: members
            for group, members in self.groups.items()
            if len(members) + len(self.outside.get(group, ())) > 1
        }
        self.alone = {one for pair in self.pairs for one in pair} | set(alone)
        self.alone |= {mover.person.id for members in self.groups.values() for mover in members}
        self.out = {team.id: self.program.column(1) for team in teams}
        self.pools: dict[Look, _Pool] = {}
        self._gather([mover for mover in movers if not mover.stays])
        self.is_too_wide = len(self.pools) * len(teams) > limit
        if self.is_too_wide:
            return
        self._move()
        for team in teams:
            self._staff(team)
        self.program.span = {
            "viable": len(teams),
            "moved": len(movers),
            "placed": len(movers),
            "split": len(self.groups),
            "cost": sum(max([mover.stay_cost, *mover.costs.values()]) for mover in movers),
            "balance": round(sum(v * self.program.upper[column] for column, v in self.objective["balance"].items())),
        }
        self.where: dict[str, dict[str, int]] = self._columns_of_loners()
        for one, other in self.pairs:
            for team_id in self.where[one].keys() & self.where[other].keys():
                self.program.row(0, 1, {self.where[one][team_id]: 1, self.where[other][team_id]: 1})
        for group, members in self.groups.items():
            self._befriend(members, self.outside.get(group, set()))

    def _look(self, mover: Mover) -> Look:
        person = mover.person
        return (
            min(person.max_walk, self.walk),
            tuple(sorted(mover.costs.items())),
            person.leader,
            self.fine and person.experienced,
            person.tags & self.known,
            person.id if person.id in self.alone else None,
        )

    def _gather(self, movers: Iterable[Mover]) -> None:
        kinds: dict[tuple[Look, str | None], Kind] = {}
        for mover in movers:
            look = self._look(mover)
            if (look, mover.before) not in kinds:
                kind = kinds[look, mover.before] = Kind(look, mover.before, [])
                self.pools.setdefault(look, _Pool(mover)).kinds.append(kind)
            kinds[look, mover.before].movers.append(mover)

    def _move(self) -> None:
        """Who stays, who leaves, who joins: of each kind no more than there are."""
        for pool in self.pools.values():
            number, person = sum(len(kind.movers) for kind in pool.kinds), pool.sample.person
            flow: dict[int, float] = {}
            for kind in pool.kinds:
                if kind.before is None:
                    continue
                size = len(kind.movers)
                kind.stay = self.program.column(size)
                self.program.row(-INF, 0, {kind.stay: 1, self.out[kind.before]: -size})
                self.objective["moved"][kind.stay] = -1
                self.constant["moved"] += size
                self.objective["placed"][kind.stay] = -1
                self.objective["cost"][kind.stay] = kind.movers[0].stay_cost
                flow[kind.stay] = 1
            for team in self.teams.values():
                if person.max_walk < team.walk or team.hq not in pool.sample.costs:
                    continue
                column = pool.joins[team.id] = self.program.column(min(number, team.max))
                flow[column] = 1
                self.objective["placed"][column] = -1
                self.objective["cost"][column] = pool.sample.costs[team.hq]
            self.program.row(0, number, flow)

    def _members(self, team: Team) -> list[tuple[Person, int]]:
        """The columns of those who may be in this team, each with somebody of that kind."""
        found = [(pool.sample.person, pool.joins[team.id]) for pool in self.pools.values() if team.id in pool.joins]
        return found + [
            (kind.movers[0].person, kind.stay)
            for pool in self.pools.values()
            for kind in pool.kinds
            if kind.before == team.id
        ]

    def _staff(self, team: Team) -> None:
        program, out, members = self.program, self.out[team.id], self._members(team)
        fixed = self.fixed[team.id]
        size: dict[int, float] = {column: 1 for _person, column in members}
        program.row(0, INF, size | {out: len(fixed) - max(1, team.min)})
        program.row(-INF, 0, size | {out: len(fixed) - team.max})
        self.objective["viable"][out] = -1
        self.objective["placed"][out] = -len(fixed)
        self.objective["cost"][out] = sum(mover.stay_cost for mover in fixed)
        if not any(mover.person.leader or mover.leads for mover in fixed):
            program.row(0, INF, {column: 1.0 for person, column in members if person.leader} | {out: -1})
        held = {tag for mover in fixed for tag in mover.person.tags}
        for tag in sorted(team.needs - held):
            program.row(0, INF, {column: 1.0 for person, column in members if tag in person.tags} | {out: -1})
        if not self.fine:
            return
        balance, rules = self.objective["balance"], self.rules
        for tag in sorted(team.wants - held):
            missing = program.column(1, whole=False)
            balance[missing] = rules.missing_want
            holders = {column: 1.0 for person, column in members if tag in person.tags}
            program.row(0, INF, holders | {out: -1, missing: 1})
        if not any(mover.person.experienced for mover in fixed):
            green = program.column(1, whole=False)
            balance[green] = rules.no_experience
            seasoned = {column: 1.0 for person, column in members if person.experienced}
            program.row(0, INF, seasoned | {out: -1, green: 1})
        over, under = program.column(team.max, whole=False), program.column(team.target, whole=False)
        balance[over] = balance[under] = rules.off_target
        program.row(0, 0, size | {out: len(fixed) - team.target, over: -1, under: 1})

    def _columns_of_loners(self) -> dict[str, dict[str, int]]:
        """For each person who is told from all others, a column for each team, 1 when they are in it."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for pool in self.pools.values():
            person = pool.sample.person.id
            if person not in self.alone:
                continue
            found[person] |= pool.joins
            before, stay = pool.kinds[0].before, pool.kinds[0].stay
            if before is not None:
                # They stay, or leave and come back: the second is never better, and is left out.
                if before in pool.joins:
                    self.program.row(0, 0, {pool.joins[before]: 1})
                found[person][before] = stay
        for team, movers in self.fixed.items():
            for mover in movers:
                found[mover.person.id] = {team: self.out[team]}
        return found

    def _befriend(self, members: list[Mover], outside: set[str | None]) -> None:
        """A group is split, unless all of it are in one team that goes out, or none in any."""
        program = self.program
        split = program.column(1, whole=False)
        self.objective["split"][split] = 1
        whole: dict[int, float] = {split: 1}
        places = [self.where[mover.person.id] for mover in members]
        if not outside:
            for team in sorted(set.intersection(*(set(place) for place in places))):
                together = program.column(1, whole=False)
                whole[together] = 1
                for place in places:
                    program.row(0, INF, {place[team]: 1, together: -1})
        if outside <= {None}:
            nowhere = program.column(1, whole=False)
            whole[nowhere] = 1
            for place in places:
                program.row(-INF, 1, dict.fromkeys(place.values(), 1.0) | {nowhere: 1})
        program.row(1, INF, whole)

    def optimise(self, levels: Sequence[str], seconds: float) -> dict[str, Step]:
        """As `Ladder.optimise`."""
        return self.program.optimise(levels, seconds)

    def hold(self, level: str, value: int) -> None:
        """As `Ladder.hold`."""
        self.program.hold(level, value)

    def plan(self) -> dict[str, str]:
        """Who is in which team in the best solution so far, by name.

        Of people who are alike, friends stay where their friends are and whoever signed up first stays; seats go to
        those who leave a team before those who had none. Nobody leaves a team and comes back.
        """
        values = self.program.values
        placed: dict[str, str] = {}
        for pool in self.pools.values():
            free: list[Mover] = []
            for kind in pool.kinds:
                number = round(values[kind.stay]) if kind.before is not None else 0
                order = sorted(kind.movers, key=lambda mover: (mover.person.group is None, mover.person.seq))
                placed |= {mover.person.id: str(kind.before) for mover in order[:number]}
                free += order[number:]
            free.sort(key=lambda mover: (mover.before is None, mover.person.seq, mover.person.id))
            for team, column in pool.joins.items():
                for _one in range(round(values[column])):
                    mover = next((one for one in free if one.before == team), free[0])
                    free.remove(mover)
                    placed[mover.person.id] = team
        for team, movers in self.fixed.items():
            placed |= {mover.person.id: team for mover in movers}
        return placed

    def begin(self, placed: Mapping[str, str], out: Iterable[str]) -> None:
        """Optimises from this plan on."""
        start: dict[int, float] = dict.fromkeys(self.out.values(), 0.0)
        for team in out:
            start[self.out[team]] = 1.0
        for pool in self.pools.values():
            for column in pool.joins.values():
                start[column] = 0.0
            for kind in pool.kinds:
                if kind.before is not None:
                    start[kind.stay] = 0.0
                for mover in kind.movers:
                    if mover.person.id in placed:
                        team = placed[mover.person.id]
                        start[kind.stay if team == kind.before else pool.joins[team]] += 1
        self.program.start = start
