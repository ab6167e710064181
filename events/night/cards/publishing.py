"""The teams are published: everybody gets their card, and the seats go where the roster has people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Slot
from events.night.board import moving
from events.night.board.journal import Spot
from events.night.cards import seating, telling
from events.night.cards.comparing import Standing, standings
from events.night.editions import preparing
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import BoardChange, Edition, Participant, Sector
from mail.models import Suppression
from volunteers.models import User

State = Edition.State
BEFORE_THE_NIGHT = dt.timedelta(hours=72)


@dataclass(frozen=True)
class Preview:
    """What publishing would do. ``problems`` keep it from being done; ``warnings`` are to be known before."""

    in_teams: int
    in_reserve: int
    teams: int
    changing: int
    unreachable: int
    seen: int
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sample: int | None = None

    @property
    def people(self) -> int:
        return self.in_teams + self.in_reserve


def preview(edition: Edition) -> Preview:
    """Reads it in the same number of queries for any number of people. Nothing is changed."""
    people = standings(edition)
    placed = [one for one in people if one.now and one.now.sector]
    nowhere = [one for one in people if one.now is None]
    return Preview(
        in_teams=len(placed),
        in_reserve=len(people) - len(placed),
        teams=len({one.now.sector for one in placed if one.now}),
        changing=sum(one.seated_at != one.slot for one in placed),
        unreachable=unreachable(edition),
        seen=moving.number_of(edition),
        problems=_problems(edition, people),
        warnings=seating.over_quota(edition, people) + _warnings(edition, nowhere),
        sample=next((one.participant for one in placed if one.now and not one.now.leads), None),
    )


def publish(edition: Edition, *, answers_by: dt.datetime, seen: int, by: User) -> Edition:
    """Brings the edition to "teams published", moves everybody's seat to their team's headquarters, and has everybody
    told by a worker, with one message each.

    Whoever is in no team keeps no seat, and is told that they are in reserve; whoever is nowhere in the roster, having
    come since, joins the reserve of the headquarters of their seat. ``answers_by``: until when people say whether they
    come. ``seen``: the number of the board's last change that the organiser was shown. All of it or nothing. Harmless
    twice. Refuses what ``preview`` calls problems, a deadline that leaves no time, and when the board has changed
    since. Locks the edition's row, then the slots', then the board's.
    """
    with transaction.atomic():
        held = hold(edition)
        if held.state in Edition.TOLD:
            return held
        if moving.number_of(held) != seen:
            raise EditionRefused(_("The teams have changed in the meantime: look again."))
        people = standings(held)
        if problems := _problems(held, people):
            raise EditionRefused(" ".join(problems))
        check_answers_by(held, answers_by)
        seating.hold_slots(held)
        _take_in([one for one in people if one.now is None], held, by=by)
        preparing.change_state(held, to=State.PUBLISHED, seen=State.ROSTERING, by=by)
        Edition.objects.filter(pk=held.pk).update(answers_by=answers_by)
        held.refresh_from_db()
        telling.prepare(held, [one for one in standings(held) if one.now], by=by)
    return held


def usual_answers_by(edition: Edition, now: dt.datetime | None = None) -> dt.datetime:
    """72 hours before the teams go out, on a whole hour; 48 hours from now, or half of the time left, when that is
    sooner than people can answer."""
    now = now or timezone.now()
    late = now + min(telling.TIME_TO_ANSWER, (edition.starts_at - now) / 2)
    return max(edition.starts_at - BEFORE_THE_NIGHT, late).replace(minute=0, second=0, microsecond=0)


def check_answers_by(edition: Edition, answers_by: dt.datetime) -> None:
    """Raises EditionRefused for a deadline within an hour from now, or after the teams go out."""
    if not timezone.now() + dt.timedelta(hours=1) <= answers_by < edition.starts_at:
        raise EditionRefused(_("People need an hour at least to answer, and answer before the teams go out."))


def unreachable(edition: Edition) -> int:
    """How many of those signed up have an address that refuses mail. One query."""
    refused = Suppression.objects.values("email")
    return Participant.objects.active().filter(edition=edition, volunteer__user__email__in=refused).count()


def _take_in(people: list[Standing], edition: Edition, *, by: User) -> None:
    """Those who are nowhere join the reserve: of the headquarters of their seat, else of the first one."""
    of_slot = {slot: key for key, slot in edition.headquarters.order_by("pk").values_list("pk", "slot")}
    first = next(iter(of_slot.values()))
    spots = {one.participant: Spot(of_slot.get(one.seated_at or 0, first)) for one in people}
    if spots:
        moving.write(edition, spots=spots, kind=BoardChange.Kind.MOVED, by=by)


def _problems(edition: Edition, people: list[Standing]) -> list[str]:
    """Why the teams cannot be published as they are."""
    if edition.state != State.ROSTERING:
        return [
            str(
                _("Teams are published from “%(then)s”. The edition is “%(now)s”.")
                % {"then": State.ROSTERING.label, "now": edition.get_state_display()}
            )
        ]
    found = []
    if not any(one.now and one.now.sector for one in people):
        found.append(str(_("Nobody is in a team: choose a roster first.")))
    if edition.headquarters.filter(slot__starts_at__lte=timezone.now()).exists():
        found.append(str(_("People are due at a headquarters already: it is too late to publish.")))
    sent = {one.now.headquarters for one in people if one.now and one.now.sector}
    off = edition.headquarters.filter(pk__in=sent, slot__state=Slot.State.CANCELLED).select_related("district")
    found += [str(_("Headquarters %(name)s is called off: move its people.") % {"name": one.district}) for one in off]
    return found + seating.overfull(edition, people)


def _warnings(edition: Edition, nowhere: list[Standing]) -> list[str]:
    """What an organiser had better know before publishing."""
    sizes = Count("assignments"), Count("assignments", filter=Q(assignments__leads=True))
    sectors = Sector.objects.filter(edition=edition).annotate(size=sizes[0], led=sizes[1]).in_order()
    manned = sectors.filter(size__gt=0)
    named: list[tuple[Any, list[str]]] = [
        (_("Teams without a leader: %(names)s."), [one.code for one in manned.filter(led=0)]),
        (_("Teams under their smallest size: %(names)s."), [one.code for one in manned.filter(size__lt=F("least"))]),
        (_("Sectors without a team: %(names)s."), [one.code for one in sectors.filter(size=0)]),
    ]
    places = list(edition.headquarters.select_related("district", "slot").order_by("district__code"))
    named += [
        (
            _("Headquarters whose place is not decided: %(names)s."),
            [str(one) for one in places if not one.slot.venue_id],
        ),
        (_("Headquarters without a contact on the night: %(names)s."), [str(one) for one in places if not one.contact]),
    ]
    found = [str(text % {"names": ", ".join(names)}) for text, names in named if names]
    if nowhere:
        text = _("Signed up since the roster was made, and told that they are in reserve: %(count)d.")
        found.append(str(text % {"count": len(nowhere)}))
    return found
