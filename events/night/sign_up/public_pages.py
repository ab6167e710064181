"""Where the public reads about an edition: whoever keeps pages registers here where that is."""

from __future__ import annotations

from collections.abc import Callable

from events.night.models import Edition

Source = Callable[[Edition], str]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def page_of(edition: Edition) -> str:
    """Its address in the reader's language, or in another one; "" where there is none."""
    return next((address for source in _sources if (address := source(edition))), "")
