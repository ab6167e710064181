"""The back office's menu. Each room adds its entries from its AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from volunteers.models import User


@dataclass(frozen=True)
class Entry:
    """``page`` is a URL name without arguments; ``shown_to`` says who sees the entry; they stand by ``rank``.

    ``waiting`` counts what waits there for this person, in one query: the menu shows it on every page.
    """

    title: str | Promise
    page: str
    rank: int
    shown_to: Callable[[User], bool]
    waiting: Callable[[User], int] | None = None


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    _entries[entry.page] = entry


def menu_for(user: User, *, path: str) -> list[dict[str, str | bool | int]]:
    """The entries of this person as the page frame wants them; the one that ``path`` is nearest to is active."""
    opens = {asked: asked(user) for asked in {entry.shown_to for entry in _entries.values()}}
    entries = sorted((entry for entry in _entries.values() if opens[entry.shown_to]), key=lambda entry: entry.rank)
    urls = [reverse(entry.page) for entry in entries]
    here = max((url for url in urls if path.startswith(url)), key=len, default="")
    return [
        {
            "title": str(entry.title),
            "url": url,
            "active": url == here,
            "waiting": entry.waiting(user) if entry.waiting else 0,
        }
        for entry, url in zip(entries, urls, strict=True)
    ]
