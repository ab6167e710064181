"""What is handed out to the people of a date: files that a room above keeps, and gives to whoever may have them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.utils import timezone

from events.models import Registration, Slot


@dataclass(frozen=True)
class Handout:
    """A file to download (templates/events/_handouts.html).

    ``lang`` is the title's, where that is not the reader's; ``kind`` the file's, "PDF"; ``size`` is in bytes;
    ``after``: it is given once the date is over.
    """

    title: str
    lang: str
    url: str
    kind: str
    size: int
    after: bool


# Finds what is handed out at these slots, by key. Whether this reader may have it is asked again where it is given.
Finder = Callable[[Collection[int]], dict[int, list[Handout]]]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Adds what a room above hands out, from its AppConfig.ready()."""
    if finder not in _finders:
        _finders.append(finder)


def of(slots: Iterable[Slot]) -> dict[int, list[Handout]]:
    """All that is handed out at these slots, for those who run them. As many queries however many; none for none."""
    keys = [slot.pk for slot in slots]
    found: dict[int, list[Handout]] = {}
    for finder in _finders if keys else ():
        for key, handouts in finder(keys).items():
            found.setdefault(key, []).extend(handouts)
    return found


def given_to(registrations: Iterable[Registration]) -> dict[int, list[Handout]]:
    """What these people may have now, by slot: confirmed registrations' own; what comes after, once that is over."""
    slots = {row.slot_id: row.slot for row in registrations if row.state == Registration.State.CONFIRMED}
    now = timezone.now()
    found = {}
    for key, handouts in of(slots.values()).items():
        found[key] = [one for one in handouts if not one.after or slots[key].ends_at <= now]
    return {key: handouts for key, handouts in found.items() if handouts}
