"""Reminding those who have a seat, a week and a day before; of several meetings a day before each later one, too.

A reminder's moment is so many days before the beginning on the city's calendar, at the beginning's own hour: across a
change of clocks too. It goes to whoever has known the date since before that moment; whoever got the seat later, or
was told since that the date has moved, has only just been told. A run that comes late, since the worker was down, still
sends what is worth reading, and the message counts the days that are left as it leaves (events.messages).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from events.models import Meeting, MeetingMark, Registration, Slot
from mail import queuing
from mail.models import Message

KIND = "events/reminder"
BATCH = 500


@dataclass(frozen=True)
class Reminder:
    """Sent ``days`` before the beginning, or later, but not within ``latest`` of it."""

    days: int
    latest: dt.timedelta

    def moment(self, starts_at: dt.datetime) -> dt.datetime:
        """So many days earlier, with the same hour on the city's clocks."""
        local = starts_at.astimezone(timezone.get_default_timezone())
        return (local - dt.timedelta(days=self.days)).astimezone(dt.UTC)

    def is_timely(self, starts_at: dt.datetime, now: dt.datetime) -> bool:
        return self.moment(starts_at) <= now < starts_at - self.latest


# Of the week's, what is left untold three days before is left to the day's.
REMINDERS = {
    reminder.days: reminder
    for reminder in (Reminder(7, latest=dt.timedelta(days=3)), Reminder(1, latest=dt.timedelta(hours=2)))
}
DAY_BEFORE = REMINDERS[1]
AHEAD = dt.timedelta(days=max(REMINDERS), hours=3)  # a change of clocks makes a week longer by an hour or two


@dataclass(frozen=True)
class Due:
    """A reminder whose time has come for a slot, for whoever has had a seat since ``known_at`` at the latest."""

    days: int
    known_at: dt.datetime
    starts_at: dt.datetime
    slot_sequence: int
    later: bool = False  # not the slot's first meeting

    def message(self, row: Registration) -> Message | None:
        """None for whoever got the seat too late to need it.

        The key holds the date: a slot moved to another is reminded of again, and of one date nobody is twice.
        """
        if row.volunteer is None or row.confirmed_at is None or row.confirmed_at > self.known_at:
            return None
        return queuing.draft(
            KIND,
            key=f"{KIND}:{row.uid}:{self.days}:{self.starts_at.timestamp():.0f}",
            user=row.volunteer.user,
            context={"registration": str(row.uid), "days": self.days, "slot_sequence": self.slot_sequence}
            | ({"starts_at": self.starts_at.isoformat()} if self.later else {}),
        )


def remind(now: dt.datetime | None = None) -> int:
    """Queues the reminders whose time has come, to confirmed registrations of open slots; returns how many.

    A batch is one transaction of a fixed number of queries. Safe to run twice and side by side, and to be killed in
    between: the outbox's key says each thing once.
    """
    now = now or timezone.now()
    due = due_slots(now)
    return sum(_queue(rows, due, now) for rows in _batches(due))


def due_slots(now: dt.datetime) -> dict[int, list[Due]]:
    """By slot, the reminders that are due: one, since one ends before the next begins, unless meetings are close.

    Of several meetings on one day the first is reminded of. Two queries.
    """
    slots = Slot.objects.filter(state=Slot.State.OPEN, starts_at__gt=now, starts_at__lte=now + AHEAD)
    due: dict[int, list[Due]] = {}
    for pk, starts_at, moved_at, sequence in slots.values_list("pk", "starts_at", "moved_at", "sequence"):
        for reminder in REMINDERS.values():
            moment = reminder.moment(starts_at)
            if reminder.is_timely(starts_at, now) and (moved_at is None or moved_at <= moment):
                due.setdefault(pk, []).append(Due(reminder.days, moment, starts_at, sequence))
    for pk, starts_at, moved_at, sequence in _later_meetings(now):
        moment = DAY_BEFORE.moment(starts_at)
        if DAY_BEFORE.is_timely(starts_at, now) and (moved_at is None or moved_at <= moment):
            due.setdefault(pk, []).append(Due(DAY_BEFORE.days, moment, starts_at, sequence, later=True))
    return due


def _later_meetings(now: dt.datetime) -> list[tuple[int, dt.datetime, dt.datetime | None, int]]:
    """The meetings of the next days that are the first of their day, and not of their slot."""
    near = Meeting.objects.held().filter(
        slot__state=Slot.State.OPEN,
        slot__dates__gt=1,
        starts_at__gt=now - dt.timedelta(days=1),
        starts_at__lte=now + AHEAD,
    )
    found, days = [], set()
    columns = ("slot", "starts_at", "slot__moved_at", "slot__sequence", "slot__starts_at")
    for pk, starts_at, moved_at, sequence, first_at in near.order_by("starts_at", "pk").values_list(*columns):
        day = (pk, timezone.localdate(starts_at, timezone.get_default_timezone()))
        on_first_day = day[1] == timezone.localdate(first_at, timezone.get_default_timezone())
        if not on_first_day and day not in days and starts_at > now:
            found.append((pk, starts_at, moved_at, sequence))
        days.add(day)
    return found


def days_left(starts_at: dt.datetime, now: dt.datetime) -> int:
    """Days on the city's calendar: 0 today, 1 tomorrow."""
    zone = timezone.get_default_timezone()
    return (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def _batches(due: dict[int, list[Due]]) -> Iterator[list[Registration]]:
    rows = Registration.objects.filter(state=Registration.State.CONFIRMED, slot__in=list(due)).exclude(volunteer=None)
    rows = rows.select_related("volunteer__user").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]) if due else []:
        yield batch
        last = batch[-1].pk


def _besides(
    missed: set[tuple[int, dt.datetime]], rows: list[Registration], due: dict[int, list[Due]], now: dt.datetime
) -> dict[int, list[Due]]:
    """For whoever misses some meetings, by registration: what is due by ``now``, without these. One query."""
    people = {row.pk: row.slot_id for row in rows}
    held = Meeting.objects.held().filter(slot__in={people[key] for key, _starts_at in missed}).order_by("starts_at")
    starts = [(slot, starts_at) for slot, starts_at in held.values_list("slot", "starts_at")]
    zone, found = timezone.get_default_timezone(), dict[int, list[Due]]()
    for key in {key for key, _starts_at in missed}:
        found[key] = []
        for one in due[people[key]]:
            day = timezone.localdate(one.starts_at, zone)
            left = (
                starts_at
                for slot, starts_at in starts
                if slot == people[key]
                and starts_at >= one.starts_at
                and timezone.localdate(starts_at, zone) == day
                and (key, starts_at) not in missed
            )
            starts_at = next(left, None)
            if starts_at == one.starts_at:
                found[key].append(one)
            elif starts_at and REMINDERS[one.days].is_timely(starts_at, now):
                moment = REMINDERS[one.days].moment(starts_at)
                found[key].append(replace(one, starts_at=starts_at, known_at=moment, later=True))
    return found


def _queue(rows: list[Registration], due: dict[int, list[Due]], now: dt.datetime) -> int:
    """Those that are not in the outbox yet; one that another run writes at the same moment is written once.

    Nobody is reminded of a meeting to which they said that they cannot come, but of the next one of that day, if any.
    """
    said = MeetingMark.objects.said().filter(registration__in=rows)
    missed = set(said.values_list("registration", "meeting__starts_at"))
    kept = _besides(missed, rows, due, now) if missed else {}
    messages = [one.message(row) for row in rows for one in kept.get(row.pk, due[row.slot_id])]
    drafts = {message.key: message for message in messages if message}
    with transaction.atomic():
        for key in Message.objects.filter(key__in=list(drafts)).values_list("key", flat=True):
            del drafts[key]
        if drafts:
            queuing.queue_many(drafts.values())
    return len(drafts)
