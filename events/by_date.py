"""Attendance of a slot of several meetings: a mark for each person and meeting, and what they come to.

What became of the whole registration is derived here alone, and kept in ``Registration.attendance``, where evaluation,
qualifications, certificates and figures read it whatever the number of meetings.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events import occasions
from events.models import Meeting, MeetingMark, Registration, Slot
from events.models.marks import MeetingMarkQuerySet
from events.models.registrations import RegistrationQuerySet
from events.occasions import Occasion
from events.scheduling import ChangeRefused

Attendance = Registration.Attendance
State = Registration.State

OPENS_BEFORE = dt.timedelta(hours=1)


def outcome(marks: Collection[str], *, meetings: int) -> str:
    """What the marks of one person come to, of that many meetings.

    Present is who was at all of them to the end, "left early" who was at some. Of somebody who was at none nothing is
    known while a meeting is not marked; then they are excused if they were at all, or else absent.
    """
    if any(mark in Registration.THERE for mark in marks):
        stayed = len(marks) == meetings and set(marks) == {Attendance.PRESENT}
        return Attendance.PRESENT if stayed else Attendance.LEFT_EARLY
    if len(marks) < meetings:
        return Attendance.UNKNOWN
    return Attendance.EXCUSED if Attendance.EXCUSED in marks else Attendance.ABSENT


def on(slot: Slot, now: dt.datetime | None = None) -> Occasion:
    """The occasion whose door is open: today's, or else the latest of which attendance can be marked, or the first.

    Of two today, the one that opened last. A code shown at the door counts for this one.
    """
    now, times = now or timezone.now(), occasions.of(slot)
    today = timezone.localdate(now)
    opened = [one for one in times if now >= one.starts_at - OPENS_BEFORE]
    if opened and timezone.localdate(opened[-1].starts_at) == today:
        return opened[-1]
    later = next((one for one in times[len(opened) :] if timezone.localdate(one.starts_at) == today), None)
    return later or (opened or times)[-1 if opened else 0]


def chosen(slot: Slot, number: int | None) -> Occasion:
    """The occasion of that number; the one that is ``on`` for None. Refuses one that there is not (any more)."""
    if number is None:
        return on(slot)
    found = next((one for one in occasions.of(slot) if one.number == number), None)
    if found is None:
        raise ChangeRefused(gettext_lazy("This meeting was taken out meanwhile: look again."))
    return found


def marks_of(slot: Slot, number: int) -> dict[int, str]:
    """The marks of one meeting, by registration, of those confirmed."""
    return dict(_marks(slot).filter(meeting__number=number).values_list("registration", "attendance"))


def _marks(slot: Slot) -> MeetingMarkQuerySet:
    return MeetingMark.objects.filter(meeting__slot=slot, registration__state=State.CONFIRMED)


def as_on(rows: Iterable[Registration], slot: Slot, number: int) -> list[Registration]:
    """The rows, of ``with_there``, as a page about that meeting shows them: never to be saved.

    Their mark of it stands in the place of what all come to; that is in ``so_far``, in words, if they were at any.
    ``said_at`` is when they said themselves that they could not come.
    """
    marks = {mark.registration_id: mark for mark in _marks(slot).filter(meeting__number=number)}
    found = list(rows)
    for row in found:
        row.so_far = in_words(row, slot) if row.was_there else ""  # type: ignore[attr-defined]
        mark = marks.get(row.pk)
        row.attendance = mark.attendance if mark else Attendance.UNKNOWN
        row.said_at = mark.said_at if mark else None  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class Expected:
    """One meeting, how many have a seat and come, and how many have it and do not (excused)."""

    occasion: Occasion
    coming: int
    excused: int


def expected(slot: Slot) -> list[Expected]:
    """Who comes when, of a slot of several meetings; empty where there is one, without a query. Else two, besides the
    meetings."""
    if slot.dates == 1:
        return []
    confirmed = slot.registrations.filter(state=State.CONFIRMED).count()
    excused = Counter(_marks(slot).filter(attendance=Attendance.EXCUSED).values_list("meeting__number", flat=True))
    return [Expected(one, confirmed - excused[one.number], excused[one.number]) for one in occasions.of(slot)]


def note(
    slot: Slot, number: int, wanted: Mapping[int, str], *, seen: Mapping[int, str] | None = None
) -> tuple[int, dict[int, str]]:
    """Gives these registrations of the slot their mark of that meeting, "" for none, and derives what all come to.

    Only those confirmed, and of these only whose mark is as ``seen``, if that is given. Returns how many changed, and
    the marks of all asked for as they are now. Harmless twice. Refuses a meeting taken out meanwhile. Locks the slot's
    row, like whoever adds or takes out a meeting.
    """
    with transaction.atomic():
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        meeting = slot.meetings.held().filter(number=number).first()
        if meeting is None:
            raise ChangeRefused(gettext_lazy("This meeting was taken out meanwhile: look again."))
        keys = list(slot.registrations.filter(pk__in=wanted, state=State.CONFIRMED).values_list("pk", flat=True))
        before = dict.fromkeys(keys, "") | dict(
            MeetingMark.objects.filter(meeting=meeting, registration__in=keys).values_list("registration", "attendance")
        )
        change = {
            key: wanted[key]
            for key, mark in before.items()
            if wanted[key] != mark and (seen is None or seen[key] == mark)
        }
        if change:
            _write(meeting, change)
            derive(slot, only=change)
    return len(change), before | change


def _write(meeting: Meeting, marks: Mapping[int, str]) -> None:
    MeetingMark.objects.filter(meeting=meeting, registration__in=marks).delete()
    MeetingMark.objects.bulk_create(
        MeetingMark(meeting=meeting, registration_id=key, attendance=mark) for key, mark in marks.items() if mark
    )


def derive(slot: Slot, *, only: Collection[int] | None = None) -> None:
    """Stores what the marks come to of those confirmed. The caller holds the slot's row. As many queries for each."""
    rows = slot.registrations.filter(state=State.CONFIRMED)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    held = slot.meetings.held()
    marks = defaultdict[int, list[str]](list)
    for key, mark in MeetingMark.objects.filter(meeting__in=held, registration__in=rows).values_list(
        "registration", "attendance"
    ):
        marks[key].append(mark)
    meetings, came_to = held.count(), defaultdict[str, list[int]](list)
    for key, known in rows.values_list("pk", "attendance"):
        if (now := outcome(marks.get(key, []), meetings=meetings)) != known:
            came_to[now].append(key)
    for attendance, keys in came_to.items():
        slot.registrations.filter(pk__in=keys).update(attendance=attendance, updated_at=timezone.now())


def follow(slot: Slot, *, was_only: int | None) -> None:
    """After its meetings were changed: what was marked stays marked, and comes to what it now comes to.

    ``was_only`` is the number of the only meeting that there was before: what was noted of the date becomes its mark.
    Who came without an account to a meeting that is no more, came to the first. The caller holds the slot's row.
    """
    if was_only is not None:
        if slot.dates == 1:
            return
        only = slot.meetings.get(number=was_only)
        known = slot.registrations.filter(state=State.CONFIRMED).values_list("pk", "attendance")
        _write(only, dict(known))
        slot.walk_ins.update(meeting=only)
    elif MeetingMark.objects.filter(meeting__slot=slot).exists() or slot.walk_ins.exists():
        slot.walk_ins.exclude(meeting__in=slot.meetings.held()).update(meeting=slot.meetings.held().first())
    else:
        return
    derive(slot)


def note_unmarked(slots: Collection[Slot], now: dt.datetime, *, over: bool = False) -> None:
    """Of slots of several meetings with their counts (``overview.with_counts``): how many are ``unmarked`` at the first
    meeting at which somebody is, and which that is (``to_mark``). One query; none for no slot.

    Of meetings whose door is open, or only of those that are ``over``."""
    marked = Count("marks", filter=Q(marks__registration__state=State.CONFIRMED))
    begun = Q(ends_at__lte=now) if over else Q(starts_at__lte=now + OPENS_BEFORE)
    meetings_begun = Meeting.objects.held().filter(begun, slot__in=slots)
    meetings = defaultdict[int, list[tuple[Meeting, int]]](list)
    for row in meetings_begun.annotate(marked=marked) if slots else ():
        meetings[row.slot_id].append((row, row.marked))
    for slot in slots:
        confirmed: int = slot.confirmed  # type: ignore[attr-defined]
        missing = ((row, confirmed - count) for row, count in meetings[slot.pk] if count < confirmed)
        slot.to_mark, slot.unmarked = next(missing, (None, 0))  # type: ignore[attr-defined]


def with_there(rows: RegistrationQuerySet, slot: Slot) -> RegistrationQuerySet:
    """The registrations of that slot with what ``in_words`` needs: nothing more where people meet once."""
    return rows.with_dates_there() if slot.dates > 1 else rows


def in_words(row: Registration, slot: Slot) -> str:
    """What became of the registration: "present", or of several "2 of 3 dates". The row is of ``with_there``."""
    if slot.dates == 1 or not row.was_there:
        return str(row.get_attendance_display())
    there = row.dates_there  # type: ignore[attr-defined]
    words = ngettext("%(there)d of %(all)d dates", "%(there)d of %(all)d dates", there)
    words %= {"there": there, "all": slot.dates}
    if there == slot.dates and row.attendance == Attendance.LEFT_EARLY:
        return _("%(dates)s, left early") % {"dates": words}
    return words


def told_apart(times: list[Occasion]) -> list[tuple[Occasion, str]]:
    """Each with its day in few letters, "5 Dec.", and its hour where another is on that day."""
    moments = [timezone.localtime(one.starts_at) for one in times]
    days = Counter(moment.date() for moment in moments)
    return [
        (
            one,
            date_format(moment, "j N") + (f", {date_format(moment, 'TIME_FORMAT')}" if days[moment.date()] > 1 else ""),
        )
        for one, moment in zip(times, moments, strict=True)
    ]


def day_of(occasion: Occasion | Meeting) -> str:
    """When it is, as briefly as one tells meetings apart: "5 December, 10:00"."""
    local = timezone.localtime(occasion.starts_at)
    return f"{date_format(local, 'j F')}, {date_format(local, 'TIME_FORMAT')}"
