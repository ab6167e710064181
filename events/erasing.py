"""A person leaves: the agenda lets go of them. And who is not to be let go, since the agenda counts on them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import by_date, registering
from events.models import MeetingMark, Registration, Slot
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Gives back every seat and place in a waiting list, which tells those who are next. Harmless twice.

    A seat on a date that has begun stays as it is, with what was noted of it, and so does what ended: both count. They
    lose what organisers wrote to the person or about them, when the person said that they would miss a meeting, the
    number that the person's own mails and calendar know them by, and the person when the account disappears
    (``Registration.volunteer``). Of a course under way they are excused from the meetings still to come.

    Locks the slots' rows in the order of their keys, as everybody must who holds several.
    """
    mine = Registration.objects.filter(volunteer__user=user)
    told = Q(known_as__isnull=False) | ~Q(end_note="")
    mine.filter(told).update(end_note="", known_as=None)
    for registration in mine.active().order_by("slot_id").select_related("slot"):
        if not _stays(registration):
            registering.cancel(registration, by=None)
    MeetingMark.objects.said().filter(registration__volunteer__user=user).update(said_at=None)
    for key in mine.values_list("pk", flat=True):
        mine.filter(pk=key).update(uid=uuid.uuid4())


def _stays(registration: Registration) -> bool:
    """Whether it is a seat on a date that has begun, and is kept for the counts. Locks the slot's row."""
    slot = Slot.objects.select_for_update(no_key=True).get(pk=registration.slot_id)
    row = slot.registrations.filter(pk=registration.pk, state=Registration.State.CONFIRMED).first()
    if row is None or not slot.has_begun:
        return False
    to_come = slot.meetings.held().filter(starts_at__gt=timezone.now()) if slot.dates > 1 else ()
    for meeting in to_come:
        by_date.note(slot, meeting.number, {row.pk: Registration.Attendance.EXCUSED}, seen={row.pk: ""})
    return True


def in_charge(since: dt.datetime) -> Exists:
    """Accounts in charge of a date, whenever it is: a role (see ``volunteers.idling.register``)."""
    return Exists(Slot.people_in_charge.through.objects.filter(user=OuterRef("pk")))


def registered(since: dt.datetime) -> Exists:
    """Accounts with a seat, or a wait for one, on a date to come or since then: some take part and never sign in."""
    rows = Registration.objects.active().filter(slot__ends_at__gte=since)
    return Exists(rows.filter(volunteer__user=OuterRef("pk")))


KEPT = Rule(
    "events_registration",
    _("Seats you asked for, had and gave back"),
    _("To keep your seat, and to count afterwards"),
    _("Until you delete your account; then only the count stays, without you"),
    "",
)
