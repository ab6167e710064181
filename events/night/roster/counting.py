"""The whole city counted, not named: how many of each kind of unit go to each headquarters and each kind of team.

A mixed-integer model for HiGHS. It asks less than a roster must hold (it deals to kinds of teams, not to teams, and
forgets who must be apart), so what it proves impossible is impossible: its bounds are bounds. At each headquarters
people flow through pools: whoever has a tag that a team cares for may go there for it, all others are told apart by
size, leading, experience and walking alone, which keeps the model a hundred times smaller than people by teams.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .city import City, Friends, Look
from .model import INF, Model
from .staffing import Staffing

FAR = 3  # more headquarters than this at somebody's highest cost are reached through one pool for all


@dataclass(slots=True)
class Kind:
    """Units between which nobody can tell the difference; `members` are people (singles) or friends, by index."""

    look: Look
    costs: dict[int, int]
    members: list[int]
    columns: dict[int, int] = field(default_factory=dict)  # headquarters: how many go there
    far: int = -1  # how many go to some headquarters at their highest cost, through `pool`
    pool: tuple[int, Look] | None = None
    split: int = -1  # friends: how many are torn apart
    out: int = -1  # friends: how many stay at home together


class Counting:
    """The model of one city; `objective` is what each level of the score counts, by column."""

    def __init__(self, city: City, *, coarse: bool = False) -> None:
        """`coarse` keeps only what the first two levels count: friends apart, no cost, no wants, no experience."""
        self.city = city
        self.coarse = coarse
        self.model = Model()
        self.objective: dict[str, dict[int, float]] = {
            name: defaultdict(float) for name in ("viable", "placed", "split", "cost", "balance")
        }
        self.friends: list[Friends] = [] if coarse else city.friends()
        self.singles = self._singles()
        self.groups = self._groups()
        self.pools: dict[tuple[int, Look], dict[int, int]] = {}  # (cost, look): columns by headquarters
        self.ways: dict[int, tuple[int, Look]] = {}  # column: where those go, as what they are dealt there
        self._arriving: dict[int, dict[Look, list[int]]] = {hq: {} for hq in range(len(city.at))}
        self._pooled: dict[tuple[int, Look], list[int]] = {}
        self.teams = [self.model.column(len(alike.teams)) for alike in city.alike]
        self._travel()
        self.staffing = [
            Staffing(self.model, city, hq, arriving, self.teams, self.objective, coarse=coarse)
            for hq, arriving in self._arriving.items()
        ]

    def _singles(self) -> list[Kind]:
        kinds: dict[tuple[int | frozenset[int], Look], Kind] = {}
        self.kind_of: dict[int, Kind] = {}
        for one in self.city.free():
            costs = self.city.costs[one]
            look = self.city.look((one,), coarse=self.coarse)
            key = (frozenset(costs), look) if self.coarse else (self.city.cost_id[one], look)
            kind = kinds.setdefault(key, Kind(look, dict.fromkeys(costs, 0) if self.coarse else costs, []))
            kind.members.append(one)
            self.kind_of[one] = kind
        return list(kinds.values())

    def _groups(self) -> list[Kind]:
        kinds: dict[object, Kind] = {}
        number = {id(kind): index for index, kind in enumerate(self.singles)}
        for index, friends in enumerate(self.friends):
            alone = tuple(sorted(number[id(self.kind_of[one])] for one in friends.people))
            key = (friends.look, tuple(friends.costs.items()), alone, friends.pinned)
            kinds.setdefault(key, Kind(friends.look, friends.costs, [])).members.append(index)
        return list(kinds.values())

    def _travel(self) -> None:
        """Everybody goes to one headquarters at most."""
        supply: dict[int, list[tuple[int, float]]] = {id(kind): [] for kind in self.singles}
        grouped: dict[int, int] = defaultdict(int)
        for friends in self.friends:
            for one in friends.people:
                grouped[id(self.kind_of[one])] += 1
        for kind in self.singles:
            supply[id(kind)] += [(column, 1.0) for column in self._ways(kind)]
        for kind in self.groups:
            self._together(kind, supply)
        for kind in self.singles:
            self.model.row(-INF, len(kind.members) - grouped[id(kind)], supply[id(kind)])
        for (cost, look), entering in self._pooled.items():
            columns = self.pools[cost, look] = {}
            for hq in range(len(self.city.at)):
                if (here := self.city.here(look, hq, coarse=self.coarse)) is not None:
                    columns[hq] = self._way(hq, here, cost, INF)
            leaving = [(column, -1.0) for column in columns.values()]
            self.model.row(0, 0, [(column, 1.0) for column in entering] + leaving)

    def _together(self, kind: Kind, supply: dict[int, list[tuple[int, float]]]) -> None:
        """Friends go together, stay at home together, or are torn apart and go where each of them will."""
        model, number = self.model, len(kind.members)
        kind.split, kind.out = model.column(number), model.column(number)
        self.objective["split"][kind.split] = 1
        ways = [*self._ways(kind), kind.split, kind.out]
        model.row(number, number, [(column, 1.0) for column in ways])
        alone: dict[int, int] = defaultdict(int)
        friends = self.friends[kind.members[0]]
        for one in friends.people:
            alone[id(self.kind_of[one])] += 1
        for other, times in alone.items():
            supply[other].append((kind.split, -float(times)))
        for team in friends.pinned:
            alike = next(index for index, one in enumerate(self.city.alike) if team in one.teams)
            model.row(-INF, number, {kind.out: 1, self.teams[alike]: number})

    def _ways(self, kind: Kind) -> list[int]:
        """The columns by which such a unit leaves home."""
        number, most = len(kind.members), max(kind.costs.values(), default=0)
        far = [hq for hq, cost in kind.costs.items() if cost == most]
        everywhere = len(kind.costs) == self.city.staffed and kind.look.only < 0
        pooled = set(far) if everywhere and len(far) > FAR else set()
        for hq, cost in kind.costs.items():
            if hq not in pooled and (here := self.city.here(kind.look, hq, coarse=self.coarse)) is not None:
                kind.columns[hq] = self._way(hq, here, cost, number)
        ways = list(kind.columns.values())
        if pooled:
            kind.far, kind.pool = self.model.column(number), (most, kind.look)
            self._pooled.setdefault(kind.pool, []).append(kind.far)
            ways.append(kind.far)
        return ways

    def _way(self, hq: int, here: Look, cost: int, number: float) -> int:
        column = self.model.column(number)
        self._arriving[hq].setdefault(here, []).append(column)
        self.ways[column] = hq, here
        if cost:
            self.objective["cost"][column] = cost
        return column
