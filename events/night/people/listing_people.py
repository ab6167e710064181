"""What people decide about a list of people for a Night: sent in, looked at, then confirmed or given up.

What workers do with an organiser's in between: taking_up.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as _noop

from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, ListPage, ListPair, Participant, Partner, PeopleList
from events.night.models.people_lists import FOLDER
from events.night.partners.filling_in import MOST_PEOPLE
from events.night.partners.inviting import hold
from events.night.people import bringing, pairing, reading
from events.night.people.comparing_people import plan_of
from events.night.people.reading import ListRefused
from volunteers import leasing
from volunteers.forgetting_lists import forget_strays
from volunteers.models import User
from volunteers.spreadsheets import MAX_FILE_BYTES

CHANGED = _("What this file would change is no longer what you looked at: look again.")
KEPT = dt.timedelta(days=30)
MOST_ROWS = 15_000  # of an organiser's list
State = PeopleList.State
Answer = bool | None


class PlanChanged(SignUpRefused):
    """What the list would change is no longer what was looked at."""


def submit(
    content: bytes,
    *,
    name: str,
    edition: Edition,
    by: User,
    source: str = "",
    kind: str = Participant.Kind.PROFESSIONAL,
) -> PeopleList:
    """Keeps an organiser's file and has it read. Nobody is signed up.

    Raises ListRefused for an empty or oversized file; everything else is found out while reading (taking_up).
    """
    if not content:
        raise ListRefused(_noop("This file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise ListRefused(_noop("This file is larger than 20 MB. Split it."))
    with transaction.atomic():
        sent = PeopleList(edition=edition, source=source, kind=kind, created_by=by, state=State.QUEUED)
        sent.name, sent.sha256 = _plain(name), hashlib.sha256(content).hexdigest()
        # The stored name says nothing of the person's own, which may carry anything.
        sent.file.save(f"{get_random_string(24)}.list", ContentFile(content), save=False)
        sent.save()
        transaction.on_commit(partial(wake, sent.pk))
    return sent


def submit_partners(content: bytes, *, name: str, partner: Partner) -> PeopleList:
    """Reads the file of an organisation's contact and keeps what it holds, to be looked at. Nobody is signed up. An
    earlier one on which nobody has decided is given up.

    Raises ListRefused, whose sentence is kept English (volunteers.sentences), also where its heads say too little.
    """
    contents = reading.read(content, most=MOST_PEOPLE)
    columns = reading.guess(contents.headers)
    reading.check_columns(columns)
    with transaction.atomic():
        _end_all(PeopleList.objects.filter(partner=partner, state=State.READY))
        return PeopleList.objects.create(
            edition=partner.edition,
            partner=partner,
            name=_plain(name),
            sha256=hashlib.sha256(content).hexdigest(),
            headers=contents.headers,
            columns={str(index): field for index, field in columns.items()},
            rows=[list(row) for row in contents.rows],
            size=len(contents.rows),
        )


def say_columns(sent: PeopleList, *, columns: Mapping[int, str]) -> PeopleList:
    """Which column holds what, as the organiser says, and has the list compared; what was answered about people is
    forgotten with another choice.

    Refuses a list that is not to be looked at. Raises ListRefused where people could not be known. Locks the list.
    """
    reading.check_columns(columns)
    with transaction.atomic():
        held = _hold(sent)
        _check(held, State.COLUMNS, State.READY)
        said = {str(index): field for index, field in sorted(columns.items())}
        if said == held.columns and held.state == State.READY:
            return held
        if said != held.columns:
            held.pairs.all().delete()
        held.columns = said
        _compare_anew(held)
    return held


def answer(
    sent: PeopleList,
    *,
    answers: Mapping[str, Answer],
    kept: Mapping[str, Mapping[str, str]] | None = None,
    rest: bool | None = None,
) -> PeopleList:
    """Which pairs are one person (True) and which are two; None takes an answer back. ``kept``: of one person, by pair
    and field, whose is kept; what is not said is as usual (pairing). ``rest``: the same of all that are open.

    Once none is open the list is compared anew, with the answers. What is no question of this list is left aside.
    Refuses a list that is not to be looked at. Locks the list.
    """
    with transaction.atomic():
        held = _hold(sent)
        _check(held, State.READY)
        asked = {pair.key: pair for pair in held.pairs.filter(key__in=list(answers))}
        for key, pair in asked.items():
            pair.is_one = answers[key]
            sides = {one.name: one.sides for one in pairing.differences(pair.facts)}
            said = (kept or {}).get(key, {}) if pair.is_one else {}
            pair.kept = {name: side for name, side in said.items() if side in sides.get(name, ())}
        ListPair.objects.bulk_update(asked.values(), ["is_one", "kept"], batch_size=500)
        changed = len(asked)
        if rest is not None:
            changed += held.pairs.filter(is_one=None).exclude(key__in=list(asked)).update(is_one=rest)
        if changed and not held.pairs.filter(is_one=None).exists():
            _compare_anew(held)
    return held


def confirm(sent: PeopleList, *, digest: str, by: User) -> PeopleList:
    """Has an organiser's list signed up as the preview with that digest showed it (taking_up). Harmless twice.

    Refuses another preview (PlanChanged), a row refused, a pair not answered, and once teams are composed. Locks the
    list.
    """
    with transaction.atomic():
        held = _hold(sent)
        if held.state in (State.CONFIRMED, State.WRITING, State.DONE):
            return held
        _check(held, State.READY)
        bringing.check_may_name(held.edition)
        if held.plan != digest:
            raise PlanChanged(CHANGED)
        if not held.is_confirmable or held.pairs.filter(is_one=None).exists():
            raise SignUpRefused(_("There is nothing to write, or a row is refused."))
        _move(held, State.CONFIRMED, ended_by=by)
    return held


def confirm_partners(sent: PeopleList, *, digest: str) -> PeopleList:
    """Signs up what the preview of an organisation's list with that digest showed, all of it, in one transaction.
    Harmless twice.

    Refuses when it is no longer that (PlanChanged), when a row is refused, when its list of people grows too long, and
    once teams are composed. Locks the partner's row, the list's, then what ``bringing.bring`` does.
    """
    if sent.partner is None:
        raise ValueError(f"{sent.pk} is no organisation's list")
    with transaction.atomic():
        partner = hold(sent.partner)
        held = _hold(sent)
        if held.state == State.DONE:
            return held
        _check(held, State.READY)
        bringing.check_may_name(Edition.objects.get(pk=held.edition_id))
        plan = plan_of(held)
        if plan.digest != digest:
            raise PlanChanged(CHANGED)
        if not plan.is_confirmable:
            raise SignUpRefused(_("There is nothing to write, or a row is refused."))
        if partner.people.count() + len(plan.new) > MOST_PEOPLE:
            raise SignUpRefused(_("Your list is full: it holds 1,000 people at most."))
        bringing.bring(plan.new, edition=held.edition, kind=held.kind, by=None, partner=partner, sent=held)
        for person, said in plan.changed:
            bringing.change(person, said, by=None, sent=held)
        held.created, held.changed = len(plan.new), len(plan.changed)
        held.state, held.ended_at, held.rows = State.DONE, timezone.now(), []
        held.save(update_fields=["state", "ended_at", "rows", "created", "changed"])
    return held


def give_up(sent: PeopleList, *, by: User | None) -> PeopleList:
    """Forgets what the file holds; nobody was signed up. Harmless twice. Refuses a list that is, or is being, written.
    Locks the list."""
    with transaction.atomic():
        held = _hold(sent)
        if held.state in (State.WRITING, State.DONE):
            _check(held, State.READY)
        _end_all(PeopleList.objects.filter(pk=held.pk), by=by)
        held.refresh_from_db()
    return held


def forget(*, before: dt.datetime) -> int:
    """Gives up the lists sent in before that moment on which nobody has decided, and deletes files that no list has;
    returns how many lists."""
    storage = PeopleList.file.field.storage
    forget_strays(storage, FOLDER, set(PeopleList.objects.exclude(file="").values_list("file", flat=True)))
    return _end_all(PeopleList.objects.filter(created_at__lt=before))


def let_go(user: User) -> None:
    """Gives up the lists that name this person, who is being erased, and has those compared anew in which they are
    somebody whom the network knows. Harmless twice."""
    open_lists = PeopleList.objects.exclude(state__in=PeopleList.ENDED)
    named = open_lists.annotate(text=Cast("rows", TextField())).filter(text__icontains=user.email)
    _end_all(open_lists.filter(pk__in=list(named.values_list("pk", flat=True))))
    pairs = ListPair.objects.filter(key__endswith=f":v{user.volunteer.pk}") if hasattr(user, "volunteer") else ()
    for key in {pair.sent_id for pair in pairs}:
        # Whoever compares or writes it at this moment finds it taken away.
        open_lists.filter(pk=key).update(state=State.SORTED, lease_until=None, attempts=0)
        ListPair.objects.filter(sent=key, key__endswith=f":v{user.volunteer.pk}").delete()
        ListPage.objects.filter(sent=key).delete()
        transaction.on_commit(partial(wake, key))


def wake(pk: int) -> None:
    """Has a worker look at the list."""
    leasing.wake("events.night.tasks.take_up_list", pk)


def _end_all(rows: QuerySet[PeopleList], *, by: User | None = None) -> int:
    found = list(rows.exclude(state__in=PeopleList.ENDED).values_list("pk", "file"))
    keys = [pk for pk, _file in found]
    gone = {"rows": [], "file": "", "ended_at": timezone.now(), "ended_by": by, "lease_until": None}
    PeopleList.objects.filter(pk__in=keys).exclude(state__in=PeopleList.ENDED).update(state=State.CANCELLED, **gone)
    ListPage.objects.filter(sent__in=keys).delete()
    ListPair.objects.filter(sent__in=keys).delete()
    for _pk, file in found:
        if file:
            transaction.on_commit(partial(PeopleList.file.field.storage.delete, file))
    return len(found)


def _compare_anew(held: PeopleList) -> None:
    _move(held, State.SORTED)
    held.pages.all().delete()


def _move(held: PeopleList, state: str, **columns: Any) -> None:
    """To a state in which a worker is to look at it."""
    held.state, held.lease_until, held.attempts = state, None, 0
    for name, value in columns.items():
        setattr(held, name, value)
    held.save(update_fields=["state", "lease_until", "attempts", "columns", *columns])
    transaction.on_commit(partial(wake, held.pk))


def _hold(sent: PeopleList) -> PeopleList:
    rows = PeopleList.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("edition__network", "partner").get(pk=sent.pk)


def _plain(name: str) -> str:
    """A file's name as it is shown."""
    return "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())[-120:] or "?"


def _check(sent: PeopleList, *states: str) -> None:
    if sent.state in states:
        return
    if sent.state in (State.CANCELLED, State.FAILED):
        raise SignUpRefused(_("This list was given up: send the file again."))
    if sent.state == State.DONE:
        raise SignUpRefused(_("This list is signed up already."))
    raise SignUpRefused(_("This list is being worked on: wait until that is done."))
