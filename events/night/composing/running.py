"""The life of a run of the roster engine: asked for, composed in a process of its own, kept; or stopped.

The row is the truth; Celery only wakes the work up, and ``sweep`` finds what it lost. Whoever composes has claimed the
run by a conditional update, says every second that it is at work, and writes the result under the same claim: a worker
presumed dead cannot write after its successor, and a run that was stopped stays stopped.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from events.night.composing import engine
from events.night.composing.instances import instance_of
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Edition, Participant, Roster
from events.night.models.rosters import LEVELS
from events.night.roster import formats, referee
from events.night.roster.problem import Contradiction
from volunteers.models import User

logger = logging.getLogger(__name__)

ATTEMPTS = 3
SILENCE = dt.timedelta(seconds=30)  # after which a worker is taken for dead
KEPT = dt.timedelta(days=90)  # after the night, for runs that were not chosen
State = Roster.State


class Superseded(Exception):
    """The run was stopped, deleted, or taken over by another worker, while this one worked."""


def ask(edition: Edition, *, by: User) -> Roster:
    """Has a roster composed. A run that is under way already is returned as it is: one at a time an edition.

    Each run breaks ties in another order, so that asking again proposes something else. Refuses an edition in another
    state than "teams being composed", and one without sectors or without people. Locks the edition's row.
    """
    with transaction.atomic():
        edition = hold(edition)
        check_may_compose(edition)
        return begin(edition, by=by)


def begin(edition: Edition, *, by: User, **columns: Any) -> Roster:
    """The row of a run, woken up once it is written, or the run that is under way. ``columns``: what it begins with.

    Call it while holding the edition's row, with an edition in whose state rosters are made.
    """
    with transaction.atomic():
        under_way = edition.rosters.without_texts().filter(state__in=Roster.UNDER_WAY).first()
        if under_way:
            return under_way
        if not edition.sectors.filter(professionals_only=False, partner=None).exists():
            raise EditionRefused(_("There is no sector yet: teams would have nowhere to go."))
        if not Participant.objects.active().filter(edition=edition).exists():
            raise EditionRefused(_("Nobody has signed up yet: there is nobody to make teams of."))
        number = (edition.rosters.aggregate(last=Max("number"))["last"] or 0) + 1
        run = Roster.objects.create(edition=edition, number=number, seed=number - 1, asked_by=by, **columns)
        transaction.on_commit(lambda: wake(run.pk))
    return run


def check_may_compose(edition: Edition) -> None:
    """Raises EditionRefused outside the one state in which teams are composed from nothing."""
    if edition.state != Edition.State.ROSTERING:
        raise EditionRefused(
            _("Teams are composed while the edition is “%(then)s”. It is “%(now)s”.")
            % {"then": Edition.State.ROSTERING.label, "now": edition.get_state_display()}
        )


def is_around_published(roster: Roster, edition: Edition) -> bool:
    """Was the roster made around the teams that are published? Then it may take their place."""
    since = edition.state_changed_at
    is_published = edition.state == Edition.State.PUBLISHED
    return is_published and roster.kept is not None and (since is None or roster.asked_at >= since)


def cancel(run: Roster, *, by: User) -> Roster:
    """Stops a run; its process is ended within two seconds. Harmless twice. Refuses one that has come to its end."""
    under_way = Roster.objects.filter(pk=run.pk, state__in=Roster.UNDER_WAY)
    stopped = under_way.update(state=State.CANCELLED, ended_at=timezone.now(), instance="", start="", step="")
    run.refresh_from_db()
    if stopped:
        logger.info("A run of the roster engine was stopped by account %s.", by.pk)
    elif run.state != State.CANCELLED:
        raise EditionRefused(_("This run has come to its end already."))
    return run


def compose(pk: int) -> None:
    """Composes a roster and keeps it, if the referee finds it legal. Harmless twice: only who claims it works."""
    run = _claim(pk)
    if run is None:
        return
    try:
        text = run.instance or formats.write_instance(instance_of(run.edition))
        people = len(json.loads(text)["people"])
        _write(run, instance=text)
        made = engine.run(text, start=run.start, seed=run.seed, people=people, beat=lambda step: _write(run, step=step))
        keep(run, text, made)
    except Superseded:
        logger.info("A run of the roster engine was stopped, or taken over; nothing of it is kept.")
    except (engine.Failed, Contradiction) as failure:
        logger.error("The roster engine failed: %s", failure)
        _fail(run, str(failure))


def sweep(now: dt.datetime | None = None) -> int:
    """Wakes up again the runs that a lost message or a killed worker left behind; returns how many."""
    now = now or timezone.now()
    lost = Roster.objects.filter(
        Q(state=State.QUEUED, asked_at__lt=now - SILENCE) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    )
    keys = list(lost.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        wake(key)
    return len(keys)


def forget(now: dt.datetime | None = None) -> int:
    """Deletes the runs of nights gone by that were not chosen, 90 days after; returns how many."""
    over = (now or timezone.now()) - KEPT
    count, _by_table = Roster.objects.filter(is_chosen=False, edition__ends_at__lt=over).delete()
    return count


def wake(pk: int) -> None:
    """Has a worker look at the run. Without a broker ``sweep`` will."""
    try:
        current_app.send_task("events.night.tasks.compose", [pk], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker is away: the roster waits for the next sweep.")


def _claim(pk: int) -> Roster | None:
    """Takes a run that waits, or that its worker left; None when somebody has it. After three tries, fails it."""
    now = timezone.now()
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    claimed = Roster.objects.filter(free, pk=pk, attempts__lt=ATTEMPTS).update(
        state=State.RUNNING, started_at=now, heartbeat_at=now, attempts=F("attempts") + 1, step=""
    )
    if claimed:
        return Roster.objects.select_related("edition").filter(pk=pk).first()
    problem = "Its worker was lost three times."
    Roster.objects.filter(free, pk=pk, attempts__gte=ATTEMPTS).update(
        state=State.FAILED, problem=problem, ended_at=now, instance="", start="", step=""
    )
    return None


def _write(run: Roster, **columns: Any) -> None:
    """Writes to the run and says that its worker is there, if it still has the claim."""
    mine = Roster.objects.filter(pk=run.pk, state=State.RUNNING, attempts=run.attempts)
    if not mine.update(heartbeat_at=timezone.now(), **columns):
        raise Superseded


def _fail(run: Roster, problem: str) -> None:
    try:
        _write(run, state=State.FAILED, problem=problem[:2000], ended_at=timezone.now(), instance="", start="", step="")
    except Superseded:
        logger.info("A run of the roster engine that failed had been stopped.")


def keep(run: Roster, text: str, made: str) -> None:
    """The result and what the referee says it is worth, in one update. Raises engine.Failed for what is not legal."""
    instance = formats.read_instance(text)
    roster = formats.read_roster(made, instance)
    plain, result = json.loads(text), json.loads(made)
    verdict = referee.check(plain, result)
    bounds = result.get("bounds", {})
    breaches = [*verdict.breaches, *referee.false_bounds(verdict.score, bounds)]
    if breaches:
        raise engine.Failed("\n".join(breaches))
    place = {team.id: team.hq for team in instance.teams}
    first = {person.id: person.prefs[0] for person in instance.people if person.prefs}
    sent = {person: place[team] for person, team in roster.assignments.items() if team in roster.leaders}
    _write(
        run,
        state=State.DONE,
        result=made,
        start="",
        ended_at=timezone.now(),
        step="",
        teams=len(instance.teams),
        people=len(instance.people),
        first_choices=sum(first.get(person) == hq for person, hq in sent.items()),
        **{level: getattr(verdict.score, level) for level in LEVELS},
        **{f"{level}_bound": bounds.get(level) for level in LEVELS},
    )
