"""What a training came of: rooms that this one does not know say so, and its page thanks them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trainings.models import Training


@dataclass(frozen=True)
class Origin:
    """Something that somebody proposed: its words and their language, its public page, whose it was ("": not said)."""

    title: str
    url: str
    whose: str = ""
    language: str = ""


Source = Callable[[Training], list[Origin]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def of_training(training: Training) -> list[Origin]:
    """All that may be shown to everybody. A query or two for each source."""
    return [origin for source in _sources for origin in source(training)]
