"""The life of a list of people for a Night: sent in, looked at, then confirmed or given up."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import PurePath

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, Participant, Partner, PeopleList
from events.night.partners.filling_in import MOST_PEOPLE
from events.night.partners.inviting import hold
from events.night.people import bringing, reading
from events.night.people.comparing_people import plan_of
from volunteers.models import User

KEPT = dt.timedelta(days=30)
MOST_ROWS = 3_000  # of an organiser's list
State = PeopleList.State


class PlanChanged(SignUpRefused):
    """What the list would change is no longer what was looked at."""


def submit(
    content: bytes,
    *,
    name: str,
    edition: Edition,
    partner: Partner | None = None,
    by: User | None = None,
    source: str = "",
    kind: str = Participant.Kind.PROFESSIONAL,
) -> PeopleList:
    """Reads the file and keeps what it holds, to be looked at. Nobody is signed up. A partner's earlier list on which
    nobody has decided is given up.

    Raises ListRefused, whose sentence is kept English (volunteers.sentences); of a partner's list also where its heads
    say too little, which an organiser puts right by hand.
    """
    contents = reading.read(content, most=MOST_PEOPLE if partner else MOST_ROWS)
    columns = reading.guess(contents.headers)
    if partner:
        reading.check_columns(columns)
    clean = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())[-120:]
    forget(before=timezone.now() - KEPT)
    with transaction.atomic():
        if partner:
            _end_all(PeopleList.objects.filter(partner=partner, state=State.READY))
        return PeopleList.objects.create(
            edition=edition,
            partner=partner,
            source=source,
            kind=kind,
            name=clean or "?",
            sha256=hashlib.sha256(content).hexdigest(),
            headers=contents.headers,
            columns={str(index): field for index, field in columns.items()},
            rows=[list(row) for row in contents.rows],
            created_by=by,
        )


def say_columns(sent: PeopleList, *, columns: Mapping[int, str]) -> PeopleList:
    """Which column holds what, as the organiser says; what was answered about people is forgotten with another choice.

    Refuses a list on which somebody has decided. Raises ListRefused where people could not be known. Locks the list.
    """
    reading.check_columns(columns)
    with transaction.atomic():
        held = _hold(sent)
        _check_ready(held)
        said = {str(index): field for index, field in sorted(columns.items())}
        if said != held.columns:
            held.columns, held.answers = said, {}
            held.save(update_fields=["columns", "answers"])
    return held


def answer(sent: PeopleList, *, answers: Mapping[str, bool], rest: bool | None = None) -> PeopleList:
    """Which pairs are one person (True) and which are two; ``rest``: the same of all that nobody has answered.

    What is no question of this list is left aside. Refuses a list on which somebody has decided. Locks the list.
    """
    with transaction.atomic():
        held = _hold(sent)
        _check_ready(held)
        asked = plan_of(held).pairs
        keys = {pair.key for pair in asked}
        held.answers |= {key: value for key, value in answers.items() if key in keys}
        if rest is not None:
            held.answers |= {pair.key: rest for pair in asked if pair.key not in held.answers}
        held.save(update_fields=["answers"])
    return held


def confirm(sent: PeopleList, *, digest: str, by: User | None) -> PeopleList:
    """Signs up what the preview with that digest showed, all of it, in one transaction. Harmless twice.

    Refuses when it is no longer that (PlanChanged), when a row is refused or a pair not answered, when a partner's list
    grows too long, and once teams are composed. Locks the partner's row or the edition's, the list's, then what
    ``bringing.bring`` does.
    """
    with transaction.atomic():
        if sent.partner:
            partner: Partner | None = hold(sent.partner)
        else:
            partner = None
            Edition.objects.select_for_update(no_key=True).get(pk=sent.edition_id)
        held = _hold(sent)
        if held.state == State.DONE:
            return held
        _check_ready(held)
        bringing.check_may_name(Edition.objects.get(pk=held.edition_id))
        plan = plan_of(held)
        if plan.digest != digest:
            raise PlanChanged(_("What this file would change is no longer what you looked at: look again."))
        if not plan.is_confirmable:
            raise SignUpRefused(_("There is nothing to write, or a row is refused."))
        if partner and partner.people.count() + len(plan.new) > MOST_PEOPLE:
            raise SignUpRefused(_("Your list is full: it holds 1,000 people at most."))
        bringing.bring(plan.new, edition=held.edition, kind=held.kind, by=by, partner=partner, sent=held)
        for person, said in plan.changed:
            bringing.change(person, said, by=by, sent=held)
        held.created, held.changed = len(plan.new), len(plan.changed)
        _end(held, State.DONE, by=by)
    return held


def give_up(sent: PeopleList, *, by: User | None) -> PeopleList:
    """Forgets what the file holds; nobody was signed up. Harmless twice. Refuses a list that was written."""
    with transaction.atomic():
        held = _hold(sent)
        if held.state == State.DONE:
            raise SignUpRefused(_("This list is signed up already."))
        if held.state == State.READY:
            _end(held, State.CANCELLED, by=by)
    return held


def forget(*, before: dt.datetime) -> int:
    """Gives up the lists sent in before that moment on which nobody has decided; returns how many."""
    return _end_all(PeopleList.objects.filter(state=State.READY, created_at__lt=before))


def _end_all(rows: QuerySet[PeopleList]) -> int:
    return rows.update(state=State.CANCELLED, ended_at=timezone.now(), rows=[], answers={})


def _end(sent: PeopleList, state: str, *, by: User | None) -> None:
    sent.state, sent.ended_at, sent.ended_by, sent.rows, sent.answers = state, timezone.now(), by, [], {}
    sent.save()


def _hold(sent: PeopleList) -> PeopleList:
    rows = PeopleList.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("edition__network", "partner").get(pk=sent.pk)


def _check_ready(sent: PeopleList) -> None:
    if sent.state == State.CANCELLED:
        raise SignUpRefused(_("This list was given up: send the file again."))
    if sent.state == State.DONE:
        raise SignUpRefused(_("This list is signed up already."))
