"""Accounts that nobody uses any more: who they are, and erasing them.

An account is idle when, for settings.IDLE_MONTHS, nobody has signed in to it (or it was made that long ago and never
was signed in to), and nothing else shows that somebody still counts on it: a role, or what rooms above register from
their AppConfig.ready(). Whoever is about to become idle is written to once, WARNED_DAYS before (mail.idling).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from volunteers import erasing
from volunteers.models import AssociationMember, NetworkOrganiser, User

WARNED_DAYS = 30  # between the message and the end
BATCH = 500  # accounts looked at together

Use = Callable[[dt.datetime], Exists]
_uses: list[Use] = []


def register(use: Use) -> None:
    """Adds a sign of life: given a moment, the condition on accounts (``OuterRef("pk")``) that were of use since."""
    if use not in _uses:
        _uses.append(use)


def idle_since(now: dt.datetime) -> dt.datetime:
    """The moment since when an account must have been unused to be erased now."""
    return now - dt.timedelta(days=settings.IDLE_MONTHS * 365 // 12)


def idle(since: dt.datetime) -> QuerySet[User]:
    """The accounts unused since then. Not among them: those with a role, those that an administrator has closed
    (which they stay), and addresses that nobody has proved, which go sooner (volunteers.erasing)."""
    has_role = (
        Q(is_staff=True)
        | Q(is_superuser=True)
        | Exists(User.groups.through.objects.filter(user=OuterRef("pk")))
        | Exists(NetworkOrganiser.objects.filter(user=OuterRef("pk")))
        | Exists(AssociationMember.objects.filter(user=OuterRef("pk")))
    )
    unused = User.objects.annotate(used_at=Coalesce("last_login", "date_joined")).filter(
        used_at__lt=since, is_active=True, unproved_since=None
    )
    for use in _uses:
        unused = unused.exclude(use(since))
    return unused.exclude(has_role)


def to_warn(now: dt.datetime) -> QuerySet[User]:
    """The accounts that will be idle in WARNED_DAYS, and whose owner has not been told."""
    return idle(idle_since(now + dt.timedelta(days=WARNED_DAYS))).filter(idle_warned_at=None)


def to_erase(now: dt.datetime) -> QuerySet[User]:
    """The accounts that are idle, and whose owner was told WARNED_DAYS ago or more."""
    return idle(idle_since(now)).filter(idle_warned_at__lte=now - dt.timedelta(days=WARNED_DAYS))


def forget_warnings(now: dt.datetime) -> int:
    """Who came back, or is counted on again, starts anew: another warning comes before another end."""
    idle_soon = idle(idle_since(now + dt.timedelta(days=WARNED_DAYS))).values("pk")
    return User.objects.exclude(idle_warned_at=None).exclude(pk__in=idle_soon).update(idle_warned_at=None)


def erase_idle(now: dt.datetime | None = None) -> int:
    """Erases the idle accounts whose owners were told; returns how many.

    One transaction each, which looks again whether the account is still idle, under its lock. Safe to run twice.
    """
    now = now or timezone.now()
    forget_warnings(now)
    erased = 0
    for pk in _keys(to_erase(now)):
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).filter(pk=pk).first()
            user = to_erase(now).filter(pk=pk).first()
            if user is not None:
                erasing.erase(user)
                erased += 1
    return erased


def _keys(accounts: QuerySet[User]) -> Iterator[int]:
    """The primary keys in order, read BATCH at a time: erasing commits, and a cursor would not outlive that."""
    last = 0
    while keys := list(accounts.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from keys
        last = keys[-1]
