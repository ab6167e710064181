"""What one kind of teams asks, in the counting model, of all those who are dealt to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .city import Alike, Look, Plain
from .model import INF, Model
from .problem import Rules

MOST = 120  # patterns of friends in one team, beyond which only their people are counted


class Band(NamedTuple):
    """Friends in a team, as far as it must have them: how many, whether one may lead, what they hold of its needs."""

    size: int
    leads: bool
    held: tuple[str, ...]


Pattern = tuple[Band, ...]  # all the friends in one team


class Crew:
    """`flows`: how many come from each look and pool; `patterns`: in how many teams friends sit like that."""

    def __init__(self, alike: Alike, model: Model, objective: dict[str, dict[int, float]]) -> None:
        self.alike, self._model, self._objective = alike, model, objective
        self.flows: dict[Look | Plain, int] = {}
        self.patterns: dict[Pattern, int] = {}
        self.soft: list[int] = []
        self._over: dict[int, float] = {}  # by how many such teams are over the target at least

    def flow(self, look: Look | Plain) -> int:
        """The column of such units who are dealt here."""
        column = self.flows[look] = self._model.column()
        self._objective["placed"][column] = look.size
        return column

    def band(self, size: int, leads: bool, tags: Iterable[str]) -> Band:
        return Band(size, leads, tuple(sorted((self.alike.needs - self.alike.held).intersection(tags))))

    def ask(self, n: int) -> None:
        """Sizes, a leader and what is needed in each of the `n` (a column) teams that go out."""
        alike, model, fixed = self.alike, self._model, len(self.alike.pinned)
        self._objective["viable"][n] = 1
        self._objective["cost"][n] = alike.pinned_cost
        self._objective["placed"][n] = fixed
        for tag in sorted(alike.needs - alike.held):
            model.row(0, INF, self._those(lambda look: tag in look.tags) | {n: -1.0})  # noqa: B023
        bands = sorted({self.band(look.size, look.leads, look.tags) for look in self.flows if look.size > 1})
        patterns = list(_patterns(bands, alike.max - fixed))
        if 1 < len(patterns) <= MOST:
            self._pack(n, bands, patterns)
            return
        size: dict[int, float] = {column: look.size for look, column in self.flows.items()}
        model.row(0, INF, size | {n: fixed - alike.min})
        model.row(-INF, 0, size | {n: fixed - alike.max})
        if not alike.led:
            model.row(0, INF, self._those(lambda look: look.leads) | {n: -1.0})

    def _those(self, is_one: Callable[[Look | Plain], bool]) -> dict[int, float]:
        return {column: 1.0 for look, column in self.flows.items() if is_one(look)}

    def _pack(self, n: int, bands: list[Band], patterns: list[Pattern]) -> None:
        """Each team that goes out has one pattern of friends, and as many others as that leaves room and need for."""
        alike, model, fixed = self.alike, self._model, len(self.alike.pinned)
        needs = sorted(alike.needs - alike.held)
        least: dict[int, float] = {}
        most: dict[int, float] = {}
        unled: dict[int, float] = {}
        unmet: dict[str, dict[int, float]] = {tag: {} for tag in needs}
        for pattern in patterns:
            taken = sum(band.size for band in pattern)
            is_unled = not alike.led and not any(band.leads for band in pattern)
            missing = [tag for tag in needs if not any(tag in band.held for band in pattern)]
            asked = max(0, alike.min - fixed - taken, is_unled, bool(missing))
            if asked > alike.max - fixed - taken:
                continue
            column = self.patterns[pattern] = model.column(len(alike.teams))
            self._over[column] = float(max(0, fixed + taken + asked - alike.target))
            least[column], most[column] = -float(asked), float(taken + fixed - alike.max)
            unled |= {column: -1.0} if is_unled else {}
            for tag in missing:
                unmet[tag][column] = -1.0
        model.row(0, 0, dict.fromkeys(self.patterns.values(), 1.0) | {n: -1.0})
        for band in bands:
            dealt = self._those(lambda look: look.size > 1 and self.band(look.size, look.leads, look.tags) == band)  # noqa: B023
            seated = {column: -float(Counter(pattern)[band]) for pattern, column in self.patterns.items()}
            model.row(0, 0, dealt | seated)
        single = self._those(lambda look: look.size == 1)
        model.row(0, INF, single | least)
        model.row(-INF, 0, single | most)
        if unled:
            model.row(0, INF, self._those(lambda look: look.size == 1 and look.leads) | unled)
        for tag, columns in unmet.items():
            model.row(0, INF, self._those(lambda look: look.size == 1 and tag in look.tags) | columns)  # noqa: B023

    def wish(self, n: int, rules: Rules) -> None:
        """What is not needed but wished for: wants, experience, the target size."""
        alike, model = self.alike, self._model
        for tag in sorted(alike.wants - alike.held):
            holders = self._those(lambda look: tag in look.tags)  # noqa: B023
            model.row(0, INF, holders | {n: -1.0, self._lack(rules.missing_want): 1.0})
        if not alike.seasoned:
            seasoned = self._those(lambda look: look.experienced)
            model.row(0, INF, seasoned | {n: -1.0, self._lack(rules.no_experience): 1.0})
        above, below = self._lack(rules.off_target), self._lack(rules.off_target)
        size: dict[int, float] = {column: look.size for look, column in self.flows.items()}
        model.row(0, 0, size | {n: float(len(alike.pinned) - alike.target), above: -1.0, below: 1.0})
        if any(self._over.values()):
            model.row(0, INF, {above: 1.0} | {column: -value for column, value in self._over.items()})

    def _lack(self, price: int) -> int:
        column = self._model.column(soft=True)
        self._objective["balance"][column] = price
        self.soft.append(column)
        return column


def _patterns(bands: list[Band], room: int) -> Iterator[Pattern]:
    """All ways to put such friends into one team's room, none among them."""
    yield ()
    for index, band in enumerate(bands):
        if band.size <= room:
            for rest in _patterns(bands[index:], room - band.size):
                yield (band, *rest)
