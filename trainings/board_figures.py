"""Figures of the quarter's board that come from elsewhere: ideas that wait for an answer, say.

A room above, or one that composes (cms) for a sibling, adds its own from its AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from trainings.quarters import Quarter
from volunteers.models import Network


@dataclass(frozen=True)
class Figure:
    """One number (templates/components/figure.html); ``url`` leads to what can be done about it."""

    label: str | Promise
    value: int | str
    unit: str = ""
    url: str = ""


# Asked with the networks shown and the quarter, for each look at the board: a fixed number of queries, please.
Source = Callable[[Sequence[Network], Quarter], Figure | None]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Adds a figure, which stands after the board's own; the same name a second time replaces it."""
    _sources[name] = source


def unregister(name: str) -> None:
    _sources.pop(name, None)


def figures(networks: Sequence[Network], quarter: Quarter) -> list[Figure]:
    """What all sources have to say, in the order of their registration."""
    found = [source(networks, quarter) for source in _sources.values()]
    return [figure for figure in found if figure is not None]
