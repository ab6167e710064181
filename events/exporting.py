"""What the agenda knows about a person, for them to keep."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events import by_date, occasions
from events.calendars import place_of
from events.models import MeetingMark, Registration, Slot
from volunteers.exporting import Row, Section
from volunteers.models import User


def _registrations(user: User) -> Iterable[Row]:
    rows = Registration.objects.filter(volunteer__user=user).select_related("slot__venue", "slot__room")
    found = list(rows.order_by("slot__starts_at", "pk"))
    occasions.read(row.slot for row in found)
    marks = _marks(found)
    for row in found:
        yield {
            "title": row.slot.title,
            "starts_at": row.slot.starts_at,
            "meetings": _meetings(row.slot),
            "place": place_of(row.slot),
            "state": row.get_state_display(),
            "created_at": row.created_at,
            "confirmed_at": row.confirmed_at,
            "ended_at": row.ended_at,
            "end_reason": row.get_end_reason_display(),
            "end_note": row.end_note,
            "known_as": " ".join((row.known_as or {}).values()).strip(),
            "attendance": row.get_attendance_display(),
            "attendance_by_date": _by_date(row.slot, marks[row.pk]),
        }


def _meetings(slot: Slot) -> str:
    """When and, where it is not the slot's place, where; "" for one that has not several."""
    if slot.dates == 1:
        return ""
    times = [
        (
            date_format(timezone.localtime(one.starts_at), "SHORT_DATETIME_FORMAT"),
            place_of(one) if one.elsewhere else "",
        )
        for one in occasions.of(slot)
    ]
    return "; ".join(f"{when} ({place})" if place else when for when, place in times)


def _marks(rows: Iterable[Registration]) -> Mapping[int, dict[int, str]]:
    """What was noted of each registration, by the number of the meeting: one query, or none where no slot has
    several."""
    found = defaultdict[int, dict[int, str]](dict)
    if several := [row.pk for row in rows if row.slot.dates > 1]:
        for mark in MeetingMark.objects.filter(registration__in=several).select_related("meeting"):
            found[mark.registration_id][mark.meeting.number] = _in_words(mark)
    return found


def _in_words(mark: MeetingMark) -> str:
    if mark.said_at is None:
        return mark.get_attendance_display()
    said_on = date_format(timezone.localtime(mark.said_at), "SHORT_DATETIME_FORMAT")
    return gettext("excused, as you said on %(day)s") % {"day": said_on}


def _by_date(slot: Slot, marks: Mapping[int, str]) -> str:
    """ "5 December, 10:00: present; ..."; "" where nothing was noted."""
    if not marks:
        return ""
    return "; ".join(f"{by_date.day_of(one)}: {marks[one.number]}" for one in occasions.of(slot) if one.number in marks)


REGISTRATIONS = Section(
    "registrations",
    _("Your registrations"),
    {
        "title": _("date"),
        "starts_at": _("starts at"),
        "meetings": _("meetings"),
        "place": _("place"),
        "state": _("state"),
        "created_at": _("asked"),
        "confirmed_at": _("confirmed"),
        "ended_at": _("ended"),
        "end_reason": _("why it ended"),
        "end_note": _("the organiser's words"),
        "known_as": _("the name an organiser typed"),
        "attendance": _("attendance"),
        "attendance_by_date": _("attendance at each meeting"),
    },
    _registrations,
)
