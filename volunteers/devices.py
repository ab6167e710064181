"""Where a person is signed in, in words they recognise."""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from ua_parser import parse

from volunteers.models import User


def name_of(user_agent: str) -> str:
    """Such as "Firefox on Windows"; whatever the header holds, a short plain text."""
    found = parse(user_agent[:500])
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown device")


def is_phone(user_agent: str) -> bool:
    return any(word in user_agent for word in ("Mobile", "Android", "iPhone"))


def devices_of(user: User, request: HttpRequest) -> list[UserSession]:
    """The person's live sessions, the present one first, each with ``label``, ``phone`` and ``here``.

    Those that have ended meanwhile are left out; ``forget_ended`` clears them away. Writes nothing, in two queries.
    """
    noted = list(UserSession.objects.filter(user=user))
    live = _live_keys(user, [device.session_key for device in noted])
    devices = [device for device in noted if device.session_key in live]
    for device in devices:
        device.label = name_of(device.user_agent)
        device.phone = is_phone(device.user_agent)
        device.here = device.session_key == request.session.session_key
    return sorted(devices, key=lambda device: (not device.here, -device.last_seen_at.timestamp()))


def _live_keys(user: User, keys: list[str]) -> set[str]:
    """Which of these sessions still let the person in: not over, and none that a new password has ended since."""
    stored = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    opened = {session.session_key: session.get_decoded() for session in stored}
    return {
        key
        for key, content in opened.items()
        if content.get(SESSION_KEY) == str(user.pk)
        and constant_time_compare(content.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    }


def sign_out_everywhere(user: User) -> None:
    """Ends all sessions of this person, on every device."""
    noted = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(noted.values_list("session_key", flat=True))).delete()
    noted.delete()


def forget_ended(now: dt.datetime | None = None) -> int:
    """Deletes the sessions that have expired (codes, addresses, names in them) and the devices that had them.

    Returns how many sessions.
    """
    forgotten = Session.objects.filter(expire_date__lt=now or timezone.now()).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return forgotten
