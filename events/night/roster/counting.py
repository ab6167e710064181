"""The whole city counted, not named: how many of each kind of unit go to each headquarters and each kind of team.

A mixed-integer model for HiGHS. It asks less than a roster must hold (it deals to kinds of teams, not to teams, and
forgets who must be apart), so what it proves impossible is impossible: its bounds are bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from .city import City, Friends, Look, Unit

INF = highspy.kHighsInf


class Model:
    """Columns and rows, gathered one by one and handed to HiGHS at once."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[float, float]] = []
        self.entries: list[dict[int, float]] = []

    def column(self, upper: float = INF, lower: float = 0) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        self.entries.append({})
        return len(self.lower) - 1

    def row(self, lower: float, upper: float, entries: dict[int, float]) -> int:
        row = len(self.rows)
        self.rows.append((lower, upper))
        for column, value in entries.items():
            if value:
                self.entries[column][row] = value
        return row

    def highs(self) -> highspy.Highs:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(self.rows)
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = np.array(self.lower, float), np.array(self.upper, float)
        lp.row_lower_ = np.array([row[0] for row in self.rows], float)
        lp.row_upper_ = np.array([row[1] for row in self.rows], float)
        starts = np.zeros(lp.num_col_ + 1, dtype=np.int32)
        np.cumsum([len(entries) for entries in self.entries], out=starts[1:])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = starts
        lp.a_matrix_.index_ = np.array([row for entries in self.entries for row in entries], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([value for entries in self.entries for value in entries.values()], float)
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.passModel(lp)
        return highs


@dataclass(slots=True)
class Kind:
    """Units between which nobody can tell the difference; `members` are people (singles) or friends, by index."""

    unit: Unit
    members: list[int]
    columns: dict[int, int]  # headquarters: how many go there
    split: int = -1  # friends: how many are torn apart
    out: int = -1  # friends: how many stay at home together


class Counting:
    """The model of one city; `level` vectors are what each level of the score counts, by column."""

    def __init__(self, city: City, *, coarse: bool = False) -> None:
        """`coarse` keeps only what the first two levels count: friends apart, no cost, no wants, no experience."""
        self.city = city
        self.coarse = coarse
        self.model = Model()
        self.objective: dict[str, dict[int, float]] = {
            name: defaultdict(float) for name in ("viable", "placed", "split", "cost", "balance")
        }
        self.friends: list[Friends] = [] if coarse else city.friends()
        self.needs_at: dict[int, frozenset[str]] = defaultdict(frozenset)
        for alike in city.alike:
            self.needs_at[alike.hq] |= alike.needs
        self.singles = self._singles()
        self.groups = self._groups()
        self.teams = [self.model.column(len(alike.teams)) for alike in city.alike]
        self.softness: list[list[int]] = [[] for _alike in city.alike]
        self.flows: list[dict[Look, int]] = [{} for _alike in city.alike]
        self._travel()
        for index in range(len(city.alike)):
            self._staff(index)

    def _singles(self) -> list[Kind]:
        kinds: dict[tuple[tuple[int, int, Look], ...], Kind] = {}
        for one in self.city.free():
            unit = self.city.unit([one])
            if self.coarse:
                unit = self._coarse(unit)
            key = tuple((hq, cost, unit.looks[hq]) for hq, cost in unit.costs.items())
            kinds.setdefault(key, Kind(unit, [], {})).members.append(one)
        return list(kinds.values())

    def _coarse(self, unit: Unit) -> Unit:
        needs = self.needs_at
        looks = {hq: Look(1, look.leads, False, look.walk, look.tags & needs[hq]) for hq, look in unit.looks.items()}
        return Unit(unit.people, dict.fromkeys(unit.costs, 0), looks)

    def _groups(self) -> list[Kind]:
        kind_of = {one: index for index, kind in enumerate(self.singles) for one in kind.members}
        kinds: dict[object, Kind] = {}
        for index, friends in enumerate(self.friends):
            unit = friends.unit
            key = (
                tuple((hq, cost, unit.looks[hq]) for hq, cost in unit.costs.items()),
                tuple(sorted(kind_of[one] for one in unit.people)),
                friends.pinned,
            )
            kinds.setdefault(key, Kind(unit, [], {})).members.append(index)
        self.kind_of = kind_of
        return list(kinds.values())

    def _travel(self) -> None:
        """Everybody goes to one headquarters at most; at each, those who come are those who are dealt to its teams."""
        model, city = self.model, self.city
        arriving: dict[tuple[int, Look], dict[int, float]] = defaultdict(dict)
        supply: list[dict[int, float]] = [{} for _kind in self.singles]
        grouped: list[int] = [0 for _kind in self.singles]
        for friends in self.friends:
            for one in friends.unit.people:
                grouped[self.kind_of[one]] += 1
        for index, kind in enumerate(self.singles):
            for hq, cost in kind.unit.costs.items():
                column = model.column(len(kind.members))
                kind.columns[hq] = column
                supply[index][column] = 1
                arriving[hq, kind.unit.looks[hq]][column] = 1
                self.objective["cost"][column] = cost
        for kind in self.groups:
            number = len(kind.members)
            kind.split, kind.out = model.column(number), model.column(number)
            self.objective["split"][kind.split] = 1
            whole: dict[int, float] = {kind.split: 1, kind.out: 1}
            for one in kind.unit.people:
                entries = supply[self.kind_of[one]]
                entries[kind.split] = entries.get(kind.split, 0) - 1
            for hq, cost in kind.unit.costs.items():
                column = model.column(number)
                kind.columns[hq] = column
                whole[column] = 1
                arriving[hq, kind.unit.looks[hq]][column] = 1
                self.objective["cost"][column] = cost
            model.row(number, number, whole)
            for team in self.friends[kind.members[0]].pinned:
                alike = next(index for index, one in enumerate(city.alike) if team in one.teams)
                model.row(-INF, number, {kind.out: 1, self.teams[alike]: number})
        for index, kind in enumerate(self.singles):
            model.row(-INF, len(kind.members) - grouped[index], supply[index])
        for (hq, look), entries in arriving.items():
            leaving: dict[int, float] = {}
            for index in city.at[hq]:
                if city.alike[index].takes(look):
                    column = model.column()
                    self.flows[index][look] = column
                    leaving[column] = -1
            model.row(0, 0, entries | leaving)

    def _staff(self, index: int) -> None:
        """What a kind of team asks of all those who are dealt to it."""
        model, alike, flows, n = self.model, self.city.alike[index], self.flows[index], self.teams[index]
        fixed = len(alike.pinned)
        size: dict[int, float] = {column: look.size for look, column in flows.items()}
        # Friends who alone fill a team to its least size, without a leader or what it needs, take one more to it. That
        # adds up when several such units share a team, as long as two are needed anyway.
        more = dict(size)
        if alike.min >= 2 and not fixed:
            for look, column in flows.items():
                lacks = not look.leads or not alike.needs <= look.tags
                more[column] -= max(0, look.size + lacks - alike.min)
        model.row(0, INF, more | {n: fixed - alike.min})
        model.row(-INF, 0, size | {n: fixed - alike.max})
        self.objective["viable"][n] = 1
        self.objective["cost"][n] = alike.pinned_cost
        self.objective["placed"][n] = fixed
        for column, people in size.items():
            self.objective["placed"][column] = people
        rules = self.city.instance.rules
        if not alike.led:
            leaders: dict[int, float] = {column: 1 for look, column in flows.items() if look.leads}
            model.row(0, INF, leaders | {n: -1})
        for tag in sorted(alike.needs - alike.held):
            holders: dict[int, float] = {column: 1 for look, column in flows.items() if tag in look.tags}
            model.row(0, INF, holders | {n: -1})
        if self.coarse:
            return
        for tag in sorted(alike.wants - alike.held):
            missing = model.column()
            self.objective["balance"][missing] = rules.missing_want
            self.softness[index].append(missing)
            holders = {column: 1 for look, column in flows.items() if tag in look.tags}
            model.row(0, INF, holders | {n: -1, missing: 1})
        if not alike.seasoned:
            green = model.column()
            self.objective["balance"][green] = rules.no_experience
            self.softness[index].append(green)
            seasoned: dict[int, float] = {column: 1 for look, column in flows.items() if look.experienced}
            model.row(0, INF, seasoned | {n: -1, green: 1})
        over, under = model.column(), model.column()
        self.objective["balance"][over] = self.objective["balance"][under] = rules.off_target
        self.softness[index] += [over, under]
        model.row(0, 0, size | {n: fixed - alike.target, over: -1, under: 1})
        self._pack(index)

    def _pack(self, index: int) -> None:
        """Groups of friends take room that they cannot share: so many of each size fit a team, and no others."""
        alike, flows, n = self.city.alike[index], self.flows[index], self.teams[index]
        room = alike.max - len(alike.pinned)
        large: dict[int, dict[int, float]] = defaultdict(dict)
        for look, column in flows.items():
            if look.size > 1:
                large[look.size][column] = 1
        if not large:
            return
        # Two of more than half the room never share a team; nor do three of more than a third.
        for parts in (2, 3):
            entries: dict[int, float] = {}
            for size, columns in large.items():
                if size * parts > room:
                    entries |= columns
            if entries and any(size * parts <= room * parts and size > 1 for size in large):
                self.model.row(-INF, 0, entries | {n: -(parts - 1)})

    def balance(self, index: int, counts: Sequence[float]) -> int:
        """What these counts leave to be desired in a kind of teams."""
        return round(sum(self.objective["balance"][column] * counts[column] for column in self.softness[index]))
