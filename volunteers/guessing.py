"""Counting guesses at a code, exactly, however many arrive at once."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from volunteers.models import Guesses, User

CODE_GUESSES = 3
FACTOR_GUESSES = 10
FACTOR_WINDOW = 300  # seconds


def take_guess(key: str, *, limit: int = CODE_GUESSES) -> bool:
    """Counts one more guess at the secret called ``key``; False when it must not even be looked at.

    One conditional UPDATE: of a hundred guesses at the same instant exactly ``limit`` get True.
    """
    Guesses.objects.get_or_create(key=key)
    return bool(Guesses.objects.filter(key=key, looked_at__lt=limit).update(looked_at=F("looked_at") + 1))


def key_of_process(state: dict[str, Any]) -> str:
    """Names the secret of one of allauth's code processes, the same in every copy of its session, resends included."""
    return salted_hmac("volunteers.guessing", f"{state['at']}:{state.get('email', '')}", algorithm="sha256").hexdigest()


def key_of_factor(user: User) -> str:
    """Names the second factor of a person during a window of five minutes."""
    window = int(time.time() // FACTOR_WINDOW)
    return salted_hmac("volunteers.guessing.factor", f"{user.pk}:{window}", algorithm="sha256").hexdigest()


def forget_old(now: dt.datetime | None = None) -> int:
    """Deletes the counts of yesterday and before; returns how many."""
    day = dt.timedelta(days=1)
    return Guesses.objects.filter(started_at__lt=(now or timezone.now()) - day).delete()[0]
