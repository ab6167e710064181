"""The roster chosen becomes rows that organisers change, publish and print."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from events.night.models import Assignment, Edition, Participant, Roster


def lay_out(roster: Roster) -> int:
    """Makes the edition's assignments what this roster says, in the place of what they were; returns how many.

    Who is in no team is in reserve: at the headquarters that the roster names, else where their seat is, else at the
    first one that they chose. Whoever has withdrawn since, and sectors deleted since, are left out. Call it while
    holding the edition's row.
    """
    rows = _rows(roster.edition, json.loads(roster.instance)["people"], json.loads(roster.result))
    with transaction.atomic():
        Assignment.objects.filter(participant__edition=roster.edition).delete()
        Assignment.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _rows(edition: Edition, people: list[dict[str, Any]], result: dict[str, Any]) -> list[Assignment]:
    sectors = {sector.code: sector for sector in edition.sectors.all()}
    slots = dict(edition.headquarters.order_by().values_list("slot", "pk"))
    known = {str(key) for key in slots.values()}
    active = Participant.objects.active().filter(edition=edition).select_related("registration")
    participants = {str(row.pk): row for row in active}
    leaders, reserve = set(result["leaders"].values()), result.get("reserve", {})
    rows = []
    for person in people:
        if not (participant := participants.get(person["id"])):
            continue
        sector = sectors.get(result["assignments"].get(person["id"], ""))
        seat = slots.get(participant.registration.slot_id) if participant.registration else None
        wished = (reserve.get(person["id"]), str(seat), *person["prefs"], person["home"])
        headquarters = sector.headquarters_id if sector else next((int(key) for key in wished if key in known), None)
        if headquarters:
            leads = sector is not None and person["id"] in leaders
            rows.append(Assignment(participant=participant, headquarters_id=headquarters, sector=sector, leads=leads))
    return rows
