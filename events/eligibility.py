"""What a date asks for, said before anybody is refused: what the reader holds of it, and the way to get the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from events.models import Slot
from volunteers import qualifying
from volunteers.models import Qualification, QualificationHeld, User


@dataclass(frozen=True)
class Way:
    """A date to come that grants a qualification.

    ``lang`` is the title's, where that is not the reader's. ``place`` is "" online. ``url`` is its public page.
    """

    title: str
    lang: str
    url: str
    starts_at: dt.datetime
    place: str


@dataclass(frozen=True)
class Asked:
    """One qualification asked for (templates/events/_asks.html).

    ``held``: whether the reader holds it on the day; None when nobody is signed in. ``until``: the last day of what
    they hold or held of it, if it has one. ``ways``: the next dates that grant it, soonest first.
    """

    name: str
    held: bool | None
    until: dt.date | None
    ways: tuple[Way, ...]


# Finds the next dates that grant these qualifications (by key), for people who lack them.
Finder = Callable[[Collection[int]], dict[int, list[Way]]]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Adds a way to get qualifications: each room above that grants any registers its own, in AppConfig.ready()."""
    if finder not in _finders:
        _finders.append(finder)


def asked_of(slot: Slot, user: User | AnonymousUser) -> list[Asked]:
    """What the slot asks for, for this reader. No query where that is nothing, else as many whatever it is."""
    return asked(slot.asked, user, on=timezone.localdate(slot.starts_at))


def asked(keys: Collection[int], user: User | AnonymousUser, *, on: dt.date) -> list[Asked]:
    """The same for qualifications that must be held on that day, by their keys."""
    if not keys:
        return []
    held = {}
    if user.is_authenticated:
        rows = QualificationHeld.objects.filter(volunteer__user=user.pk, qualification__in=keys)
        held = {row.qualification_id: row for row in rows}
    valid = {key for key, row in held.items() if qualifying.is_valid(row, on)}
    ways = _ways([key for key in keys if key not in valid])
    return [
        Asked(
            name=str(one),
            held=one.pk in valid if user.is_authenticated else None,
            until=held[one.pk].expires_on if one.pk in held else None,
            ways=tuple(ways.get(one.pk, ())),
        )
        for one in Qualification.objects.filter(pk__in=keys)
    ]


def is_lacking(asked: Collection[Asked]) -> bool:
    """Is the reader signed in, and without something of it?"""
    return any(one.held is False for one in asked)


def _ways(keys: Collection[int]) -> dict[int, list[Way]]:
    found: dict[int, list[Way]] = {}
    for finder in _finders if keys else ():
        for key, ways in finder(keys).items():
            found.setdefault(key, []).extend(ways)
    return {key: sorted(ways, key=lambda way: way.starts_at) for key, ways in found.items()}
