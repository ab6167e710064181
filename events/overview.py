"""What the back office shows first: what needs somebody today, and the dates to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from events import attending, by_date, kinds, occasions
from events.models import Registration, Slot
from events.models.slots import SlotQuerySet
from events.occasions import Occasion
from volunteers.models import User

State = Registration.State
AHEAD = dt.timedelta(days=14)
FEW_WITHIN = dt.timedelta(days=7)
FEW_SHARE = 1 / 3  # of the seats


@dataclass(frozen=True)
class Line:
    """Something in another room that needs this person: an icon's name, what it is about, where, and what waits."""

    icon: str
    title: str
    url: str
    words: str


_rooms: list[Callable[[User | AnonymousUser], list[Line]]] = []


def register(lines_for: Callable[[User | AnonymousUser], list[Line]]) -> None:
    """Adds a room's lines to what needs somebody. Each room asks one query for them; twice is once."""
    if lines_for not in _rooms:
        _rooms.append(lines_for)


@dataclass(frozen=True)
class ToDo:
    """Slots that ask for something: attendance to mark now or since, answers to give, too few people, still a draft.

    And the lines of other rooms.
    """

    attendance: list[Slot] = field(default_factory=list)
    approvals: list[Slot] = field(default_factory=list)
    few: list[Slot] = field(default_factory=list)
    drafts: list[Slot] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.attendance or self.approvals or self.few or self.drafts or self.lines)


def with_counts(slots: SlotQuerySet) -> SlotQuerySet:
    """Adds ``confirmed``, ``waiting``, ``to_approve``, ``ended`` and ``unmarked``: how many registrations of each."""
    state, approval = "registrations__state", Registration.PendingFor.APPROVAL
    return slots.annotate(
        confirmed=Count("registrations", filter=Q(**{state: State.CONFIRMED})),
        waiting=Count("registrations", filter=Q(**{state: State.WAITING})),
        to_approve=Count("registrations", filter=Q(registrations__pending_for=approval)),
        ended=Count("registrations", filter=Q(**{f"{state}__in": (State.CANCELLED, State.REFUSED)})),
        unmarked=Count("registrations", filter=Q(**{state: State.CONFIRMED, "registrations__attendance": ""})),
    )


def to_do(user: User | AnonymousUser, now: dt.datetime | None = None) -> ToDo:
    """What this person's slots ask of them, from two weeks ago to two weeks ahead. Two queries, and one a room;
    one more where a slot of several meetings has begun."""
    now = now or timezone.now()
    slots = Slot.objects.visible_to(user).filter(ends_at__gt=now - AHEAD, starts_at__lt=now + AHEAD)
    slots = slots.exclude(state=Slot.State.CANCELLED).select_related("network", "venue")
    organised = set(Slot.objects.organised_by(user).filter(pk__in=slots.values("pk")).values_list("pk", flat=True))
    found = ToDo(lines=[line for lines_for in _rooms for line in lines_for(user)])
    counted = list(with_counts(slots).order_by("starts_at", "pk"))
    by_date.note_unmarked([slot for slot in counted if slot.dates > 1 and attending.is_open(slot, now)], now)
    for slot in counted:
        if attending.is_open(slot, now) and slot.unmarked:  # type: ignore[attr-defined]
            found.attendance.append(slot)
        if slot.pk not in organised or slot.starts_at <= now:
            continue
        if slot.to_approve:  # type: ignore[attr-defined]
            found.approvals.append(slot)
        if slot.state == Slot.State.DRAFT and kinds.get(slot.kind).publishes:
            continue
        if slot.state == Slot.State.DRAFT:
            found.drafts.append(slot)
        elif slot.starts_at < now + FEW_WITHIN and slot.seats_taken < slot.capacity * FEW_SHARE:
            found.few.append(slot)
    return found


@dataclass(frozen=True)
class Clash:
    """Another date in the same place at the same time. ``url`` is "" for who may not know which."""

    slot: Slot
    url: str

    @property
    def words(self) -> str:
        return f"{self.slot.title}, {date_format(timezone.localtime(self.slot.starts_at), 'SHORT_DATETIME_FORMAT')}"


def clashes(user: User | AnonymousUser, slot: Slot, planned: Iterable[Occasion] | None = None) -> list[Clash]:
    """What else is in the slot's place at its time (five at most); nothing once it is over or called off.

    ``planned``: at these occasions rather than at its own.
    """
    now = timezone.now()
    times = [one for one in planned or occasions.of(slot) if one.ends_at > now]
    if slot.state == Slot.State.CANCELLED or not times:
        return []
    found = list(occasions.clashing(times, besides=slot).order_by("starts_at", "pk")[:5])
    keys = [other.pk for other in found]
    mine = set(Slot.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if found else set()
    return [Clash(other, _page_for(other, mine=other.pk in mine)) for other in found]


def _page_for(slot: Slot, *, mine: bool) -> str:
    if mine:
        return reverse("organise:slot", args=[slot.pk])
    return "" if slot.state == Slot.State.DRAFT else kinds.page_of(slot)


def state_shown(slot: Slot, now: dt.datetime | None = None) -> str:
    """The state that a badge shows: draft, cancelled, over, full, closed or open."""
    now = now or timezone.now()
    if slot.state != Slot.State.OPEN:
        return slot.state
    if slot.ends_at <= now:
        return "over"
    if not slot.is_open(now):
        return "closed"
    return "full" if not slot.seats_left else "open"
