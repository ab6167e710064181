"""What is written to the contact of an organisation, and to the people whom it names: made as each message leaves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from events import calendars
from events.models import Registration
from events.night.models import NamedPerson, Partner
from events.night.partners import inviting, objecting
from mail.kinds import Letter
from volunteers import papers


def compose_link(context: dict[str, Any]) -> Letter | None:
    """The contact's link; nothing once another was sent, or none is open."""
    rows = Partner.objects.select_related("edition__network", "headquarters__district")
    partner = rows.filter(pk=context["partner"], link_number=context["number"]).first()
    if partner is None or not partner.has_link():
        return None
    address = settings.SITE_URL + reverse("night-partners:people", args=[inviting.token_of(partner)])
    return Letter({"partner": partner, "edition": partner.edition, "link_url": address})


def compose_named(context: dict[str, Any]) -> Letter | None:
    """To somebody who was named: by whom, what for, what is kept, how to say no. Nothing once nobody names them."""
    rows = NamedPerson.objects.coming().select_related("partner", "edition__network", "sector")
    seat_of = "participant__registration__slot"
    rows = rows.select_related(f"{seat_of}__venue__district", f"{seat_of}__room")
    person = rows.filter(pk=context["person"]).first()
    if person is None or person.participant is None:
        return None
    seat = person.participant.registration
    slot = seat.slot if seat and seat.is_active else None
    return Letter(
        {
            "person": person,
            "edition": person.edition,
            "partner": person.partner,
            "brought": person.brought,
            "first_name": person.first_name,
            "slot": slot,
            "place": calendars.place_of(slot) if slot else "",
            "waits": seat is not None and seat.state == Registration.State.WAITING,
            "object_url": settings.SITE_URL + reverse("night-partners:object", args=[objecting.token_of(person)]),
            "space_url": settings.SITE_URL + reverse("night-sign-up:mine", args=[person.edition_id]),
            "privacy_url": _absolute(papers.address_of(papers.Paper.PRIVACY)),
        }
    )


def _absolute(address: str) -> str:
    return settings.SITE_URL + address if address else ""
