"""Who was there: marked by the person in charge or an organiser, on the spot or later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from volunteers.models import User, Volunteer

Attendance = Registration.Attendance

OPENS_BEFORE = dt.timedelta(hours=1)


def is_open(slot: Slot, now: dt.datetime | None = None) -> bool:
    """May attendance be marked? From an hour before the beginning, for ever; never for a slot not held."""
    now = now or timezone.now()
    return slot.state == Slot.State.OPEN and now >= slot.starts_at - OPENS_BEFORE


def mark(slot: Slot, *, registrations: Iterable[int], attendance: str, by: User) -> int:
    """Marks those registrations of the slot present, absent or unknown (``Attendance``). Returns how many changed.

    Harmless twice. Only confirmed registrations are marked: others of the given keys are left as they are. Refuses
    when the time has not come.
    """
    if attendance not in Attendance.values:
        raise ChangeRefused(_("Present, absent or not marked: nothing else can be noted."))
    _check_open(slot)
    rows = slot.registrations.filter(pk__in=list(registrations), state=Registration.State.CONFIRMED)
    return rows.exclude(attendance=attendance).update(attendance=attendance, updated_at=timezone.now())


def admit(volunteer: Volunteer, *, slot: Slot, by: User) -> Registration:
    """Somebody who came without a registration, or from the waiting list, is there: registered and present at once.

    Whoever has an active registration is confirmed and marked. Takes a seat, and refuses when none is left (a room
    holds what it holds: resize first). Nobody is written to: they are in the room. Locks the slot's row.
    """
    _check_open(slot)
    now = timezone.now()
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        row = slot.registrations.active().filter(volunteer=volunteer).first()
        if row is None or row.state not in Registration.HOLDING:
            taken = Slot.objects.filter(pk=slot.pk, seats_taken__lt=F("capacity")).update(
                seats_taken=F("seats_taken") + 1
            )
            if not taken:
                raise ChangeRefused(_("All seats are taken. Add seats to this date first."))
        row = row or Registration(volunteer=volunteer, slot=slot, created_by=by)
        row.state, row.pending_for, row.expires_at = Registration.State.CONFIRMED, "", None
        row.confirmed_at, row.attendance = row.confirmed_at or now, Attendance.PRESENT
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ChangeRefused(_("This person has just been registered: look again.")) from error
    return row


def _check_open(slot: Slot) -> None:
    if not is_open(slot):
        raise ChangeRefused(_("Attendance can be marked from an hour before the beginning."))
