"""What a person's agenda holds, read for pages, mail and calendars."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from events import kinds, missed, occasions
from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from volunteers.models import Volunteer

State = Registration.State
PendingFor = Registration.PendingFor
ANSWERABLE = (PendingFor.CODE, PendingFor.OFFER)  # what one may confirm oneself


def clashes(volunteer: Volunteer, slot: Slot, *, number: int | None = None) -> RegistrationQuerySet:
    """The person's other registrations, waiting ones included, whose time overlaps the slot's, meeting by meeting, but
    for meetings that they miss. Only that meeting of the slot's, for a ``number``. One query, and one for a slot of
    several meetings."""
    times = [one for one in occasions.of(slot) if number in (None, one.number)]
    at_once = _theirs(volunteer).filter(occasions.taking(times))
    return at_once.active().exclude(slot=slot).order_by("slot__starts_at")


def clashes_of(registration: Registration) -> RegistrationQuerySet:
    """The same for a seat offered or held, before it is accepted; none for what there is nothing to accept of."""
    if registration.pending_for not in ANSWERABLE or registration.volunteer is None:
        return Registration.objects.none()
    return clashes(registration.volunteer, registration.slot)


@dataclass(frozen=True)
class Agenda:
    """A person's dates: ``to_answer`` (seats offered or held), what comes, soonest first, what has been, latest first.

    ``more_past`` says that ``past`` was cut.
    """

    to_answer: list[Registration]
    coming: list[Registration]
    waiting: list[Registration]
    reserve: list[Registration]
    past: list[Registration]
    more_past: bool


def agenda_of(volunteer: Volunteer, *, past: int = 10, now: dt.datetime | None = None) -> Agenda:
    """Reads the agenda in two queries, two more where people meet several times, and what ``kinds.in_reserve`` asks.

    ``past`` is how many ended ones to read at most.

    What ended is everything over, cancelled or refused. Every row has its ``rank``.
    """
    now = now or timezone.now()
    ahead = Q(state__in=Registration.ACTIVE, slot__ends_at__gt=now)
    rows = list(_theirs(volunteer).filter(ahead).with_rank().order_by("slot__starts_at", "pk"))
    ended = list(_theirs(volunteer).exclude(ahead).order_by("-slot__starts_at", "-pk")[: past + 1])
    occasions.read(row.slot for row in (*rows, *ended))
    missed.read(rows)
    if any(row.slot.dates > 1 for row in rows):  # one under way is as near as the next meeting that the person goes to
        rows.sort(key=lambda row: (missed.next_of(row, now).starts_at, row.pk))
    waiting = [row for row in rows if row.state == State.WAITING]
    reserve = [row for row in waiting if kinds.in_reserve(row)]
    return Agenda(
        to_answer=[row for row in rows if row.pending_for in ANSWERABLE],
        coming=[row for row in rows if row.state != State.WAITING and row.pending_for not in ANSWERABLE],
        waiting=[row for row in waiting if row not in reserve],
        reserve=reserve,
        past=ended[:past],
        more_past=len(ended) > past,
    )


def calendar_of(volunteer: Volunteer) -> RegistrationQuerySet:
    """What a calendar shows, in two queries: all that is active, and what was confirmed and then called off.

    A seat held for a code is left out: as long as the address is not proved, somebody else may have typed it.
    """
    called_off = Q(state=State.CANCELLED, end_reason=Registration.EndReason.SLOT, confirmed_at__isnull=False)
    rows = _theirs(volunteer).filter(Q(state__in=Registration.ACTIVE) | called_off)
    rows = rows.exclude(pending_for=PendingFor.CODE).order_by("slot__starts_at", "pk")
    return rows.prefetch_related(occasions.WITH_MEETINGS)


def _theirs(volunteer: Volunteer) -> RegistrationQuerySet:
    """With what a page shows of each. An attempt whose code never came was told to nobody, and is left out."""
    rows = Registration.objects.filter(volunteer=volunteer).exclude(
        state=State.CANCELLED, end_reason=Registration.EndReason.EXPIRED, confirmed_at=None, queue_number=None
    )
    return rows.select_related("slot__network", "slot__venue__district", "slot__room")
