"""What a slot is the slot of. Each room above registers its kind from its AppConfig.ready(); events knows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from events.models import Registration, Slot


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


@dataclass(frozen=True)
class Care:
    """What the room above does itself, for slots of which a registration is only a part of what one signs up for.

    ``own_page``: the URL name (it takes the slot's key) of the page where one signs up, and sees what became of it.
    ``most``: how many seats of the slot may be given, at most ``capacity``. ``follow`` is told of each registration
    that has become active or has ended, in the same transaction and under the slot's lock. ``word``: a sentence that
    goes with each confirmation. ``offers``: whether a seat that comes free is offered to the first who waits; otherwise
    the room above finds somebody.
    """

    own_page: str
    most: Callable[[Slot], int]
    follow: Callable[[Registration], None]
    word: str | Promise = ""
    offers: Callable[[Slot], bool] | None = None


_kinds: dict[str, SlotKind] = {}
_cares: dict[str, Care] = {}


def register(kind: SlotKind) -> None:
    _kinds[kind.name] = kind


def look_after(name: str, care: Care) -> None:
    """From now on the room above takes care of that kind; a second time replaces it."""
    _cares[name] = care


def care_of(slot: Slot) -> Care | None:
    return _cares.get(slot.kind)


def in_reserve(row: Registration) -> bool:
    """Does somebody wait where the list no longer moves by itself? Then their number in it decides nothing. Asks the
    room above, of whoever waits."""
    care = care_of(row.slot) if row.state == Registration.State.WAITING else None
    return care is not None and care.offers is not None and not care.offers(row.slot)


def own_page_of(slot: Slot) -> str:
    """The address of the page that stands for the agenda's own, in the active language; "" where there is none."""
    care = care_of(slot)
    return reverse(care.own_page, args=[slot.pk]) if care else ""


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
