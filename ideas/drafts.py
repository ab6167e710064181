"""What somebody typed before signing in, kept in their session until they come back with the code.

Nothing is proposed for an address that nobody has proved: what was typed waits in the session of the browser that
typed it, for the one account that was named, and is shown again to be sent.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from ideas.models import Call
from volunteers.models import User

KEY = "proposing"
LASTS = dt.timedelta(hours=1)
FIELDS = ("title", "text", "district", "place")


def keep(session: SessionBase, call: Call, user: User, typed: dict[str, Any]) -> None:
    """Remembers the words of an idea for this call and this account. The picture is chosen once signed in."""
    words = {name: str(getattr(value, "pk", value) or "") for name in FIELDS if (value := typed.get(name))}
    session[KEY] = {"call": call.pk, "user": user.pk, "at": timezone.now().isoformat(), "words": words}


def kept(session: SessionBase, call: Call, user: User) -> dict[str, str]:
    """What this account typed for this call, or nothing."""
    found = session.get(KEY)
    if not isinstance(found, dict) or (found.get("call"), found.get("user")) != (call.pk, user.pk):
        return {}
    if timezone.now() - dt.datetime.fromisoformat(found["at"]) > LASTS:
        return {}
    words: dict[str, str] = found["words"]
    return words


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)
