"""One session as a list shows it: from columns to a plain row, with its seats of this moment and what is the reader's.

Model instances of translated models cost more to make than the rest of the page; the columns needed are read by name,
in the reader's language with the others as a fallback.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from events import occasions
from events.models import Registration, Slot
from events.seats import Seats, seats_now
from volunteers import qualifying
from volunteers.models import QualificationHeld, User


class NetworkTag(NamedTuple):
    """A network as a row shows it."""

    slug: str
    name: str
    tint: str


@dataclass(frozen=True)
class SessionRow:
    """One session as a list shows it (templates/components/session_row.html). Times are in the city's zone.

    Equal rows look the same, so that what was rendered once may be kept. ``window`` is
    when one may sign up: its two ends, either of them open (None). ``title_lang`` and ``theme_lang`` are empty where
    these are in the reader's language. ``asked`` are the keys of the qualifications that it asks for, ``asks`` their
    names, ``lacks`` the names of those that the reader, signed in, does not hold on its day. ``why``: in words, what
    makes it one for this reader (trainings.matching). ``dates``: how many times people meet.
    """

    slot_id: int
    title: str
    network: NetworkTag | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    district: str
    online: bool
    theme: str
    association: str
    capacity: int
    seats_left: int
    waiting: int
    state: str
    past: bool
    window: tuple[dt.datetime | None, dt.datetime | None] = (None, None)
    title_lang: str = ""
    theme_lang: str = ""
    asked: tuple[int, ...] = ()
    asks: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    my_state: str = ""
    my_rank: int | None = None
    dates: int = 1
    lit: bool = False
    why: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        """In words, of how many meetings from when to when; "" for one."""
        return occasions.span(self.dates, self.starts_at, self.ends_at) if self.dates > 1 else ""

    @property
    def url(self) -> str:
        return reverse("trainings:session-detail", args=[self.slot_id])


COLUMNS = (
    "slot_id",
    "slot__starts_at",
    "slot__ends_at",
    "slot__opens_at",
    "slot__closes_at",
    "slot__state",
    "slot__capacity",
    "slot__seats_taken",
    "training__network__slug",
    "training__network__tint",
    "slot__venue__name",
    "slot__venue__district__code",
    "slot__venue__district__name",
    "training__given_by__name",
    "slot__asks",
    "slot__dates",
)
TRANSLATED = ("training__title", "training__network__name", "training__theme__title")


def languages() -> tuple[str, ...]:
    """The reader's language, then the others, in the order in which they stand in."""
    language = get_language() or settings.LANGUAGE_CODE
    return (language, *(code for code in settings.MODELTRANSLATION_LANGUAGES if code != language))


def translated(path: str) -> Coalesce:
    """The column of a translated field in the reader's language; where it is empty, in the others."""
    filled = [NullIf(F(f"{path}_{code}"), Value("")) for code in languages()]
    return Coalesce(*filled, Value(""), output_field=CharField())


def row_from(value: tuple[Any, ...], *, codes: tuple[str, ...], now: dt.datetime, zone: dt.tzinfo) -> SessionRow:
    """From the values of COLUMNS, then of TRANSLATED in each of ``codes``, then how many wait and how many rows are."""
    slot_id, starts_at, ends_at, opens_at, closes_at, state, capacity, taken = value[:8]
    network, tint, place, code, district, association, asks, dates = value[8:16]
    (title, title_lang), (network_name, _lang), (theme, theme_lang) = (
        _first(value[16 + n * len(codes) :], codes) for n in range(3)
    )
    return SessionRow(
        slot_id=slot_id,
        title=title,
        title_lang=title_lang,
        network=NetworkTag(network, network_name, tint),
        starts_at=starts_at.astimezone(zone),
        ends_at=ends_at.astimezone(zone),
        place=place or "",
        district=f"{code.lstrip('0')} · {district}" if code else "",
        online=place is None,
        theme=theme,
        theme_lang=theme_lang,
        association=association or "",
        capacity=capacity,
        seats_left=capacity - taken,
        waiting=value[-2] or 0,
        state=_state(state, (starts_at, ends_at), opens_at, closes_at, full=taken >= capacity, now=now),
        past=ends_at <= now,
        window=(opens_at, closes_at),
        asked=tuple(int(key) for key in asks.split()),
        dates=dates,
    )


def _first(texts: tuple[Any, ...], codes: tuple[str, ...]) -> tuple[str, str]:
    """The first text that is there, and its language unless that is the reader's own."""
    return next(
        ((text, code if code != codes[0] else "") for text, code in zip(texts, codes, strict=False) if text), ("", "")
    )


def _state(
    state: str,
    times: tuple[dt.datetime, dt.datetime],
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    *,
    full: bool,
    now: dt.datetime,
) -> str:
    """What the public may do with it: the rule of ``Slot.is_open``, told from columns."""
    if state != Slot.State.OPEN:
        return state
    if times[1] <= now:
        return "over"
    if times[0] <= now or (opens_at and opens_at > now) or (closes_at and closes_at <= now):
        return "closed"
    return "full" if full else "open"


def with_seats(rows: Iterable[SessionRow]) -> tuple[SessionRow, ...]:
    """The rows with the seats and the state of this very second, whenever the rest of them was read. One query.

    Those that are no longer published are left out.
    """
    rows = tuple(rows)
    seats = tuple(seats_now([row.slot_id for row in rows]).items())
    return _all_seated(rows, seats, timezone.now().replace(microsecond=0))


@functools.lru_cache(maxsize=64)  # what many look at is asked for many times in a second
def _all_seated(
    rows: tuple[SessionRow, ...], seats: tuple[tuple[int, Seats], ...], now: dt.datetime
) -> tuple[SessionRow, ...]:
    known = dict(seats)
    published = [row for row in rows if row.slot_id in known and known[row.slot_id].state != Slot.State.DRAFT]
    return tuple(_seated(row, known[row.slot_id], now) for row in published)


def _seated(row: SessionRow, seats: Seats, now: dt.datetime) -> SessionRow:
    full = seats.taken >= seats.capacity
    state = _state(seats.state, (row.starts_at, row.ends_at), *row.window, full=full, now=now)
    left = seats.capacity - seats.taken
    if (state, left, seats.waiting, row.ends_at <= now) == (row.state, row.seats_left, row.waiting, row.past):
        return row if seats.capacity == row.capacity else replace(row, capacity=seats.capacity)
    return replace(
        row, state=state, capacity=seats.capacity, seats_left=left, waiting=seats.waiting, past=row.ends_at <= now
    )


def with_own_states(rows: Iterable[SessionRow], user: User | AnonymousUser) -> list[SessionRow]:
    """The rows with what became of this person's own registrations, and what they lack of what is asked.

    One more query when signed in, and another where a row asks for something.
    """
    rows = list(rows)
    if not rows or not user.is_authenticated:
        return rows
    own = Registration.objects.active().filter(volunteer__user=user, slot__in=[row.slot_id for row in rows]).with_rank()
    names = ("slot", "state", "pending_for", "rank")
    states = {slot: (_own_state(state, why), rank if state == "waiting" else None)
              for slot, state, why, rank in own.values_list(*names)}  # fmt: skip
    rows = [
        replace(row, my_state=states[row.slot_id][0], my_rank=states[row.slot_id][1]) if row.slot_id in states else row
        for row in rows
    ]
    return with_lacks(rows, user) if any(row.asks and not row.my_state for row in rows) else rows


def with_lacks(rows: Iterable[SessionRow], user: User) -> list[SessionRow]:
    """The rows with what this person lacks, on the day of each, of what it asks for. One query."""
    held = list(QualificationHeld.objects.filter(volunteer__user=user))

    def lacks(row: SessionRow) -> tuple[str, ...]:
        day = row.starts_at.date()
        valid = {one.qualification_id for one in held if qualifying.is_valid(one, day)}
        return tuple(name for key, name in zip(row.asked, row.asks, strict=True) if key not in valid)

    return [replace(row, lacks=lacks(row)) if row.asks and not row.my_state else row for row in rows]


def _own_state(state: str, pending_for: str) -> str:
    """The state as the badge knows it (templates/components/state_badge.html)."""
    if state == Registration.State.PENDING:
        return {"offer": "offered", "approval": "requested"}.get(pending_for, "pending")
    return state
