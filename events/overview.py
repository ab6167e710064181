"""What the back office shows first: what needs somebody today, and the dates to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils import timezone

from events import attending
from events.models import Registration, Slot
from events.models.slots import SlotQuerySet
from volunteers.models import User

State = Registration.State
AHEAD = dt.timedelta(days=14)
FEW_WITHIN = dt.timedelta(days=7)
FEW_SHARE = 1 / 3  # of the seats


@dataclass(frozen=True)
class ToDo:
    """Slots that ask for something: attendance to mark now or since, answers to give, too few people, still a draft."""

    attendance: list[Slot] = field(default_factory=list)
    approvals: list[Slot] = field(default_factory=list)
    few: list[Slot] = field(default_factory=list)
    drafts: list[Slot] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.attendance or self.approvals or self.few or self.drafts)


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
    """What this person's slots ask of them, from two weeks ago to two weeks ahead. Two queries."""
    now = now or timezone.now()
    slots = Slot.objects.visible_to(user).filter(ends_at__gt=now - AHEAD, starts_at__lt=now + AHEAD)
    slots = slots.exclude(state=Slot.State.CANCELLED).select_related("network", "venue")
    organised = set(Slot.objects.organised_by(user).filter(pk__in=slots.values("pk")).values_list("pk", flat=True))
    found = ToDo()
    for slot in with_counts(slots).order_by("starts_at", "pk"):
        if attending.is_open(slot, now) and slot.unmarked:  # type: ignore[attr-defined]
            found.attendance.append(slot)
        if slot.pk not in organised or slot.starts_at <= now:
            continue
        if slot.to_approve:  # type: ignore[attr-defined]
            found.approvals.append(slot)
        if slot.state == Slot.State.DRAFT:
            found.drafts.append(slot)
        elif slot.starts_at < now + FEW_WITHIN and slot.seats_taken < slot.capacity * FEW_SHARE:
            found.few.append(slot)
    return found


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
