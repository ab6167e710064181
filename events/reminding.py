"""Reminding those who have a seat, a week and a day before.

A reminder's moment is so many days before the beginning on the city's calendar, at the beginning's own hour: across a
change of clocks too. It goes to whoever has known the date since before that moment; whoever got the seat later, or
was told since that the date has moved, has only just been told. A run that comes late, since the worker was down, still
sends what is worth reading, and the message counts the days that are left as it leaves (events.messages).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from events.models import Registration, Slot
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
AHEAD = dt.timedelta(days=max(REMINDERS), hours=3)  # a change of clocks makes a week longer by an hour or two


@dataclass(frozen=True)
class Due:
    """A reminder whose time has come for a slot, for whoever has had a seat since ``known_at`` at the latest."""

    days: int
    known_at: dt.datetime
    starts_at: dt.datetime
    slot_sequence: int

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
            context={"registration": str(row.uid), "days": self.days, "slot_sequence": self.slot_sequence},
        )


def remind(now: dt.datetime | None = None) -> int:
    """Queues the reminders whose time has come, to confirmed registrations of open slots; returns how many.

    A batch is one transaction of a fixed number of queries. Safe to run twice and side by side, and to be killed in
    between: the outbox's key says each thing once.
    """
    now = now or timezone.now()
    due = due_slots(now)
    return sum(_queue(rows, due) for rows in _batches(due))


def due_slots(now: dt.datetime) -> dict[int, Due]:
    """By slot, the reminder that is due; never two, since one ends before the next begins. One query."""
    slots = Slot.objects.filter(state=Slot.State.OPEN, starts_at__gt=now, starts_at__lte=now + AHEAD)
    due = {}
    for pk, starts_at, moved_at, sequence in slots.values_list("pk", "starts_at", "moved_at", "sequence"):
        for reminder in REMINDERS.values():
            moment = reminder.moment(starts_at)
            if reminder.is_timely(starts_at, now) and (moved_at is None or moved_at <= moment):
                due[pk] = Due(reminder.days, moment, starts_at, sequence)
    return due


def days_left(starts_at: dt.datetime, now: dt.datetime) -> int:
    """Days on the city's calendar: 0 today, 1 tomorrow."""
    zone = timezone.get_default_timezone()
    return (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def _batches(due: dict[int, Due]) -> Iterator[list[Registration]]:
    rows = Registration.objects.filter(state=Registration.State.CONFIRMED, slot__in=list(due)).exclude(volunteer=None)
    rows = rows.select_related("volunteer__user").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]) if due else []:
        yield batch
        last = batch[-1].pk


def _queue(rows: list[Registration], due: dict[int, Due]) -> int:
    """Those that are not in the outbox yet; one that another run writes at the same moment is written once."""
    drafts = {message.key: message for row in rows if (message := due[row.slot_id].message(row))}
    with transaction.atomic():
        for key in Message.objects.filter(key__in=list(drafts)).values_list("key", flat=True):
            del drafts[key]
        if drafts:
            queuing.queue_many(drafts.values())
    return len(drafts)
