"""What a team has and lacks, as its assignments are now: whether it can go out, and how full it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from events.night.composing.peopling import clearances_of, language_tag, tag_of
from events.night.models import Assignment, Edition, Participant, Sector, SectorTag
from events.night.models.assignments import AssignmentQuerySet
from events.night.models.sectors import SectorQuerySet


class TeamState(models.TextChoices):
    """The first that holds, from the worst."""

    EMPTY = "empty", _("nobody in it")
    LEADERLESS = "leaderless", _("no leader")
    SHORT = "short", _("short")
    CROWDED = "crowded", _("too many")
    GOES = "goes", _("goes out")


class Staffing(models.TextChoices):
    """How many people a team has, beside how many it should have."""

    NONE = "none", _("nobody in it")
    BELOW = "below", _("fewer than needed")
    ENOUGH = "enough", _("enough to go out")
    TARGET = "target", _("as many as aimed at")
    ABOVE = "above", _("too many")


@dataclass(frozen=True)
class Crew:
    """What the state of a sector's team is worked out from, as the referee does (events.night.roster.referee).

    ``leads``: None when nobody does, False when whoever does has neither offered to nor is pinned there by an
    organiser. ``tags``: all that its people have, as the roster's files say it. Reads the sector's tags.
    """

    sector: Sector
    size: int = 0
    leads: bool | None = None
    tags: frozenset[str] = frozenset()

    @property
    def lacking(self) -> list[SectorTag]:
        """What is needed there and nobody in it has."""
        return [tag for tag in self.sector.tags.all() if tag.is_needed and tag_of(tag) not in self.tags]

    @property
    def wanting(self) -> list[SectorTag]:
        """The same of what is wished for."""
        return [tag for tag in self.sector.tags.all() if not tag.is_needed and tag_of(tag) not in self.tags]

    @property
    def state(self) -> TeamState:
        if not self.size:
            return TeamState.EMPTY
        if not self.leads:
            return TeamState.LEADERLESS
        if self.size < self.sector.least or self.lacking:
            return TeamState.SHORT
        return TeamState.CROWDED if self.size > self.sector.most else TeamState.GOES

    @property
    def goes_out(self) -> bool:
        return self.state == TeamState.GOES

    @property
    def staffing(self) -> Staffing:
        if not self.size:
            return Staffing.NONE
        if self.size < self.sector.least:
            return Staffing.BELOW
        if self.size > self.sector.most:
            return Staffing.ABOVE
        return Staffing.TARGET if self.size >= self.sector.target else Staffing.ENOUGH


@dataclass
class Team:
    """The team of a sector; ``missing``: what is needed there (its tags) and nobody in it has."""

    sector: Sector
    members: list[Assignment] = field(default_factory=list)
    tags: frozenset[str] = frozenset()

    @property
    def leader(self) -> Assignment | None:
        return next((one for one in self.members if one.leads), None)

    @property
    def crew(self) -> Crew:
        leader = self.leader
        leads = (leader.is_pinned or leader.participant.leader) if leader else None
        return Crew(self.sector, len(self.members), leads, self.tags)

    @property
    def missing(self) -> list[SectorTag]:
        return self.crew.lacking

    @property
    def state(self) -> TeamState:
        return self.crew.state

    @property
    def goes_out(self) -> bool:
        return self.crew.goes_out

    @property
    def staffing(self) -> Staffing:
        return self.crew.staffing


def assigned(edition: Edition) -> AssignmentQuerySet:
    """Who is in the roster of an edition as it is now. Whoever has withdrawn is not."""
    return Assignment.objects.filter(participant__edition=edition, participant__state=Participant.State.ACTIVE)


def teams_of(edition: Edition, sectors: SectorQuerySet) -> list[Team]:
    """The teams of these sectors, in their order, those without anybody included. Six queries for any number."""
    tags = SectorTag.objects.select_related("language", "qualification")
    rows = sectors.select_related("kind", "headquarters__district").prefetch_related(Prefetch("tags", tags))
    teams = {sector.pk: Team(sector) for sector in rows.in_order()}
    people = (
        assigned(edition).in_teams().select_related("participant__volunteer__user", "participant__registration__slot")
    )
    people = people.prefetch_related("participant__languages").order_by("-leads", "participant__signed_up_at", "pk")
    for one in people:
        if team := teams.get(one.sector_id or 0):
            one.sector = team.sector
            team.members.append(one)
    held = clearances_of(edition)
    for team in teams.values():
        spoken = {language_tag(one.code) for row in team.members for one in row.participant.languages.all()}
        team.tags = frozenset(spoken).union(*(held[row.participant.volunteer_id] for row in team.members))
    return list(teams.values())
