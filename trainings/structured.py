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
    mode = "Online" if slot.is_online else "Offline"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationEvent",
        "name": training.title,
        "description": training.summary,
        "startDate": slot.starts_at.isoformat(),
        "endDate": slot.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": slot.capacity,
        "remainingAttendeeCapacity": slot.seats_left,
        "organizer": {"@type": "Organization", "name": str(training.given_by or training.network)},
    }
    data["location"] = _location(slot)
    if slot.dates > 1:
        data["subEvent"] = [_meeting(one, training.title, data["location"]) for one in occasions.of(slot)]
    return data


def _meeting(one: Occasion, name: str, location: dict[str, Any]) -> dict[str, Any]:
    """One meeting of several: an event of its own within the whole."""
    return {
        "@type": "EducationEvent",
        "name": name,
        "startDate": one.starts_at.isoformat(),
        "endDate": one.ends_at.isoformat(),
        "location": _location(one) if one.elsewhere else location,
    }


def _location(where: Slot | Occasion) -> dict[str, Any]:
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
