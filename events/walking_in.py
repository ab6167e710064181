"""Somebody comes who is not registered and wants no account: a first name, a seat, and that is all."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import attending, registering
from events.models import Slot, WalkIn
from events.scheduling import ChangeRefused
from volunteers.models import User
from volunteers.retention import Rule

NAME_DAYS = 30  # after the date


def let_in(first_name: str, *, slot: Slot, key: uuid.UUID, by: User, date: int | None = None) -> WalkIn:
    """Counts somebody in, under a first name: takes a seat, makes no account, writes to nobody.

    ``key`` belongs to one opening of the form: a second click adds nobody. Of several meetings they came to one, as
    for ``attending.mark``: whoever comes again is counted again. Refuses before attendance opens, and when no seat
    is left (a room holds what it holds: resize first). Locks the slot's row.
    """
    number = attending.open_on(slot, date)
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        if there := slot.walk_ins.filter(key=key).first():
            return there
        free = Slot.objects.filter(pk=slot.pk, state=Slot.State.OPEN, seats_taken__lt=F("capacity"))
        if not free.update(seats_taken=F("seats_taken") + 1):
            raise ChangeRefused(_("All seats are taken. Add seats to this date first."))
        meeting = slot.meetings.held().filter(number=number).first() if slot.dates > 1 else None
        return WalkIn.objects.create(slot=slot, meeting=meeting, first_name=first_name, key=key, added_by=by)


def take_back(slot: Slot, *, walk_in: int, by: User) -> WalkIn | None:
    """Whoever was counted in by mistake is no longer: the seat goes on. None, and nothing, when it was done before.

    Locks the slot's row.
    """
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        slot.refresh_from_db()
        row = slot.walk_ins.filter(pk=walk_in).first()
        if row is None:
            return None
        row.delete()
        Slot.objects.filter(pk=slot.pk).update(seats_taken=F("seats_taken") - 1)
        slot.seats_taken -= 1
        if slot.state == Slot.State.OPEN:
            registering.promote_waiting(slot)
    return row


def forget_names(now: dt.datetime | None = None) -> int:
    """Empties the names of dates that ended NAME_DAYS ago; returns how many. The count stays."""
    limit = (now or timezone.now()) - dt.timedelta(days=NAME_DAYS)
    return WalkIn.objects.filter(slot__ends_at__lt=limit).exclude(first_name="").update(first_name="")


KEPT = Rule(
    "events_walkin",
    _("The first name of somebody who came without an account"),
    _("So that those at the door know whom they have counted"),
    _("30 days after the date; then only the count stays"),
    "events.tasks.forget_walk_ins",
)
