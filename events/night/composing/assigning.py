"""The roster chosen becomes rows that organisers change, publish and print."""

from __future__ import annotations

import json

from events.night.board.moving import Spot
from events.night.models import Assignment, Edition, NamedPerson, Participant, Roster


def spots_of(roster: Roster) -> dict[int, Spot | None]:
    """Where everybody of the edition goes when this roster takes the place of what is, by participant.

    Who is in no team is in reserve: where they wait already, else at the headquarters that the roster names, else where
    their seat is, else at the first one that they chose. Whom a partner organisation names for a sector of its own is
    pinned there, unless an organiser has pinned them elsewhere; the first of them who may lead does. Whoever was pinned
    stays so where the roster kept them, and, when it did not know them, stays where they are; others whom it did not
    know wait at their headquarters. Whoever has withdrawn since, and sectors deleted since, are left out. A roster of
    one headquarters alone leaves out everybody who is elsewhere by now, and sends nobody elsewhere. Call it while
    holding the board.
    """
    only = roster.headquarters_id
    found: dict[int, Spot | None] = {}
    present = {row.participant_id: row for row in Assignment.objects.filter(participant__edition=roster.edition_id)}
    people, result = json.loads(roster.instance)["people"], json.loads(roster.result)
    sectors = {sector.code: sector for sector in roster.edition.sectors.all()}
    slots = dict(roster.edition.headquarters.order_by().values_list("slot", "pk"))
    known = {str(key) for key in slots.values()}
    active = Participant.objects.active().filter(edition=roster.edition_id).select_related("registration")
    participants = {str(row.pk): row for row in active}
    leaders, reserve = set(result["leaders"].values()), result.get("reserve", {})
    for person in people:
        if not (participant := participants.pop(person["id"], None)):
            continue
        sector = sectors.get(result["assignments"].get(person["id"], ""))
        before = Spot.of(present.get(participant.pk))
        if sector is None and before and before.sector is None:
            found[participant.pk] = before
            continue
        seat = slots.get(participant.registration.slot_id) if participant.registration else None
        wished = (str(only), reserve.get(person["id"]), str(seat), *person["prefs"], person["home"])
        headquarters = sector.headquarters_id if sector else next((int(key) for key in wished if key in known), None)
        if headquarters:
            leads = sector is not None and person["id"] in leaders
            spot = Spot(headquarters, sector.pk if sector else None, leads)
            found[participant.pk] = before if before == spot._replace(is_pinned=True) else spot
    led = {spot.sector for spot in found.values() if spot and spot.leads}
    for key, row in present.items():
        if key not in found:
            spot = Spot.at(row)
            stays = spot.is_pinned and str(key) in participants
            found[key] = spot._replace(leads=spot.leads and spot.sector not in led) if stays else None
    led |= {spot.sector for spot in found.values() if spot and spot.leads}
    for key, spot in _named(roster.edition, led).items():
        if str(key) in participants and not found.get(key):
            found[key] = spot
    for key, row in present.items():
        if str(key) in participants and not found[key]:
            found[key] = Spot(row.headquarters_id)
    if only:
        beyond = {key for key, row in present.items() if row.headquarters_id != only}
        found = {key: to for key, to in found.items() if key not in beyond and (to is None or to.headquarters == only)}
    return found


def _named(edition: Edition, led: set[int | None]) -> dict[int, Spot]:
    """Where organisations put the people of their own teams; ``led``: sectors that have a leader. Who is named by two
    goes where the first one says."""
    spots = dict[int, Spot]()
    for person in NamedPerson.objects.for_teams(edition).select_related("sector"):
        if person.sector and person.participant_id and person.participant_id not in spots:
            leads = person.leader and person.sector_id not in led
            led = led | ({person.sector_id} if leads else set())
            spots[person.participant_id] = Spot(person.sector.headquarters_id, person.sector_id, leads, is_pinned=True)
    return spots
