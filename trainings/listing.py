"""The sessions that the public sees, as plain rows: one query whatever their number, and no model instances.

A list that many look at is kept for a moment (trainings.browsing).
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When, Window
from django.utils import timezone
from django.utils.translation import get_language

from events.models import Registration, Slot
from trainings.models import Session
from trainings.quarters import Quarter
from trainings.session_rows import (
    COLUMNS,
    TRANSLATED,
    SessionRow,
    languages,
    row_from,
    translated,
    with_own_states,
)
from volunteers.models import Qualification, User

# Sessions as tuples of the columns that a row shows, narrowed further by ``filter``.
Rows = QuerySet[Session, tuple[Any, ...]]


@functools.lru_cache(maxsize=8)
def _prepared(codes: tuple[str, ...]) -> Rows:
    """All sessions as columns, in order of time; the last column counts them all.

    Naming the columns costs far more than filtering by a date: it is done once, and every list starts from a copy.
    Each language's columns are read as they are, and ``row_from`` chooses: cheaper than to have the database choose.
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
    return _prepared(languages()).all()


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
    codes = languages()
    now, zone = timezone.now(), timezone.get_current_timezone()
    rows = [row_from(value, codes=codes, now=now, zone=zone) for value in values]
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
