"""What a team has and lacks, as its assignments are now: whether it can go out, and how full it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from events.night.models import Assignment, Edition, Participant, Sector, SectorTag
from events.night.models.assignments import AssignmentQuerySet
from events.night.models.sectors import SectorQuerySet
from volunteers import qualifying
from volunteers.models import QualificationHeld


class TeamState(models.TextChoices):
    """The first that holds, from the worst."""

    EMPTY = "empty", _("nobody in it")
    LEADERLESS = "leaderless", _("no leader")
    SHORT = "short", _("short")
    GOES = "goes", _("goes out")


class Staffing(models.TextChoices):
    """How many people a team has, beside how many it should have."""

    NONE = "none", _("nobody in it")
    BELOW = "below", _("fewer than needed")
    ENOUGH = "enough", _("enough to go out")
    TARGET = "target", _("as many as aimed at")
    ABOVE = "above", _("too many")


@dataclass
class Team:
    """The team of a sector; ``missing``: what is needed there (its tags) and nobody in it has."""

    sector: Sector
    members: list[Assignment] = field(default_factory=list)
    missing: list[SectorTag] = field(default_factory=list)

    @property
    def leader(self) -> Assignment | None:
        return next((one for one in self.members if one.leads), None)

    @property
    def state(self) -> TeamState:
        if not self.members:
            return TeamState.EMPTY
        if self.leader is None:
            return TeamState.LEADERLESS
        if len(self.members) < self.sector.least or self.missing:
            return TeamState.SHORT
        return TeamState.GOES

    @property
    def goes_out(self) -> bool:
        return self.state == TeamState.GOES

    @property
    def staffing(self) -> Staffing:
        count = len(self.members)
        if not count:
            return Staffing.NONE
        if count < self.sector.least:
            return Staffing.BELOW
        if count > self.sector.most:
            return Staffing.ABOVE
        return Staffing.TARGET if count >= self.sector.target else Staffing.ENOUGH


def assigned(edition: Edition) -> AssignmentQuerySet:
    """Who is in the roster of an edition as it is now. Whoever has withdrawn is not."""
    return Assignment.objects.filter(participant__edition=edition, participant__state=Participant.State.ACTIVE)


def teams_of(edition: Edition, sectors: SectorQuerySet) -> list[Team]:
    """The teams of these sectors, in their order, those without anybody included. Five queries for any number."""
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
    held = _held(edition)
    for team in teams.values():
        spoken = {language.pk for one in team.members for language in one.participant.languages.all()}
        cleared = {key for one in team.members for key in held[one.participant.volunteer_id]}
        team.missing = [
            tag
            for tag in team.sector.tags.all()
            if tag.is_needed and tag.language_id not in spoken and tag.qualification_id not in cleared
        ]
    return list(teams.values())


def _held(edition: Edition) -> defaultdict[int, set[int]]:
    """The qualifications that participants hold on the night, by volunteer."""
    valid = qualifying.valid_on(edition.night_on)
    rows = QualificationHeld.objects.filter(valid, volunteer__nights__edition=edition)
    held: defaultdict[int, set[int]] = defaultdict(set)
    for volunteer, qualification in rows.values_list("volunteer", "qualification"):
        held[volunteer].add(qualification)
    return held
