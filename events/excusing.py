"""Somebody registered for a course cannot come to one of its meetings: the seat is kept, the organisers are told.

Said by its person from a mail, without signing in, or from "My space", and taken back until that meeting begins. It is
their mark of that meeting, "excused", as if noted at the door (events.by_date).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import by_date, missed, occasions
from events.models import MeetingMark, Registration, Slot
from events.occasions import Occasion
from events.registering import RegistrationRefused
from mail import queuing
from volunteers.models import User

SALT = "events.excusing"
KIND = "events/one-date"
State = Registration.State
EXCUSED = Registration.Attendance.EXCUSED


def token_of(registration: Registration, number: int) -> str:
    """Proves having received a mail about that meeting of this registration."""
    return signing.dumps([registration.pk, number], salt=SALT, compress=False)


def meant_by(token: str) -> tuple[Registration, int] | None:
    """The registration that the link is about and the meeting's number; None for a forged link, and when the person is
    gone."""
    try:
        pk, number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Registration.objects.with_rank().select_related(
        "volunteer__user", "slot__network", "slot__venue__district", "slot__room"
    )
    row = rows.filter(pk=pk).exclude(volunteer=None).first()
    return (row, number) if row else None


def may_say(registration: Registration, one: Occasion | None, now: dt.datetime | None = None) -> bool:
    """Is there a seat at one of several meetings, and time to say whether one comes? (The verbs refuse the same.)"""
    slot, now = registration.slot, now or timezone.now()
    is_held = one is not None and one.starts_at > now and slot.state == Slot.State.OPEN
    return is_held and slot.dates > 1 and registration.state == State.CONFIRMED


def is_last(registration: Registration, one: Occasion, now: dt.datetime | None = None) -> bool:
    """Would this leave them no meeting, of a course that has not begun? Then the seat is to be given back."""
    now = now or timezone.now()
    others = {other.number for other in occasions.of(registration.slot)} - missed.numbers_of(registration)
    return registration.slot.starts_at > now and others <= {one.number}


def cannot_come(registration: Registration, *, number: int, by: User | None) -> Registration:
    """The person keeps the seat and does not come to that meeting. They get a message, for their calendar.

    Harmless twice. Raises RegistrationRefused without a confirmed seat at a course of several; when the meeting was
    taken out or has begun; when somebody has noted otherwise; and when no meeting would be left, of a course that has
    not begun (``registering.give_back`` is for that). Locks the slot's row.
    """
    with transaction.atomic():
        row, one = _held(registration, number)
        mark = MeetingMark.objects.filter(registration=row, meeting__number=number, meeting__slot=row.slot).first()
        if mark is not None and mark.attendance == EXCUSED:
            return row
        if mark is not None:
            raise RegistrationRefused(_("It is noted already who was at this meeting: tell the organisers."))
        if is_last(row, one):
            raise RegistrationRefused(_("You would come to none of the dates: give your seat back instead."))
        meeting = row.slot.meetings.held().get(number=number)
        MeetingMark.objects.create(registration=row, meeting=meeting, attendance=EXCUSED, said_at=timezone.now())
        return _said(row, number)


def can_come(registration: Registration, *, number: int, by: User | None) -> Registration:
    """The person comes to that meeting after all, and gets a message. Harmless twice; raises like ``cannot_come``.

    What somebody else has noted stays. Locks the slot's row.
    """
    with transaction.atomic():
        row, _one = _held(registration, number)
        said = MeetingMark.objects.said().filter(registration=row, meeting__number=number)
        return _said(row, number) if said.delete()[0] else row


def expect_again(slot: Slot, *, numbers: Iterable[int], starts: dict[int, dt.datetime]) -> dict[int, list[str]]:
    """Those meetings are at another time now: whoever had said no to one is expected again, and says so anew.

    ``starts``: when each meeting was. Returns when they had said no to (ISO 8601), by registration, for the message. In
    the transaction of a caller who holds the slot's row.
    """
    said = MeetingMark.objects.said().filter(meeting__slot=slot, meeting__number__in=list(numbers))
    found = defaultdict[int, list[str]](list)
    for key, number in said.order_by("meeting__number").values_list("registration", "meeting__number"):
        found[key].append(starts[number].isoformat())
    if found:
        said.delete()
        by_date.derive(slot, only=found)
    return dict(found)


def _held(registration: Registration, number: int) -> tuple[Registration, Occasion]:
    """The registration as it is, with its slot held, and the meeting of that number; refuses where nothing can be
    said."""
    slot = Slot.objects.select_for_update(no_key=True).get(pk=registration.slot_id)
    row = Registration.objects.select_related("volunteer__user").get(pk=registration.pk)
    row.slot = slot
    one = next((one for one in occasions.of(slot) if one.number == number), None)
    if row.state != State.CONFIRMED or slot.dates == 1:
        raise RegistrationRefused(_("You have no seat at several meetings here."))
    if one is None or slot.state != Slot.State.OPEN:
        raise RegistrationRefused(_("This meeting does not take place: there is nothing to say."))
    if one.starts_at <= timezone.now():
        raise RegistrationRefused(_("This meeting has begun: tell the organisers."))
    return row, one


def _said(row: Registration, number: int) -> Registration:
    """After what the person said has changed: what it comes to, their calendar, their message."""
    by_date.derive(row.slot, only=[row.pk])
    Registration.objects.filter(pk=row.pk).update(dates_sequence=F("dates_sequence") + 1, updated_at=timezone.now())
    row.refresh_from_db(fields=["attendance", "dates_sequence", "updated_at"])
    if hasattr(row, missed.READ):
        delattr(row, missed.READ)
    if row.volunteer is not None:
        context = {"registration": str(row.uid), "number": number, "dates_sequence": row.dates_sequence}
        key = f"{KIND}:{row.uid}:{row.dates_sequence}"
        queuing.queue_many([queuing.draft(KIND, key=key, user=row.volunteer.user, context=context)])
    return row
