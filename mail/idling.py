"""Telling people that their account is about to be erased, since nobody uses it.

This is here and not with the accounts, since volunteers lie under mail and may not know it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mail import kinds, queuing
from volunteers import idling
from volunteers.models import User

KIND = "account/idle"


def warn_idle(now: dt.datetime | None = None) -> int:
    """Writes once to everybody whose account will be idle in a month; returns to how many.

    A batch is one transaction of a fixed number of queries, with its messages. Safe to run twice and side by side.
    """
    now = now or timezone.now()
    warned = 0
    while batch := _warn_batch(now):
        warned += batch
    return warned


def _warn_batch(now: dt.datetime) -> int:
    ends_at = now + dt.timedelta(days=idling.WARNED_DAYS)
    with transaction.atomic():
        rows = idling.to_warn(now).select_for_update(of=("self",), skip_locked=True).order_by("pk")
        users = list(rows[: idling.BATCH])
        queuing.queue_many(
            queuing.draft(
                KIND,
                key=f"{KIND}:{user.pk}:{now.date()}",
                user=user,
                context={"account": user.pk, "ends_at": ends_at.isoformat()},
            )
            for user in users
        )
        User.objects.filter(pk__in=[user.pk for user in users]).update(idle_warned_at=now)
    return len(users)


def compose_idle(context: dict[str, Any]) -> kinds.Letter | None:
    """Nothing to say to somebody who has come back, or is gone, before the message left."""
    ends_at = dt.datetime.fromisoformat(context["ends_at"])
    user = idling.idle(idling.idle_since(ends_at)).filter(pk=context["account"]).first()
    if user is None:
        return None
    return kinds.Letter(
        {
            "first_name": user.first_name,
            "used_at": user.last_login or user.date_joined,
            "ends_at": ends_at,
            "sign_in_url": settings.SITE_URL + reverse("account_login"),
        }
    )
