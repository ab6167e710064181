"""One headquarters of the counting model: those who arrive flow through pools into kinds of teams."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .city import Alike, City, Look, Plain
from .model import INF, Model

MOST = 120  # patterns of friends in one team, beyond which only their people are counted

Pattern = tuple[tuple[int, bool], ...]  # the friends in one team: how many they are, whether one of them may lead


@dataclass(slots=True)
class Crew:
    """What one kind of teams is dealt: `flows` from the looks and pools, `patterns` of friends by number of teams."""

    flows: dict[Look | Plain, int] = field(default_factory=dict)
    patterns: dict[Pattern, int] = field(default_factory=dict)
    soft: list[int] = field(default_factory=list)


class Staffing:
    """`degrade`: how many of a look are told apart no further; `descend`: how many walk less than they could."""

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
        self.crews: dict[int, Crew] = {index: Crew() for index in city.at[hq]}
        self.degrade: dict[Look, int] = {}
        self.descend: dict[Plain, int] = {}
        self.pools: list[Plain] = []  # from those who may walk most down
        self._pool(arriving)
        for index, crew in self.crews.items():
            self._staff(city.alike[index], crew, teams[index])

    def _pool(self, arriving: dict[Look, list[int]]) -> None:
        """Those who come are those who are dealt to the teams."""
        model, alikes = self.model, self.city.alike
        pooled: dict[Plain, list[int]] = defaultdict(list)
        for look, columns in arriving.items():
            leaving = []
            for index, crew in self.crews.items():
                alike = alikes[index]
                if alike.takes(look) and (look.only >= 0 or look.tags & alike.cares(coarse=self.coarse)):
                    crew.flows[look] = model.column()
                    leaving.append(crew.flows[look])
            if look.only < 0:
                self.degrade[look] = model.column()
                leaving.append(self.degrade[look])
                pooled[look.plain].append(self.degrade[look])
            model.row(0, 0, [(column, 1.0) for column in columns] + [(column, -1.0) for column in leaving])
        walks = {plain.walk for plain in pooled} | {alikes[index].walk for index in self.crews}
        for size, leads, experienced in sorted({(plain.size, plain.leads, plain.experienced) for plain in pooled}):
            falling: list[int] = []  # whoever may walk more may walk less: the pools stand one above the other
            for walk in sorted(walks, reverse=True):
                plain = Plain(size, leads, experienced, walk)
                self.pools.append(plain)
                falling = self._drain(plain, [*pooled.get(plain, ()), *falling], is_last=walk == min(walks))

    def _drain(self, plain: Plain, entering: list[int], *, is_last: bool) -> list[int]:
        """One pool, by what enters it, into the teams that walk as much; answers by what falls to the one below."""
        leaving, falling = [], []
        for index, crew in self.crews.items():
            alike = self.city.alike[index]
            if alike.walk == plain.walk and plain.size + len(alike.pinned) <= alike.max:
                crew.flows[plain] = self.model.column()
                leaving.append(crew.flows[plain])
        if not is_last:
            self.descend[plain] = self.model.column()
            falling = [self.descend[plain]]
        entries = [(column, 1.0) for column in entering] + [(column, -1.0) for column in leaving + falling]
        self.model.row(0, 0, entries)
        return falling

    def below(self, plain: Plain) -> Plain:
        """The next pool of those who walk less."""
        return self.pools[self.pools.index(plain) + 1]

    def slack(self, counts: Sequence[int]) -> int:
        """What these counts leave to be desired here, rounded up."""
        soft = (column for crew in self.crews.values() for column in crew.soft)
        return sum(round(self.objective["balance"][column] * counts[column]) for column in soft)

    def _staff(self, alike: Alike, crew: Crew, n: int) -> None:
        """What a kind of teams, of which `n` counts those that go out, asks of all those who are dealt to it."""
        model, objective, fixed = self.model, self.objective, len(alike.pinned)
        objective["viable"][n] = 1
        objective["cost"][n] = alike.pinned_cost
        objective["placed"][n] = fixed
        for look, column in crew.flows.items():
            objective["placed"][column] = look.size
        for tag in sorted(alike.needs - alike.held):
            holders = {column: 1.0 for look, column in crew.flows.items() if tag in look.tags}
            model.row(0, INF, holders | {n: -1.0})
        size: dict[int, float] = {column: look.size for look, column in crew.flows.items()}
        classes = sorted({(look.size, look.leads) for look in crew.flows if look.size > 1})
        patterns = list(_patterns(classes, alike.max - fixed))
        if len(patterns) > MOST:
            patterns = []
        over = self._sizes(alike, crew, n, size, classes, patterns)
        if not self.coarse:
            self._wishes(alike, crew, n, size, over)

    def _sizes(
        self,
        alike: Alike,
        crew: Crew,
        n: int,
        size: dict[int, float],
        classes: list[tuple[int, bool]],
        patterns: list[Pattern],
    ) -> dict[int, float]:
        """Sizes and leaders; answers by how many each pattern of friends is over the target at least."""
        model, fixed = self.model, len(alike.pinned)
        leaders: dict[int, float] = {column: 1.0 for look, column in crew.flows.items() if look.leads}
        if len(patterns) <= 1:
            model.row(0, INF, size | {n: fixed - alike.min})
            model.row(-INF, 0, size | {n: fixed - alike.max})
            if not alike.led:
                model.row(0, INF, leaders | {n: -1.0})
            return {}
        room, over, least, most, unled = alike.max - fixed, {}, {}, {}, {}
        for pattern in patterns:
            taken = sum(unit for unit, _leads in pattern)
            lacks = not alike.led and not any(leads for _unit, leads in pattern)
            asked = max(0, alike.min - fixed - taken, lacks)
            if asked > room - taken:
                continue
            column = crew.patterns[pattern] = model.column(len(alike.teams))
            over[column] = float(max(0, fixed + taken + asked - alike.target))
            least[column], most[column] = -float(asked), float(taken - room)
            if lacks:
                unled[column] = -1.0
        model.row(0, 0, dict.fromkeys(crew.patterns.values(), 1.0) | {n: -1.0})
        for one in classes:
            dealt = {column: -1.0 for look, column in crew.flows.items() if (look.size, look.leads) == one}
            model.row(0, 0, dealt | {column: float(Counter(pattern)[one]) for pattern, column in crew.patterns.items()})
        single = {column: 1.0 for look, column in crew.flows.items() if look.size == 1}
        model.row(0, INF, single | least)
        model.row(-INF, 0, single | most)
        if unled:
            leading = {column: 1.0 for look, column in crew.flows.items() if look.size == 1 and look.leads}
            model.row(0, INF, leading | unled)
        return over

    def _wishes(self, alike: Alike, crew: Crew, n: int, size: dict[int, float], over: dict[int, float]) -> None:
        """What is not needed but wished for: wants, experience, the target size."""
        rules = self.city.instance.rules
        for tag in sorted(alike.wants - alike.held):
            holders = {column: 1.0 for look, column in crew.flows.items() if tag in look.tags}
            self.model.row(0, INF, holders | {n: -1.0, self._soft(crew, rules.missing_want): 1.0})
        if not alike.seasoned:
            seasoned = {column: 1.0 for look, column in crew.flows.items() if look.experienced}
            self.model.row(0, INF, seasoned | {n: -1.0, self._soft(crew, rules.no_experience): 1.0})
        above, below = self._soft(crew, rules.off_target), self._soft(crew, rules.off_target)
        self.model.row(0, 0, size | {n: float(len(alike.pinned) - alike.target), above: -1.0, below: 1.0})
        if any(over.values()):
            self.model.row(0, INF, {above: 1.0} | {column: -value for column, value in over.items()})

    def _soft(self, crew: Crew, price: int) -> int:
        column = self.model.column(soft=True)
        self.objective["balance"][column] = price
        crew.soft.append(column)
        return column


def _patterns(classes: list[tuple[int, bool]], room: int) -> Iterator[Pattern]:
    """All ways to put such friends into one team's room, none among them."""
    yield ()
    for index, one in enumerate(classes):
        if one[0] <= room:
            for rest in _patterns(classes[index:], room - one[0]):
                yield (one, *rest)
