"""Everything as a workbook: teams, people, headquarters, a sheet each. Texts run nothing when it is opened."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from events import door_codes
from events.night.board.team_states import Team
from events.night.models import Assignment, Edition, Participant
from events.night.papers.gathering import Site, languages_of
from volunteers.tables import MOMENT, WIDEST, harmless


def content(edition: Edition, sites: Sequence[Site]) -> bytes:
    """The file, in the active language. No address nor telephone: the list of each date has them, for who may read
    them."""
    book = Workbook(write_only=True)
    _add(book, _("Teams"), _team_head(), (_team(site, team) for site in sites for team in site.teams))
    _add(book, _("People"), _person_head(), (_person(site, one) for site in sites for one in site.people))
    _add(book, _("Headquarters"), _site_head(), (_site(site) for site in sites))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _add(book: Workbook, title: str, head: list[str], rows: Iterable[list[Any]]) -> None:
    table = [head, *rows]
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for number, letter in enumerate(_letters(len(head))):
        longest = max(len(str(row[number] if row[number] is not None else "")) for row in table)
        sheet.column_dimensions[letter].width = min(longest + 2, WIDEST)
    for number, row in enumerate(table):
        cells = [WriteOnlyCell(sheet, harmless(_plain(value))) for value in row]
        for cell, value in zip(cells, row, strict=True):
            if number == 0:
                cell.font = Font(bold=True)
            elif hasattr(value, "tzinfo"):
                cell.number_format = MOMENT
        sheet.append(cells)


def _letters(count: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]


def _plain(value: Any) -> Any:
    """As a cell holds it: moments on the city's clocks, without a zone."""
    return timezone.localtime(value).replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def _team_head() -> list[str]:
    return [
        _("Team"), _("Headquarters"), _("Kind of place"), _("State"), _("People"), _("Smallest team"),
        _("Team aimed at"), _("Largest team"), _("Leader"), _("Needed"), _("Missing"), _("Walking"),
        _("Rally points"), _("Dangers"), _("Known difficulties"),
    ]  # fmt: skip


def _team(site: Site, team: Team) -> list[Any]:
    sector = team.sector
    needed = [str(tag) for tag in sector.tags.all() if tag.is_needed]
    return [
        sector.code, str(site.headquarters.district), str(sector.kind), str(team.state.label), len(team.members),
        sector.least, sector.target, sector.most, _name(team.leader) if team.leader else "", ", ".join(needed),
        ", ".join(str(tag) for tag in team.missing), sector.get_walk_display(), sector.rally_points, sector.dangers,
        sector.difficulties,
    ]  # fmt: skip


def _person_head() -> list[str]:
    return [
        _("Last name"), _("First name"), _("Team"), _("Headquarters"), _("Role"), _("Kind"), _("Willing to lead"),
        _("Has done a Night before"), _("Languages"), _("Walking"), _("Pinned"), _("Code at the door"),
    ]  # fmt: skip


def _person(site: Site, one: Assignment) -> list[Any]:
    participant = one.participant
    user = participant.volunteer.user
    yes, no = _("yes"), _("no")
    return [
        user.last_name, user.first_name, one.sector.code if one.sector else _("reserve"),
        str(site.headquarters.district), _("leads") if one.leads else "", participant.get_kind_display(),
        yes if participant.leader else no, yes if participant.experienced else no, ", ".join(languages_of(one)),
        participant.get_max_walk_display(), yes if one.is_pinned else no, _code(participant),
    ]  # fmt: skip


def _site_head() -> list[str]:
    return [
        _("Headquarters"), _("Place"), _("Address"), _("Arrival"), _("Briefing"), _("Meal"), _("Technical contact"),
        _("Coordinators"), _("Teams"), _("Teams that can go out"), _("People in teams"), _("In reserve"), _("Seats"),
    ]  # fmt: skip


def _site(site: Site) -> list[Any]:
    headquarters, slot = site.headquarters, site.headquarters.slot
    return [
        str(headquarters.district), slot.venue.name if slot.venue else "", slot.venue.address if slot.venue else "",
        slot.starts_at, headquarters.briefing_at, headquarters.meal, headquarters.contact,
        ", ".join(site.coordinators), len(site.teams), sum(team.goes_out for team in site.teams),
        sum(len(team.members) for team in site.teams), len(site.reserve), slot.capacity,
    ]  # fmt: skip


def _code(participant: Participant) -> str:
    row = participant.registration
    return door_codes.shown(door_codes.code_of(row)) if row and door_codes.is_shown(row) else ""


def _name(one: Assignment) -> str:
    user = one.participant.volunteer.user
    return user.get_full_name()
