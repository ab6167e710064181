"""A team's pack: two sides of A4 for the night. What templates/paper/night/packs.typ shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from events.night.board.team_states import Team
from events.night.models import Assignment, Edition, Headquarters
from events.night.papers import links, sector_maps
from events.night.papers.gathering import Site, languages_of, short_name
from events.night.papers.sector_maps import Ground, ground_of
from events.night.sign_up.placing import METRES_A_DEGREE, point_of
from volunteers import squares
from volunteers.points import Point

TEMPLATE = "night/packs.typ"
COUNT_ROWS = 13  # of the form: what a page holds with room for gloves
NEAREST = 50  # metres, under which a sector is at its headquarters


def content(edition: Edition, sites: Sequence[Site], *, beat: Callable[[int, int], None]) -> dict[str, Any]:
    """All that the packs say, in the active language. ``beat`` is told how many teams are done, of how many.

    Neighbours are those among ``sites``' sectors and, of other headquarters, whatever the edition has.
    """
    grounds = [ground for sector in edition.sectors.order_by("code") if (ground := ground_of(sector))]
    by_code = {ground.code: ground for ground in grounds}
    teams = [(site, team) for site in sites for team in site.teams]
    packs = []
    for done, (site, team) in enumerate(teams):
        if not done % 10:
            beat(done, len(teams))
        packs.append(_pack(site, team, by_code.get(team.sector.code), grounds))
    return {
        "language": get_language() or "fr",
        "title": _("Team packs"),
        "edition": edition.name,
        "night": date_format(timezone.localtime(edition.starts_at), "l j F Y"),
        "words": _words(),
        "teams": packs,
        "rows": COUNT_ROWS,
    }


def _pack(site: Site, team: Team, ground: Ground | None, grounds: Sequence[Ground]) -> dict[str, Any]:
    sector = team.sector
    address = links.address_of(sector)
    middle = Point(*ground.middle) if ground else None
    return {
        "code": sector.code,
        "kind": str(sector.kind),
        "walk": sector.get_walk_display(),
        "district": str(site.headquarters.district),
        "headquarters": _place(site.headquarters),
        "times": _times(site.headquarters),
        "contact": site.headquarters.contact,
        "crew": [_person(one) for one in team.members],
        "blanks": max(2, sector.most - len(team.members)),
        "needs": ", ".join(str(tag) for tag in sector.tags.all() if tag.is_needed),
        "rally": sector.rally_points,
        "dangers": sector.dangers,
        "difficulties": sector.difficulties,
        "map": sector_maps.draw(ground, grounds) if ground else "",
        "map_says": _("Map of sector %(code)s among its neighbours, north up") % {"code": sector.code},
        "middle": str(middle or ""),
        "way": way_to(middle, site.headquarters) if middle else "",
        "square": squares.svg(address),
        "square_says": _("A square for a phone's camera, which leads to %(address)s") % {"address": address},
    }


def way_to(there: Point, headquarters: Headquarters) -> str:
    """How far, and which way, from the headquarters to that point: "850 m to the north-east"."""
    latitude, longitude = point_of(headquarters)
    east = (there.longitude - longitude) * math.cos(math.radians(latitude)) * METRES_A_DEGREE
    north = (there.latitude - latitude) * METRES_A_DEGREE
    metres = round(math.hypot(east, north), -1)
    if metres < NEAREST:
        return _("Around the headquarters")
    directions = [
        _("to the east"), _("to the north-east"), _("to the north"), _("to the north-west"),
        _("to the west"), _("to the south-west"), _("to the south"), _("to the south-east"),
    ]  # fmt: skip
    return _("From the headquarters: %(distance)s %(direction)s") % {
        "distance": f"{metres:.0f} m" if metres < 1000 else f"{number_format(round(metres / 1000, 1), 1)} km",
        "direction": directions[round(math.atan2(north, east) / (math.pi / 4)) % 8],
    }


def _place(headquarters: Headquarters) -> str:
    venue = headquarters.slot.venue
    return ", ".join(part for part in (venue.name, venue.address) if part) if venue else _("Place to be decided")


def _times(headquarters: Headquarters) -> list[list[str]]:
    slot, edition = headquarters.slot, headquarters.edition
    times = [(_("Arrival"), slot.starts_at), (_("Briefing"), headquarters.briefing_at)]
    times += [(_("Teams leave"), edition.starts_at), (_("Teams return"), edition.ends_at)]
    return [[label, time_format(timezone.localtime(at))] for label, at in times if at]


def _person(one: Assignment) -> dict[str, Any]:
    return {"name": short_name(one), "leads": one.leads, "languages": ", ".join(languages_of(one))}


def _words() -> dict[str, str]:
    return {
        "sector": _("Sector"),
        "headquarters": _("Headquarters"),
        "contact": _("Call in case of trouble"),
        "emergency": _("A life in danger: 112"),
        "team": _("Team"),
        "leader": _("leads the team"),
        "replacement": _("Replacement"),
        "needs": _("This sector needs"),
        "rally": _("Rally points"),
        "dangers": _("Dangers"),
        "difficulties": _("Known difficulties"),
        "nothing": _("Nothing noted."),
        "map": _("Map"),
        "no_map": _("This sector has no boundary yet: ask at the headquarters."),
        "scan": _("The map on your phone"),
        "middle": _("Middle of the sector"),
        "form": _("Encounters"),
        "form_text": _("One line for each encounter. Never write a name, nor what could tell who somebody is."),
        "number": _("No."),
        "time": _("Time"),
        "place": _("Place"),
        "who": _("Tick one"),
        "alone": _("alone"),
        "couple": _("couple"),
        "group": _("group"),
        "count": _("How many"),
        "notes": _("Notes"),
        "sheet": _("Sheet"),
        "of": pgettext("sheet 1 of 2", "of"),
    }
