"""Teams composed anew around what was decided on the board, by a run of the engine that is chosen like any other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events.night.board.journal import BoardRefused
from events.night.composing import running
from events.night.composing.instances import instance_of
from events.night.editions.preparing import hold
from events.night.models import Assignment, Card, Edition, Headquarters, Participant, Roster
from events.night.roster import formats
from events.night.roster.problem import Instance, Person, Pin, travel
from events.night.roster.problem import Roster as Plan
from volunteers.models import User

State = Edition.State
COMPOSED_IN = (State.ROSTERING, State.PUBLISHED)


def recompose(edition: Edition, *, only: Headquarters | None, keeps_told: bool, fewest_moves: bool, by: User) -> Roster:
    """Has a roster composed in which everybody pinned stays where they are, in a team or in reserve; returns the run.

    ``only``: of this headquarters alone; its people go nowhere else, and nobody else is known. ``keeps_told``: whoever
    was told where to go stays as well. ``fewest_moves``: nobody changes headquarters, and as few people as possible
    their team; otherwise the best roster there is. Nothing of the board changes before the roster is chosen.

    Refuses an edition whose teams are neither being composed nor published, a board with nobody on it, another run
    under way, and a team that more people are kept in than it can hold. Locks the edition's row.
    """
    with transaction.atomic():
        held = hold(edition)
        if held.state not in COMPOSED_IN:
            raise BoardRefused(
                _("Teams are composed anew until the night. It is “%(now)s”.") % {"now": held.get_state_display()}
            )
        if held.rosters.filter(state__in=Roster.UNDER_WAY).exists():
            raise BoardRefused(_("A roster is being composed already: wait until it is there."))
        instance, start = around(held, only=only, keeps_told=keeps_told)
        if not instance.teams:
            raise BoardRefused(_("This headquarters has no team that is composed."))
        return running.begin(
            held,
            by=by,
            headquarters=only,
            instance=formats.write_instance(instance),
            start=formats.write_roster(start) if fewest_moves else "",
            kept=len(instance.pins),
        )


def around(edition: Edition, *, only: Headquarters | None, keeps_told: bool) -> tuple[Instance, Plan]:
    """The edition with a pin for each person kept in a team, and the teams as they are now.

    Who is kept in reserve, or in a team that is not composed, is left out: the roster does not know them, and choosing
    it leaves them where they are. So are, given ``only``, all other teams and whoever is beyond that headquarters.
    """
    whole = instance_of(edition)
    rows = Assignment.objects.filter(participant__edition=edition).select_related("sector")
    present = {str(row.participant_id): row for row in rows}
    if not present:
        raise BoardRefused(_("Nobody is on the board yet: choose a roster first."))
    composed = tuple(team for team in whole.teams if only is None or team.hq == str(only.pk))
    teams, places = {team.id for team in composed}, {place.id: place for place in whole.hqs}
    told = _told(edition) if keeps_told else set()
    seated = _seated(edition)
    people: list[Person] = []
    pins: list[Pin] = []
    for person in whole.people:
        row = present.get(person.id)
        at = str(row.headquarters_id) if row else seated.get(person.id)
        if only is not None and at != str(only.pk):
            continue
        is_kept = (row is not None and row.is_pinned) or person.id in told
        code = row.sector.code if row and row.sector else ""
        if is_kept and row and code in teams:
            people.append(person)
            pins.append(Pin(person.id, code, row.leads))
        elif not is_kept:
            goes = only is None or str(only.pk) in travel(whole.rules, person, places)
            people.append(person if only is None else replace(person, prefs=(str(only.pk),) * goes, reach="prefs"))
    instance = replace(whole, teams=composed, people=tuple(people), pins=tuple(pins))
    _check_room(instance)
    known = {person.id for person in people}
    in_teams = {key: row for key, row in present.items() if key in known and row.sector and row.sector.code in teams}
    assignments = {key: row.sector.code for key, row in in_teams.items() if row.sector}
    leaders = {row.sector.code: key for key, row in in_teams.items() if row.sector and row.leads}
    return instance, Plan(instance.name, assignments, leaders)


def _told(edition: Edition) -> set[str]:
    """Whoever was told where to go, and stays there: in reserve, too."""
    told = Card.objects.told().filter(participant__edition=edition)
    return {str(key) for key in told.values_list("participant", flat=True)}


def _seated(edition: Edition) -> dict[str, str]:
    """The headquarters at which each has their seat: whose they are while they are nowhere on the board."""
    rows = Participant.objects.active().filter(edition=edition, registration__slot__headquarters__isnull=False)
    pairs = rows.order_by().values_list("pk", "registration__slot__headquarters")
    return {str(key): str(place) for key, place in pairs}


def _check_room(instance: Instance) -> None:
    kept = Counter(pin.team for pin in instance.pins)
    if full := sorted(team.id for team in instance.teams if kept[team.id] > team.max):
        raise BoardRefused(
            ngettext(
                "More people are kept in team %(teams)s than it can hold: move somebody, or let go of a pin.",
                "More people are kept in teams %(teams)s than they can hold: move somebody, or let go of a pin.",
                len(full),
            )
            % {"teams": ", ".join(full)}
        )
