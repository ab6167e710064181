"""What lies on the tables of a headquarters: the list to sign, the signs of the teams' tables, the badges.

What the templates of those names in templates/paper/night/ show. Door codes are those of the agenda
(events.door_codes): a camera at the entrance marks the person as there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import door_codes
from events.models import Registration
from events.night.board.team_states import Team
from events.night.models import Assignment, Edition
from events.night.papers.gathering import Site, full_name, short_name
from volunteers import squares

SIGN_IN, SIGNS, BADGES = "night/sign_in.typ", "night/signs.typ", "night/badges.typ"
SPARE = 12  # lines for whoever comes without being expected
Beat = Callable[[int, int], None]


def sign_in(edition: Edition, sites: Sequence[Site], *, beat: Beat) -> dict[str, Any]:
    """Everybody expected, by name, each with their team and a place to sign; then the teams, for whoever welcomes."""
    rows = []
    for site in sites:
        people = site.people
        rows.append(
            _place(site)
            | {
                "people": [
                    {"name": full_name(one), "team": _team_of(one), "leads": one.leads, "waits": one.sector is None}
                    for one in people
                ],
                "teams": [
                    {
                        "code": team.sector.code,
                        "state": str(team.state.label),
                        "leader": short_name(team.leader) if team.leader else "",
                        "count": f"{len(team.members)} / {team.sector.target}",
                        "kind": str(team.sector.kind),
                    }
                    for team in site.teams
                ],
            }
        )
    return _sheet(edition, _("Sign-in lists")) | {"sites": rows, "spare": SPARE}


def signs(edition: Edition, sites: Sequence[Site], *, beat: Beat) -> dict[str, Any]:
    """A tent for each table: folded in the middle it is read from both sides."""
    teams = [
        {
            "code": team.sector.code,
            "kind": str(team.sector.kind),
            "district": str(site.headquarters.district),
            "leader": short_name(team.leader) if team.leader else "",
        }
        for site in sites
        for team in site.teams
    ]
    return _sheet(edition, _("Table signs")) | {"teams": teams}


def badges(edition: Edition, sites: Sequence[Site], *, beat: Beat) -> dict[str, Any]:
    """Ten on a page: first name, role, team, and the square that is read at the entrance."""
    people = [(site, one) for site in sites for one in _by_team(site)]
    made = []
    for done, (site, one) in enumerate(people):
        if not done % 50:
            beat(done, len(people))
        made.append(
            {
                "name": one.participant.volunteer.user.first_name or short_name(one),
                "role": _role(one),
                "leads": one.leads,
                "team": _team_of(one),
                "district": str(site.headquarters.district),
                **_square(one.participant.registration),
            }
        )
    return _sheet(edition, _("Badges")) | {"badges": made}


def _sheet(edition: Edition, title: str) -> dict[str, Any]:
    return {
        "language": get_language() or "fr",
        "title": f"{title}, {edition.name}",
        "edition": edition.name,
        "night": date_format(timezone.localtime(edition.starts_at), "l j F Y"),
        "words": {
            "headquarters": _("Headquarters"),
            "sign_in": _("Sign-in list"),
            "arrival": _("Arrival"),
            "name": _("Name"),
            "team": _("Team"),
            "signature": _("Signature"),
            "leader": _("Leader"),
            "leads": _("leads"),
            "reserve": _("reserve"),
            "sector": _("Sector"),
            "unexpected": _("Whoever comes without being on the list"),
            "teams": _("Teams"),
            "people": _("People"),
            "state": _("State"),
            "kind": _("Kind of place"),
            "nobody": _("Nobody is expected here yet."),
        },
    }


def _place(site: Site) -> dict[str, str]:
    slot = site.headquarters.slot
    venue = slot.venue
    return {
        "district": str(site.headquarters.district),
        "venue": ", ".join(part for part in (venue.name, venue.address) if part) if venue else "",
        "arrival": time_format(timezone.localtime(slot.starts_at)),
    }


def _by_team(site: Site) -> list[Assignment]:
    """As badges are put on the tables: team by team, whoever leads first; the reserve last."""

    def members(team: Team) -> list[Assignment]:
        return sorted(team.members, key=lambda one: (not one.leads, short_name(one)))

    return [*(one for team in site.teams for one in members(team)), *sorted(site.reserve, key=short_name)]


def _team_of(one: Assignment) -> str:
    return one.sector.code if one.sector else ""


def _role(one: Assignment) -> str:
    if one.leads:
        return _("Team leader")
    return _("Member of the team") if one.sector else _("In reserve")


def _square(registration: Registration | None) -> dict[str, str]:
    """Nothing of whoever has no seat to show."""
    if registration is None or not door_codes.is_shown(registration):
        return {"square": "", "square_says": "", "door_code": ""}
    code = door_codes.code_of(registration)
    return {
        "square": squares.svg(door_codes.address_of(code)),
        "square_says": _("A square for the camera at the entrance"),
        "door_code": door_codes.shown(code),
    }
