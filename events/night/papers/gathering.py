"""What the papers of an edition are made from: its headquarters, their teams, their people, as they are now."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.night.board.team_states import Team, assigned, teams_of
from events.night.models import Assignment, Edition, Headquarters
from volunteers.cells import plain
from volunteers.models import User

# What the papers show, of which a change makes them old: of people, of sectors, of headquarters.
OF_PEOPLE = (
    "headquarters", "participant", "sector", "leads", "participant__volunteer__user__first_name",
    "participant__volunteer__user__last_name", "participant__registration", "participant__updated_at",
)  # fmt: skip
OF_SECTORS = ("headquarters", "pk", "code", "updated_at")
OF_HEADQUARTERS = ("pk", "contact", "briefing_at", "meal", "slot__starts_at", "slot__ends_at", "slot__venue")


@dataclass
class Site:
    """One headquarters, whoever goes out from there, and whoever waits there for a team."""

    headquarters: Headquarters
    coordinators: list[str] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    reserve: list[Assignment] = field(default_factory=list)

    @property
    def people(self) -> list[Assignment]:
        """All of them, as one looks for a name: by last name, then by first name."""
        everybody = [*(one for team in self.teams for one in team.members), *self.reserve]
        return sorted(everybody, key=lambda one: (*_alphabetical(one.participant.volunteer.user), one.pk))


def gather(edition: Edition, headquarters: Headquarters | None = None) -> list[Site]:
    """All headquarters of the edition, or that one. The same number of queries for any number."""
    rows = edition.headquarters.select_related("district", "slot__venue", "slot__room", "edition")
    rows = rows.prefetch_related("slot__people_in_charge").order_by("district__code")
    sectors = edition.sectors.all()
    if headquarters:
        rows, sectors = rows.filter(pk=headquarters.pk), sectors.filter(headquarters=headquarters)
    sites = {row.pk: Site(row, coordinators=_names(row.slot.people_in_charge.all())) for row in rows}
    for team in teams_of(edition, sectors):
        sites[team.sector.headquarters_id].teams.append(team)
    reserve = assigned(edition).in_reserve().filter(headquarters__in=list(sites))
    reserve = reserve.select_related("participant__volunteer__user", "participant__registration__slot")
    for one in reserve.prefetch_related("participant__languages"):
        sites[one.headquarters_id].reserve.append(one)
    return list(sites.values())


def fingerprints(edition: Edition) -> dict[int | None, str]:
    """A mark of what the papers of each headquarters show, by its key, and under None of them all. Three queries.

    Whoever changes the team of somebody changes the mark of the headquarters that they leave and of the one they join.
    """
    shown: defaultdict[int, list[Any]] = defaultdict(list)
    for columns, rows in (
        (OF_PEOPLE, assigned(edition).order_by("pk")),
        (OF_SECTORS, edition.sectors.order_by("pk")),
        (OF_HEADQUARTERS, edition.headquarters.order_by("pk")),
    ):
        for row in rows.values_list(*columns):
            shown[row[0]].append(row)
    names = [getattr(edition, f"name_{language}") for language, _label in settings.LANGUAGES]
    whole = [edition.pk, *names, edition.starts_at, edition.ends_at]
    marks: dict[int | None, str] = {key: _mark([whole, rows]) for key, rows in sorted(shown.items())}
    marks[None] = _mark([whole, *marks.values()])
    return marks


def short_name(assignment: Assignment) -> str:
    """A first name and the initial of the last one: what teammates read of one another."""
    user = assignment.participant.volunteer.user
    initial = f" {user.last_name[0].upper()}." if user.last_name else ""
    return f"{user.first_name}{initial}".strip() or _("No name given")


def full_name(assignment: Assignment) -> str:
    """As a list that one looks for oneself in has it: DUPONT Awa."""
    user = assignment.participant.volunteer.user
    return f"{user.last_name.upper()} {user.first_name}".strip() or _("No name given")


def languages_of(assignment: Assignment) -> list[str]:
    """Those besides the one in which the paper is written, which everybody reads."""
    spoken = assignment.participant.languages.all()
    return sorted(str(language) for language in spoken if language.code != get_language())


def _alphabetical(user: User) -> tuple[str, str]:
    return plain(user.last_name or user.first_name), plain(user.first_name)


def _names(users: Iterable[User]) -> list[str]:
    return sorted(user.get_full_name() for user in users if user.get_full_name())


def _mark(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, cls=DjangoJSONEncoder).encode()).hexdigest()
