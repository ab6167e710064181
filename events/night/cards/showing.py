"""What a card shows, on its page and in the mail: of the others, first names and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from events import calendars, door_codes
from events.night.models import Assignment, Card, Edition

MAP = "https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f}#map=17/{latitude:.5f}/{longitude:.5f}"


def shown(card: Card) -> dict[str, Any]:
    """The card's facts, in the active language; read with ``links.RELATED``. One query.

    The team is shown as it is at this moment, so that whoever looks again sees who has come into it.
    """
    headquarters, edition = card.headquarters, card.participant.edition
    slot, venue = headquarters.slot, headquarters.slot.venue
    registration = card.participant.registration
    facts = {
        "card": card,
        "edition": edition,
        "headquarters": headquarters,
        "slot": slot,
        "sector": card.sector,
        "first_name": card.participant.volunteer.user.first_name,
        "leader_name": _first_name(card.leader) if card.leader and not card.leads else "",
        "teammates": teammates(card),
        "bring": edition.bring or _("Warm clothes, good shoes, a charged telephone, and something to drink."),
        "contact": headquarters.contact,
        "place": calendars.place_of(slot),
        "map_url": _map_of(venue.latitude, venue.longitude) if venue else "",
        "may_answer": may_answer(card),
        "is_over": edition.ends_at <= timezone.now() or edition.state in (Edition.State.CLOSED, Edition.State.RESULTS),
    }
    if registration and card.sector and not card.is_declined and door_codes.is_shown(registration):
        facts["door_code"] = door_codes.shown(door_codes.code_of(registration))
    return facts


def teammates(card: Card) -> list[str]:
    """The first names of the others in the team, its leader left out, in the order of the alphabet. One query."""
    if card.sector_id is None:
        return []
    others = Assignment.objects.filter(sector=card.sector_id).exclude(participant=card.participant_id)
    if card.leader_id:
        others = others.exclude(participant=card.leader_id)
    names = others.values_list("participant__volunteer__user__first_name", flat=True)
    return sorted((name.strip() or str(_("Somebody")) for name in names), key=str.casefold)


def may_answer(card: Card, now: dt.datetime | None = None) -> bool:
    """Can one still say whether one comes? Until people are due at the headquarters."""
    told = card.participant.edition.state in (Edition.State.PUBLISHED, Edition.State.LIVE)
    return told and card.headquarters.slot.starts_at > (now or timezone.now())


def _first_name(participant: Any) -> str:
    return participant.volunteer.user.first_name.strip() or _("Somebody")


def _map_of(latitude: float | None, longitude: float | None) -> str:
    if latitude is None or longitude is None:
        return ""
    return MAP.format(latitude=latitude, longitude=longitude)
