"""Work off the request on a row that is the truth: claimed with a lease, taken up again after a lost worker.

Celery only wakes the work up, and a sweep finds what it lost. Whoever works has claimed the row by a conditional
update; what they write at the end is fenced by the same claim, so that a worker presumed dead cannot write after its
successor.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from volunteers.models.leases import Leased

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=5)
ATTEMPTS = 3


class Superseded(Exception):
    """The row was cancelled, or taken over by another worker, while this one worked."""


def claim(rows: QuerySet[Any], *, waiting: str, working: str) -> bool:
    """Takes what waits, or what its worker left. False when somebody else has it, and after three tries."""
    now = timezone.now()
    claimed = rows.filter(_free(waiting, working, now), attempts__lt=ATTEMPTS)
    return bool(claimed.update(state=working, lease_until=now + LEASE, attempts=F("attempts") + 1))


def hopeless(rows: QuerySet[Any], *, waiting: str, working: str) -> QuerySet[Any]:
    """Those that were tried three times."""
    return rows.filter(_free(waiting, working, timezone.now()), attempts__gte=ATTEMPTS)


def finish(row: Any, **columns: Any) -> None:
    """Writes the outcome, if the claim still holds; otherwise Superseded, for all of the transaction to be undone."""
    mine = type(row)._default_manager.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    if not mine.update(lease_until=None, attempts=0, **columns):
        raise Superseded
    cache.delete(_key(row))


def extend(row: Any, *, by: dt.timedelta) -> None:
    """Gives whoever has claimed it more time than usual: outside the transaction that may take it. Superseded when the
    claim no longer holds."""
    mine = type(row)._default_manager.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    if not mine.update(lease_until=timezone.now() + LEASE + by):
        raise Superseded


def lost(rows: QuerySet[Any], *, working: Collection[str], now: dt.datetime) -> QuerySet[Any]:
    """Those that a lost message or a killed worker left behind."""
    behind = Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - dt.timedelta(minutes=1))
    return rows.filter(behind, state__in=working)


def ticker(row: Leased, total: int) -> Callable[..., None]:
    """Says how far the work is, where other processes see it at once, transaction or not."""

    def tick(done: int, rows: int | None = None) -> None:
        nonlocal total
        total = rows or total
        cache.set(_key(row), (done, total), 600)

    return tick


def progress(row: Leased) -> tuple[int, int] | None:
    """(rows done, rows) of what is under way; None when not known yet."""
    found: tuple[int, int] | None = cache.get(_key(row))
    return found


def wake(task: str, pk: int) -> None:
    """Has a worker look at the row. Without a broker the sweep will."""
    try:
        current_app.send_task(task, [pk], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker is away: this waits for the next sweep.")


def _free(waiting: str, working: str, now: dt.datetime) -> Q:
    return Q(state=waiting) | Q(state=working, lease_until__lt=now)


def _key(row: Leased) -> str:
    return f"{row._meta.label_lower}:{row.pk}"
