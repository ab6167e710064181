"""The note that ends a call, told on a page of the site: whoever keeps pages registers here where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ideas.models import Call


@dataclass(frozen=True)
class Note:
    """A page that everybody may read."""

    title: str
    url: str


Source = Callable[[Call], Note | None]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def note_of(call: Call) -> Note | None:
    """The call's note in the reader's language, or else in another one; None before it is written."""
    return next((note for source in _sources if (note := source(call))), None)
