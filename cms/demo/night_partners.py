"""Organisations that name people for this winter's Night: their contacts have a link, which the mailbox shows."""

from __future__ import annotations

import random
from typing import Any

from cms.demo.city import content
from events.night.models import Edition, Headquarters, Partner, Sector, SectorTag
from events.night.partners import inviting
from events.night.people import bringing
from events.night.people.bringing import Named
from events.night.sign_up.placing import places_of
from volunteers.models import SpokenLanguage, User

DOMAIN = "maraudes.example"
SECTORS = 2  # of the first organisation


def build(edition: Edition, *, by: User | None, rng: random.Random) -> None:
    """Writes the organisations; the first has sectors whose teams it makes, with the clearances that these ask for."""
    names = content("names")
    for number, facts in enumerate(content("night")["partners"]):
        sectors = own_sectors(edition) if number == 0 else []
        partner = Partner.objects.create(
            edition=edition,
            name=facts["name"],
            contact_name=facts["contact"],
            contact_email=f"{facts['address']}@{DOMAIN}",
            headquarters=sectors[0].headquarters if sectors else None,
            expected=facts["expected"],
            created_by=by,
        )
        asked = SectorTag.objects.filter(sector__in=sectors, qualification__isnull=False)
        cleared = sorted(set(asked.values_list("qualification", flat=True)))
        partner.qualifications.set(cleared)
        edition.sectors.filter(pk__in=[sector.pk for sector in sectors]).update(partner=partner)
        people = [somebody(facts, place, sectors, cleared, names, rng) for place in range(facts["named"])]
        bringing.bring(people, edition=edition, kind="professional", by=None, partner=partner)
        inviting.send_link(partner, by=by)


def own_sectors(edition: Edition) -> list[Sector]:
    """Those for professionals where most places are left, of one headquarters."""
    left = {place.key: place.left for place in places_of(edition)}
    places: list[Headquarters] = sorted(edition.headquarters.all(), key=lambda one: (-left.get(one.pk, 0), one.pk))
    for place in places:
        found = list(place.sectors.filter(professionals_only=True).in_order()[:SECTORS])
        if found:
            return found
    return []


def somebody(
    facts: dict[str, Any],
    place: int,
    sectors: list[Sector],
    cleared: list[int],
    names: dict[str, Any],
    rng: random.Random,
) -> Named:
    """One of its people: for its sectors in turn, the first of each may lead."""
    first, last = rng.choice(names["first"]), rng.choice(names["last"])
    sector = sectors[place % len(sectors)] if sectors else None
    languages = list(SpokenLanguage.objects.order_by("code").values_list("pk", flat=True))
    return Named(
        email=f"{facts['address']}-{place + 1}@{DOMAIN}",
        first_name=first,
        last_name=last,
        leader=place < max(1, len(sectors)),
        languages=tuple(sorted(rng.sample(languages, rng.choice((0, 0, 1, 2))))),
        clearances=tuple(cleared),
        headquarters=sector.headquarters_id if sector else None,
        sector=sector.pk if sector else None,
    )
