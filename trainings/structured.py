"""Sessions as search engines read them: schema.org's Event as JSON-LD (https://schema.org/Event)."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from events import occasions
from events.models import Slot
from events.occasions import Occasion
from trainings.models import Session

# What could end the script element early or begin markup, written as JSON's own escapes.
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def event(session: Session) -> SafeString:
    """A ``script`` element of data, which a content security policy without inline scripts lets through."""
    data = json.dumps(_event(session), ensure_ascii=False).translate(_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(data))  # noqa: S308  escaped above


def _event(session: Session) -> dict[str, Any]:
    slot, training = session.slot, session.training
    cancelled = slot.state == Slot.State.CANCELLED
    times = occasions.of(slot)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "name": training.title,
        "description": training.summary,
        "startDate": slot.starts_at.isoformat(),
        "endDate": slot.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        "eventAttendanceMode": _mode(times),
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": slot.capacity,
        "remainingAttendeeCapacity": slot.seats_left,
        "organizer": {"@type": "Organization", "name": str(training.given_by or training.network)},
    }
    places = _places(times)
    data["location"] = places[0] if len(places) == 1 else places
    if slot.dates > 1:
        data["subEvent"] = [_meeting(one, training.title) for one in times]
    return data


def _mode(times: list[Occasion]) -> str:
    """On the spot, online, or mixed: some of several meetings are online, and some are not."""
    online = {one.is_online for one in times}
    mode = "Mixed" if len(online) > 1 else "Online" if True in online else "Offline"
    return f"https://schema.org/{mode}EventAttendanceMode"


def _places(times: list[Occasion]) -> list[dict[str, Any]]:
    """Each place once, in the order in which people meet."""
    found: list[dict[str, Any]] = []
    for one in times:
        if (place := _location(one)) not in found:
            found.append(place)
    return found


def _meeting(one: Occasion, name: str) -> dict[str, Any]:
    """One meeting of several: an event of its own within the whole."""
    return {
        "@type": "EducationEvent",
        "name": name,
        "startDate": one.starts_at.isoformat(),
        "endDate": one.ends_at.isoformat(),
        "eventAttendanceMode": _mode([one]),
        "location": _location(one),
    }


def _location(where: Occasion) -> dict[str, Any]:
    if where.venue is None:
        return {"@type": "VirtualLocation", "url": settings.SITE_URL}
    place = {
        "streetAddress": where.venue.street,
        "postalCode": where.venue.postal_code,
        "addressLocality": where.venue.city,
    }
    return {
        "@type": "Place",
        "name": where.venue.name,
        "address": {"@type": "PostalAddress"} | {name: value for name, value in place.items() if value},
    }
