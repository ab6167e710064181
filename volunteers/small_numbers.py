"""Counts of people as they may be published: nothing under FEWEST, and nothing that gives such a count away.

A small count is shown as "< 5". Where a sum or other counts would tell it by subtraction, one more count is left out
beside it (complementary suppression), until each count left out could have another value too. Readers are taken to
know how this is done: that "< 5" lies between 0 and 4, and that what is left out besides is 5 or more. For the same
reason what is left out besides is chosen by its place in the table and not by its value.

A table with its sums is a circulation: what flows along a row flows on into the sum of all and back through the
columns. So a count can have another value exactly when some cycle through it, over what is left out, can be turned by
one within those bounds (Ahuja, Magnanti, Orlin, "Network Flows", 1993, chapter 3). No more is promised: publish one
table once, and neither an average nor a second table over the same people beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

FEWEST = 5  # never lower: it is what people are promised
SUMS = -1  # the number of the row, or column, of sums

Key = tuple[int, int]  # row, column


@dataclass(frozen=True)
class Figure:
    """A count as it may be shown: its ``value``, or None where it is small or left out besides."""

    value: int | None
    is_small: bool = False

    def __str__(self) -> str:
        if self.value is not None:
            return str(self.value)
        return f"<\N{NO-BREAK SPACE}{FEWEST}" if self.is_small else gettext("not shown")


@dataclass(frozen=True)
class Line:
    """Counts side by side, and their sum."""

    figures: list[Figure]
    total: Figure


@dataclass(frozen=True)
class Table:
    """Rows of counts, the sum of each row and of each column, and the sum of all."""

    rows: list[list[Figure]]
    row_totals: list[Figure]
    column_totals: list[Figure]
    total: Figure


@dataclass(frozen=True)
class _Arc:
    """A count as what flows from one sum into another."""

    tail: str
    head: str
    value: int

    @property
    def is_small(self) -> bool:
        return self.value < FEWEST

    def ways(self) -> list[tuple[str, str]]:
        """Forwards where it could be one more, backwards where it could be one less, as far as readers can know."""
        more = self.value != FEWEST - 1
        less = self.value not in (0, FEWEST)
        return [(self.tail, self.head)] * more + [(self.head, self.tail)] * less


Arcs = dict[Key, _Arc]


def protect_line(counts: Sequence[int]) -> Line:
    """The counts and their sum, without what must not be shown."""
    width = len(counts)
    arcs = {(0, c): _Arc("all", "sum", count) for c, count in enumerate(counts)}
    arcs[0, SUMS] = _Arc("sum", "all", sum(counts))
    shown = _protect(arcs, lambda key: ([(0, c)] for c in _after(key[1], width)))
    return Line([shown[0, c] for c in range(width)], shown[0, SUMS])


def protect_table(rows: Sequence[Sequence[int]]) -> Table:
    """The rows of counts, all of one length, and their sums, without what must not be shown."""
    height, width = len(rows), len(rows[0]) if rows else 0
    arcs: Arcs = {}
    for r, row in enumerate(rows):
        arcs |= {(r, c): _Arc(f"row {r}", f"column {c}", count) for c, count in enumerate(row)}
        arcs[r, SUMS] = _Arc("row sums", f"row {r}", sum(row))
    for c in range(width):
        arcs[SUMS, c] = _Arc(f"column {c}", "column sums", sum(row[c] for row in rows))
    arcs[SUMS, SUMS] = _Arc("column sums", "row sums", sum(map(sum, rows)))

    def rectangles(key: Key) -> Iterable[list[Key]]:
        """The other corners of every rectangle with this count in a corner."""
        r, c = key
        return ([(r, c2), (r2, c), (r2, c2)] for r2 in _after(r, height) for c2 in _after(c, width))

    shown = _protect(arcs, rectangles)
    return Table(
        [[shown[r, c] for c in range(width)] for r in range(height)],
        [shown[r, SUMS] for r in range(height)],
        [shown[SUMS, c] for c in range(width)],
        shown[SUMS, SUMS],
    )


def _after(number: int, length: int) -> list[int]:
    """The other rows or columns, those that follow first; the sums last."""
    if number == SUMS:
        return list(range(length))
    return [*((number + step) % length for step in range(1, length)), SUMS]


def _protect(arcs: Arcs, companions: Callable[[Key], Iterable[list[Key]]]) -> dict[Key, Figure]:
    """Leaves out what is small, then for each count that is still given away the fewest ``companions`` that hide it."""
    hidden = {key for key, arc in arcs.items() if arc.is_small}
    while bare := [key for key in arcs if key in hidden and not _is_loose(key, arcs, hidden)]:
        if len(hidden) == len(arcs):  # nothing is shown from which anything could be known
            break
        ways = [hidden | set(keys) for keys in companions(bare[0])]
        ways.sort(key=lambda way: (len(way), sum(SUMS in key for key in way)))
        hidden = next((way for way in ways if _is_loose(bare[0], arcs, way)), set(arcs))
    return {key: Figure(None if key in hidden else arc.value, arc.is_small) for key, arc in arcs.items()}


def _is_loose(key: Key, arcs: Arcs, hidden: set[Key]) -> bool:
    """Could this count have another value, with all that is shown as it is?"""
    onwards = defaultdict(set)
    for other in hidden - {key}:
        for tail, head in arcs[other].ways():
            onwards[tail].add(head)
    return any(_leads(onwards, head, tail) for tail, head in arcs[key].ways())


def _leads(onwards: dict[str, set[str]], start: str, end: str) -> bool:
    seen, ahead = {start}, {start}
    while ahead and end not in seen:
        ahead = set().union(*(onwards.get(place, set()) for place in ahead)) - seen
        seen |= ahead
    return end in seen
