"""What the agenda's messages say, made at the moment they leave.

A message carries the state that it was queued for. If the registration has gone on to another one since, another
message was queued for *that*, and this one is dropped: nobody is told something that is no longer so, and everybody
gets one message for each state that they were still in when its turn came. What is told about a slot (moved, called
off) is told as the slot is now: of two moves before the mail left, the first message is dropped likewise.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from events import calendars, declining, door_codes, excusing, kinds, missed, occasions, offers, reminding, reports
from events.models import Registration, Slot
from mail.kinds import Attachment, Letter
from volunteers import squares

State = Registration.State
PendingFor = Registration.PendingFor
EndReason = Registration.EndReason
RELATED = ("volunteer__user", "slot__network", "slot__venue__district", "slot__room")  # what a message tells
SQUARE = "door-code@maillage"  # by which the message shows the picture that comes with it


def compose_registration(context: dict[str, Any]) -> Letter | None:
    """What the registration has become: one text for each ``news`` that ``_news`` names."""
    row = _registration(context)
    if row is None:
        return None
    state, pending_for = context.get("state", row.state), context.get("pending_for", row.pending_for)
    told = (context.get("sequence", row.sequence), state, pending_for)
    if told != (row.sequence, row.state, row.pending_for) or row.pending_for == PendingFor.CODE:
        return None
    news = _news(row)
    letter = _about(row) | {"news": news, "rank": row.rank, "was_confirmed": row.confirmed_at is not None}
    letter["note"] = context.get("note", "")
    if news == "offer":
        letter["answer_url"] = settings.SITE_URL + reverse("events:offer", args=[offers.token_of(row)])
        letter["clashes"] = list(reports.clashes_of(row))
    # A calendar knows the entry only if it was once confirmed.
    invitation = invitations(row) if row.confirmed_at else ()
    return Letter(letter | _door_code(row), (*invitation, *_door_square(row)))


def compose_moved(context: dict[str, Any]) -> Letter | None:
    """The slot has another time or place; ``old_starts_at`` (ISO 8601) and ``old_place`` say what it was."""
    row = _registration(context)
    if row is None or not row.is_active or row.slot.sequence != context.get("slot_sequence", row.slot.sequence):
        return None
    old = context.get("old_starts_at")
    old_dates = [dt.datetime.fromisoformat(moment) for moment in context.get("old_dates", [])]
    left = {one.starts_at for one in occasions.of(row.slot)}
    letter = _about(row) | {
        "rank": row.rank,
        "old_starts_at": dt.datetime.fromisoformat(old) if old else None,
        "old_place": context.get("old_place", ""),
        "old_dates": old_dates,
        "expected_again": [dt.datetime.fromisoformat(moment) for moment in context.get("expected_again", [])],
        # What was to come was taken out, and the rest has been: there is no new date to tell.
        "gone": [moment for moment in old_dates if moment not in left] if row.slot.ends_at <= timezone.now() else [],
    }
    return Letter(letter, invitations(row) if row.state == State.CONFIRMED else ())


def compose_reminder(context: dict[str, Any]) -> Letter | None:
    """The date comes near: in how many days is counted as the message leaves.

    Nothing to say once the seat was given back, the slot called off or moved (which was told), the date too near, or of
    several the one to which the person has said that they cannot come.
    """
    row, now = _registration(context), timezone.now()
    if row is None or (row.state, row.slot.state) != (State.CONFIRMED, Slot.State.OPEN):
        return None
    if row.slot.sequence != context["slot_sequence"]:
        return None
    starts_at = dt.datetime.fromisoformat(context["starts_at"]) if "starts_at" in context else row.slot.starts_at
    if not reminding.REMINDERS[context["days"]].is_timely(starts_at, now):
        return None
    letter = _about(row, starts_at) | {"days": reminding.days_left(starts_at, now)}
    if letter["one"].number in letter["missed"]:
        return None
    letter["miss_url"] = _miss_url(row, letter["one"].number) if row.slot.dates > 1 else ""
    return Letter(letter | _door_code(row), (*invitations(row), *_door_square(row)))


def compose_one_date(context: dict[str, Any]) -> Letter | None:
    """The person has said that they cannot come to one of several meetings, or can after all: to which they come now.

    Of two answers before the mail left the first is dropped: the second tells both.
    """
    row = _registration(context)
    if row is None or row.state != State.CONFIRMED or row.dates_sequence != context["dates_sequence"]:
        return None
    now = timezone.now()
    left = [one for one in missed.of(row) if one.starts_at > now]
    letter = _about(row) | {"left_out": left, "miss_url": _miss_url(row, context["number"])}
    return Letter(letter, invitations(row))


def compose_called_off(context: dict[str, Any]) -> Letter | None:
    """The organiser called the slot off; ``context["reason"]`` is what they wrote, if anything."""
    row = _registration(context)
    if row is None or row.end_reason != EndReason.SLOT:
        return None
    return Letter(_about(row) | {"reason": context.get("reason", "")}, invitations(row) if row.confirmed_at else ())


def compose_word(context: dict[str, Any]) -> Letter | None:
    """What an organiser wrote to the registered: ``context["subject"]`` and ``context["body"]``, plain text."""
    row = _registration(context)
    if row is None:
        return None
    return Letter(_about(row) | {"word_subject": context["subject"], "word_body": context["body"]})


def _news(row: Registration) -> str:
    """confirmed, waiting, offer, approval, cancelled, cancelled-by-organiser, slot-cancelled, expired or refused."""
    if row.state == State.PENDING:
        return "offer" if row.pending_for == PendingFor.OFFER else "approval"
    if row.state != State.CANCELLED:
        return row.state
    endings = {
        EndReason.ORGANISER: "cancelled-by-organiser",
        EndReason.EXPIRED: "expired",
        EndReason.SLOT: "slot-cancelled",
    }
    return endings.get(EndReason(row.end_reason), "cancelled") if row.end_reason else "cancelled"


def _registration(context: dict[str, Any]) -> Any:
    """With its rank; None when it is gone, or when the person is."""
    rows = Registration.objects.with_rank().exclude(volunteer=None)
    rows = rows.select_related(*RELATED).prefetch_related(occasions.WITH_MEETINGS)
    return rows.filter(uid=context["registration"]).first()


def _about(row: Registration, starts_at: dt.datetime | None = None) -> dict[str, Any]:
    """``starts_at``: of the meeting that the message is about, when it is about one; else the next to come."""
    times = occasions.of(row.slot)
    now = timezone.now()
    found = [one for one in times if (one.starts_at == starts_at if starts_at else one.ends_at > now)]
    not_there = missed.numbers_of(row)
    one = next((one for one in found if one.number not in not_there), next(iter(found), times[0]))
    care = kinds.care_of(row.slot)
    return {
        "registration": row,
        "slot": row.slot,
        "one": one,
        "occasions": times if len(times) > 1 else [],
        "missed": not_there,
        "span": occasions.span(len(times), row.slot.starts_at, row.slot.ends_at) if len(times) > 1 else "",
        "first_name": row.volunteer.user.first_name if row.volunteer else "",
        "place": calendars.place_of(one),
        # Whoever waits, or has not confirmed, has no seat at the meeting yet.
        "online_url": one.online_url if row.state == State.CONFIRMED else "",
        "word": care.word if care and row.is_active else "",
        "page_url": calendars.page_of(row),
        # Between two meetings a seat is no longer given back.
        "decline_url": _decline_url(row) if row.state == State.CONFIRMED and row.slot.starts_at > now else "",
        "slot_url": settings.SITE_URL + kinds.page_of(row.slot),
        "space_url": settings.SITE_URL + reverse("events:space"),
    }


def _decline_url(row: Registration) -> str:
    return settings.SITE_URL + reverse("events:decline", args=[declining.token_of(row)])


def _miss_url(row: Registration, number: int) -> str:
    return settings.SITE_URL + reverse("events:miss", args=[excusing.token_of(row, number)])


def _door_code(row: Any) -> dict[str, str]:
    """What to show at the door, for whoever is expected at one."""
    if not door_codes.is_shown(row):
        return {}
    return {"door_code": door_codes.shown(door_codes.code_of(row)), "door_square": SQUARE}


def _door_square(row: Any) -> tuple[Attachment, ...]:
    """The picture of it that the message shows."""
    if not door_codes.is_shown(row):
        return ()
    drawn = squares.png(door_codes.address_of(door_codes.code_of(row)))
    return (Attachment("code.png", drawn, "image/png", SQUARE),)


def invitations(row: Registration) -> tuple[Attachment, ...]:
    """A file for each entry of the calendar: date.ics, date-2.ics and so on."""
    return tuple(
        Attachment(
            f"date-{number}.ics" if number > 1 else "date.ics",
            content,
            f"text/calendar; charset=utf-8; method={method}; component=VEVENT",
        )
        for number, (method, content) in enumerate(calendars.invitations(row), start=1)
    )
