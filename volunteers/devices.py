"""Where a person is signed in, in words they recognise."""

from __future__ import annotations

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
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

    Sessions that have ended meanwhile are cleared away, as allauth does on its own page.
    """
    devices = UserSession.objects.purge_and_list(user)
    for device in devices:
        device.label = name_of(device.user_agent)
        device.phone = is_phone(device.user_agent)
        device.here = device.session_key == request.session.session_key
    return sorted(devices, key=lambda device: (not device.here, -device.last_seen_at.timestamp()))


def forget_ended(now: dt.datetime | None = None) -> int:
    """Deletes the sessions that have expired (codes, addresses, names in them) and the devices that had them.

    Returns how many sessions.
    """
    forgotten = Session.objects.filter(expire_date__lt=now or timezone.now()).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return forgotten
