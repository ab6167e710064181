"""The sessions that the public sees, as plain rows: one query whatever their number, and no model instances.

A list that many look at is kept for a moment (trainings.browsing); its seats are read at each look (``with_seats``).

Model instances of translated models cost more to make than the rest of the page; the columns needed are read by name,
in the reader's language with the others as a fallback.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from events import occasions
from events.models import Registration, Slot
from events.seats import Seats, seats_now
from trainings.models import Session, Theme
from volunteers import qualifying
from volunteers.models import Qualification, QualificationHeld, User

# Sessions as tuples of the columns that a row shows, narrowed further by ``filter``.
Rows = QuerySet[Session, tuple[Any, ...]]


class Quarter(NamedTuple):
    """A quarter of a year, 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``2026-4``. Raises ValueError."""
        year, number = (int(part) for part in text.split("-"))
        if not (1 <= number <= 4 and 2000 <= year <= 2999):
            raise ValueError(text)
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def begins_on(self) -> dt.date:
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> Quarter:
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def ends_on(self) -> dt.date:
        return self.next.begins_on - dt.timedelta(days=1)

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Its first instant and the first one after it, in the city's time zone."""
        zone = timezone.get_default_timezone()
        first, after = (dt.datetime.combine(q.begins_on, dt.time(), zone) for q in (self, self.next))
        return first, after


class NetworkTag(NamedTuple):
    """A network as a row shows it."""

    slug: str
    name: str
    tint: str


@dataclass(frozen=True)
class SessionRow:
    """One session as a list shows it (templates/components/session_row.html). Times are in the city's zone.

    ``capacity`` 0 means no limit. Equal rows look the same, so that what was rendered once may be kept. ``window`` is
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


def _codes() -> tuple[str, ...]:
    """The reader's language, then the others, in the order in which they stand in."""
    language = get_language() or settings.LANGUAGE_CODE
    return (language, *(code for code in settings.MODELTRANSLATION_LANGUAGES if code != language))


def translated(path: str) -> Coalesce:
    """The column of a translated field in the reader's language; where it is empty, in the others."""
    filled = [NullIf(F(f"{path}_{code}"), Value("")) for code in _codes()]
    return Coalesce(*filled, Value(""), output_field=CharField())


@functools.lru_cache(maxsize=8)
def _prepared(codes: tuple[str, ...]) -> Rows:
    """All sessions as columns, in order of time; the last column counts them all.

    Naming the columns costs far more than filtering by a date: it is done once, and every list starts from a copy.
    Every language's columns are read as they are and chosen from in ``_row``: cheaper than to have the database choose.
    """
    waiting = (
        Registration.objects.filter(slot=OuterRef("slot"), state=Registration.State.WAITING)
        .order_by()
        .values("slot")
        .annotate(n=Count("pk"))
        .values("n")
    )
    # Only a full session has people waiting: the database counts them for those alone.
    full = When(slot__seats_taken__gte=F("slot__capacity"), then=Subquery(waiting))
    columns = [*COLUMNS, *(f"{path}_{code}" for path in TRANSLATED for code in codes)]
    return Session.objects.order_by("slot__starts_at", "pk").values_list(
        *columns, Case(full, output_field=IntegerField()), Window(Count("*"))
    )


def all_sessions() -> Rows:
    """Drafts included: for who may see them."""
    return _prepared(_codes()).all()


def public_sessions() -> Rows:
    """Sessions that everybody may see: whatever is published, cancelled ones included."""
    return all_sessions().exclude(slot__state=Slot.State.DRAFT)


def upcoming(now: dt.datetime | None = None) -> Rows:
    """Those that are not over; of several meetings those that have not begun, since one comes to them all."""
    now = now or timezone.now()
    return public_sessions().filter(Q(slot__dates=1) | Q(slot__starts_at__gt=now), slot__ends_at__gt=now)


def in_quarter(quarter: Quarter, *, still_to_come: bool = False) -> Rows:
    """Those that begin in that quarter, in the city's time zone; past ones stay readable."""
    first, after = quarter.bounds
    sessions = upcoming() if still_to_come else public_sessions()
    return sessions.filter(slot__starts_at__gte=first, slot__starts_at__lt=after)


def page_of_rows(sessions: Rows, *, offset: int = 0, limit: int) -> tuple[list[SessionRow], int]:
    """That part of the sessions in order of time, and how many there are in all.

    One query; now and then one more, where any asks for a qualification.
    """
    values = list(sessions[offset : offset + limit])
    if not values:
        return [], 0
    codes = _codes()
    now, zone = timezone.now(), timezone.get_current_timezone()
    rows = [_row(value, codes=codes, now=now, zone=zone) for value in values]
    if any(row.asked for row in rows):
        names = qualification_names()
        rows = [_asking(row, names) if row.asked else row for row in rows]
    return rows, values[0][-1]


def qualification_names() -> dict[int, str]:
    """What qualifications are called in the reader's language, by their keys. One query, kept for a moment."""
    key = f"trainings.qualifications.{get_language()}"
    names: dict[int, str] | None = caches["process"].get(key)
    if names is None:
        names = dict(QuerySet(Qualification).values_list("pk", translated("name")))
        caches["process"].set(key, names, timeout=settings.KEPT_SECONDS)
    return names


def _asking(row: SessionRow, names: dict[int, str]) -> SessionRow:
    known = tuple(key for key in row.asked if key in names)
    return replace(row, asked=known, asks=tuple(names[key] for key in known))


def with_seats(rows: Iterable[SessionRow]) -> list[SessionRow]:
    """The rows with the seats and the state of this very moment, whenever the rest of them was read. One query.

    Those that are no longer published are left out.
    """
    rows = list(rows)
    now = timezone.now()
    seats = seats_now([row.slot_id for row in rows])
    published = [row for row in rows if row.slot_id in seats and seats[row.slot_id].state != Slot.State.DRAFT]
    return [_seated(row, seats[row.slot_id], now) for row in published]


def _seated(row: SessionRow, seats: Seats, now: dt.datetime) -> SessionRow:
    full = seats.taken >= seats.capacity
    state = _state(seats.state, (row.starts_at, row.ends_at), *row.window, full=full, now=now)
    left = seats.capacity - seats.taken
    if (state, left, seats.waiting, row.ends_at <= now) == (row.state, row.seats_left, row.waiting, row.past):
        return row if seats.capacity == row.capacity else replace(row, capacity=seats.capacity)
    return replace(
        row, state=state, capacity=seats.capacity, seats_left=left, waiting=seats.waiting, past=row.ends_at <= now
    )


def _row(value: tuple[Any, ...], *, codes: tuple[str, ...], now: dt.datetime, zone: dt.tzinfo) -> SessionRow:
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


def next_rows(*, count: int, network: str = "", user: User | AnonymousUser | None = None) -> list[SessionRow]:
    """The next sessions that one may sign up for, of one network (its slug) or all; the first is lit."""
    now = timezone.now()
    sessions = upcoming(now).filter(slot__in=Slot.objects.open(now))
    if network:
        sessions = sessions.filter(training__network__slug=network)
    rows, _ = page_of_rows(sessions, limit=count)
    if user is not None:
        rows = with_own_states(rows, user)
    return [replace(rows[0], lit=True), *rows[1:]] if rows else []


def row_of(slot_id: int) -> SessionRow | None:
    """The row of one session, a draft included: who may see it has been decided by the caller."""
    rows, _ = page_of_rows(all_sessions().filter(slot=slot_id), limit=1)
    return rows[0] if rows else None


def rows_of_training(training_id: int, user: User | AnonymousUser, *, limit: int = 50) -> list[SessionRow]:
    """The dates of one training that are not over."""
    rows, _ = page_of_rows(upcoming().filter(training=training_id), limit=limit)
    return with_own_states(rows, user)


def themes_of(quarter: Quarter) -> list[Theme]:
    """What each network works on in that quarter."""
    return list(Theme.objects.filter(year=quarter.year, quarter=quarter.number).select_related("network"))


def current_themes() -> list[Theme]:
    return themes_of(Quarter.of(timezone.localdate()))
