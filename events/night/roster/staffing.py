"""One headquarters of the counting model: those who arrive flow through pools into kinds of teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from .city import City, Look, Plain
from .crewing import Crew
from .model import Model


class Staffing:
    """`steps`: how many of a look are dealt for which of their tags; `degrade`: how many for none of them, who are told
    apart no further; `descend`: how many of those walk less than they could."""

    def __init__(
        self,
        model: Model,
        city: City,
        hq: int,
        arriving: dict[Look, list[int]],
        teams: list[int],
        objective: dict[str, dict[int, float]],
        *,
        coarse: bool,
    ) -> None:
        self.model, self.city, self.hq, self.coarse, self.objective = model, city, hq, coarse, objective
        self.teams = teams
        self.crews: dict[int, Crew] = {index: Crew(city.alike[index], model, objective) for index in city.at[hq]}
        self._cared = sorted(
            {(alike.cares(coarse=coarse), alike) for alike in (city.alike[index] for index in self.crews)},
            key=lambda wish: (sorted(wish[0]), wish[1].teams),
        )
        self.steps: dict[Look, dict[Look, int]] = {}
        self.degrade: dict[Look, int] = {}
        self.descend: dict[Plain, int] = {}
        self.pools: list[Plain] = []  # from those who may walk most down
        self._pool(arriving)
        for index, crew in self.crews.items():
            crew.ask(teams[index])
            if not coarse:
                crew.wish(teams[index], city.instance.rules)

    def _pool(self, arriving: dict[Look, list[int]]) -> None:
        """Those who come are those who are dealt to the teams."""
        pooled: dict[Plain, list[int]] = defaultdict(list)
        entering: dict[Look, list[int]] = {}
        for look, columns in arriving.items():
            leaving = []
            for gate in self._gates(look):
                column = self.steps.setdefault(look, {})[gate] = self.model.column()
                entering.setdefault(gate, []).append(column)
                leaving.append(column)
            if look.only < 0:
                self.degrade[look] = self.model.column()
                leaving.append(self.degrade[look])
                pooled[look.plain].append(self.degrade[look])
            self._conserve(columns, leaving)
        for gate, columns in entering.items():
            leaving = []
            for index, crew in self.crews.items():
                alike = self.city.alike[index]
                if alike.takes(gate) and (gate.only >= 0 or gate.tags <= alike.cares(coarse=self.coarse)):
                    leaving.append(crew.flow(gate))
            self._conserve(columns, leaving)
        self._drain(pooled)

    def _gates(self, look: Look) -> list[Look]:
        """What such a unit may be to teams that care for some of its tags."""
        if look.only >= 0:
            return [look]
        found = {
            replace(look, tags=look.tags & cares)
            for cares, alike in self._cared
            if not cares.isdisjoint(look.tags) and alike.takes(look)
        }
        return sorted(found, key=lambda gate: sorted(gate.tags))

    def _conserve(self, entering: list[int], leaving: list[int]) -> None:
        """As many leave as enter."""
        self.model.row(0, 0, [(column, 1.0) for column in entering] + [(column, -1.0) for column in leaving])

    def _drain(self, pooled: dict[Plain, list[int]]) -> None:
        """Whoever may walk more may walk less: the pools stand one above the other, and empty into the teams."""
        walks = sorted({plain.walk for plain in pooled} | {self.city.alike[index].walk for index in self.crews})
        for size, leads, experienced in sorted({(plain.size, plain.leads, plain.experienced) for plain in pooled}):
            falling: list[int] = []
            for walk in reversed(walks):
                plain = Plain(size, leads, experienced, walk)
                self.pools.append(plain)
                leaving, entering = [], [*pooled.get(plain, ()), *falling]
                for index, crew in self.crews.items():
                    alike = self.city.alike[index]
                    if alike.walk == walk and size + len(alike.pinned) <= alike.max:
                        leaving.append(crew.flow(plain))
                falling = []
                if walk != walks[0]:
                    self.descend[plain] = self.model.column()
                    falling = [self.descend[plain]]
                self._conserve(entering, leaving + falling)

    def below(self, plain: Plain) -> Plain:
        """The next pool of those who walk less."""
        return self.pools[self.pools.index(plain) + 1]

    def slack(self, counts: Sequence[int]) -> int:
        """What these counts leave to be desired here, rounded up."""
        soft = (column for crew in self.crews.values() for column in crew.soft)
        return sum(round(self.objective["balance"][column] * counts[column]) for column in soft)
