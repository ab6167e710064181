"""The code that somebody shows at the door: read, and the person marked present."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from events import attending, by_date, door_codes
from events.models import Registration, Slot
from events.scheduling import ChangeRefused
from volunteers.models import User

State = Registration.State
PRESENT = Registration.Attendance.PRESENT


@dataclass(frozen=True)
class CheckedIn:
    """Whose code it was. ``was_marked``: another phone, or the same, had read it before."""

    registration: Registration
    was_marked: bool


def check_in(slot: Slot, *, code: str, by: User) -> CheckedIn:
    """Marks present whoever has this code (``events.door_codes``); says so when they are marked already.

    Of several meetings it counts for the one that is on. Of two phones that read it at once one marks. Refuses in
    words a code that is nobody's, of another date (which one only to those who may see it), or of somebody who has no
    seat; and before the time has come.
    """
    meeting = attending.open_on(slot, None)
    number = door_codes.number_of(code)
    rows = Registration.objects.select_related("volunteer__user", "slot")
    row = rows.filter(pk=number).first() if number is not None else None
    if row is None or row.volunteer is None:
        raise ChangeRefused(_("Nobody has this code. Type it again, or look for the name in the list."))
    if row.slot_id != slot.pk:
        raise ChangeRefused(_other_date(row.slot, by))
    if row.state != State.CONFIRMED:
        raise ChangeRefused(_no_seat(row))
    if slot.dates > 1:
        changed, _marks = by_date.note(slot, meeting, {row.pk: PRESENT})
    else:
        confirmed = Registration.objects.filter(pk=row.pk, state=State.CONFIRMED)
        changed = confirmed.exclude(attendance=PRESENT).update(attendance=PRESENT, updated_at=timezone.now())
    row.refresh_from_db(fields=["state", "attendance"])
    if not changed and row.state != State.CONFIRMED:  # cancelled in this very moment
        raise ChangeRefused(_no_seat(row))
    return CheckedIn(row, was_marked=not changed)


def _other_date(slot: Slot, by: User) -> str:
    if not Slot.objects.visible_to(by).filter(pk=slot.pk).exists():
        return str(_("This code is for another date."))
    moment = date_format(timezone.localtime(slot.starts_at), "SHORT_DATETIME_FORMAT")
    return _("This code is for another date: %(title)s, %(moment)s.") % {"title": slot.title, "moment": moment}


def _no_seat(row: Registration) -> str:
    said = {
        State.WAITING: _("%(name)s is on the waiting list and has no seat: add them if one is free."),
        State.PENDING: _("%(name)s has not confirmed, or waits for an answer: add them if you agree."),
        State.REFUSED: _("The request of %(name)s was refused."),
    }
    sentence = said.get(State(row.state), _("The registration of %(name)s was cancelled."))
    return sentence % {"name": row.person_name or _("somebody without a name")}
