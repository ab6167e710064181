"""What a slot is the slot of. Each room above registers its kind from its AppConfig.ready(); events knows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from events.models import Slot


@dataclass(frozen=True)
class OfficePage:
    """A page of the room above, for the organisers of a date once it has begun. ``page`` takes the slot's key.

    ``for_all``: for whoever may open the date's page, at any time. ``there``: whether a date has that page at all.
    """

    label: str | Promise
    icon: str
    page: str
    for_all: bool = False
    there: Callable[[Slot], bool] | None = None


@dataclass(frozen=True)
class SlotKind:
    """``page`` and ``list_page`` are URL names: a slot's public page (it takes the primary key), and where all are.

    ``office_pages`` are what its back office offers besides; ``if_missed`` says what it costs to miss one of several
    meetings. ``publishes``: the room above opens its dates to the public, all together, and organisers do not one by
    one.
    """

    name: str
    label: str | Promise
    icon: str
    page: str
    list_page: str = "events:space"
    office_pages: tuple[OfficePage, ...] = ()
    if_missed: str | Promise = ""
    publishes: bool = False


_kinds: dict[str, SlotKind] = {}


def register(kind: SlotKind) -> None:
    _kinds[kind.name] = kind


def get(name: str) -> SlotKind:
    """The kind of that name; KeyError when no room registered it."""
    return _kinds[name]


def page_of(slot: Slot) -> str:
    """The address of a slot's public page, in the active language, without the host."""
    return reverse(_kinds[slot.kind].page, args=[slot.pk])


def others_of(slot: Slot) -> str:
    """Where to look for other dates of that kind, in the active language, without the host."""
    return reverse(_kinds[slot.kind].list_page)


def browse() -> str:
    """Where to look for a date of any kind: the list of the first kind that was registered."""
    return reverse(next(iter(_kinds.values())).list_page)


def choices() -> list[tuple[str, str | Promise]]:
    """All kinds, for a choice field."""
    return [(kind.name, kind.label) for kind in _kinds.values()]
