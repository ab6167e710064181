"""The life of a list sent in: read, looked at, then confirmed or cancelled; how it is forgotten: forgetting_lists.py.

The row is the truth, claimed by whoever works on it (volunteers.leasing).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from volunteers import leasing, previewing, sentences
from volunteers.comparing_lists import Plan
from volunteers.enlisting import ListChanged, VolunteerList
from volunteers.forgetting_lists import forget
from volunteers.leasing import Superseded
from volunteers.models import ImportPage, Membership, Network, User, VolunteerImport
from volunteers.permissions import can_organise
from volunteers.reading_lists import Line, ListRefused, as_json, from_json
from volunteers.sentences import Sentence
from volunteers.spreadsheets import MAX_FILE_BYTES, SpreadsheetRefused, read

logger = logging.getLogger(__name__)

State = VolunteerImport.State
Kind = ImportPage.Kind


Teller = Callable[[Iterable[Membership]], None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Adds who tells people that a list has put them in a network, in the transaction that does; twice is once."""
    if teller not in _tellers:
        _tellers.append(teller)


class ImportRefused(Exception):
    """Why something could not be done with a list, in a sentence fit for the person."""


def submit(content: bytes, *, name: str, network: Network, source: str, by: User) -> VolunteerImport:
    """Keeps the file and asks for its preparation. Writes no volunteer.

    Raises ImportRefused for an empty or oversized file; everything else is found out while reading.
    """
    if not content:
        raise ImportRefused(_("This file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise ImportRefused(_("This file is larger than 20 MB. Split it."))
    clean = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())[-120:]
    with transaction.atomic():
        sent = VolunteerImport(network=network, source=source, name=clean or "?", created_by=by)
        sent.sha256 = hashlib.sha256(content).hexdigest()
        # The stored name says nothing of the person's own, which may carry anything.
        sent.file.save(f"{get_random_string(24)}.list", ContentFile(content), save=False)
        sent.save()
        transaction.on_commit(partial(_wake, "prepare_import", sent.pk))
    return sent


def prepare(pk: int) -> None:
    """Reads the list and writes its preview. Harmless twice: only who claims it works. Touches no volunteer."""
    sent = _claim(pk, waiting=State.QUEUED, working=State.READING)
    if sent is None:
        return
    tick = leasing.ticker(sent, sent.rows)
    with translation.override(sent.created_by.language if sent.created_by else None):  # for the names of interests
        try:
            lists = _list_of(sent)
            with sent.file.open("rb") as file:
                sheet = read(file.read())
            tick(0, len(sheet.rows))
            people, lines, notes = lists.people(sheet, tick)
            del sheet  # a large list is in memory once, not twice
            plan = lists.plan(people, lines, tick)
        except (SpreadsheetRefused, ListRefused) as refusal:
            _fail(sent, sentences.of(refusal))
            return
        sent.people.save(f"{get_random_string(24)}.json", ContentFile(as_json(people)), save=False)
        try:
            with transaction.atomic():
                _show(sent, plan, notes=notes)
        except Superseded:  # cancelled meanwhile
            sent.people.delete(save=False)


def confirm(sent: VolunteerImport, *, by: User) -> None:
    """Asks for the list to be written as its preview shows it. A second click, or tab, changes nothing.

    Raises ImportRefused when the list is not ready, or holds rows refused.
    """
    with transaction.atomic():
        ready = VolunteerImport.objects.filter(pk=sent.pk, state=State.READY, refused=0)
        ready = ready.filter(Q(created__gt=0) | Q(changed__gt=0))
        if ready.update(state=State.CONFIRMED, ended_by=by, lease_until=None, attempts=0):
            transaction.on_commit(partial(_wake, "write_import", sent.pk))
            return
    sent.refresh_from_db()
    if sent.state not in (State.CONFIRMED, State.WRITING, State.DONE):
        raise ImportRefused(_("This list is not ready to be confirmed."))


def write(pk: int) -> None:
    """Writes a confirmed list in one transaction: all of it, or nothing. Harmless twice.

    Whoever has signed in before is told that they are in the network. When what it would write is no longer what the
    preview showed, nothing is written and the new preview is shown.
    """
    sent = _claim(pk, waiting=State.CONFIRMED, working=State.WRITING)
    if sent is None:
        return
    tick = leasing.ticker(sent, sent.rows)
    with translation.override(sent.created_by.language if sent.created_by else None):  # for the names of interests
        try:
            lists = _list_of(sent)
            with sent.people.open("rb") as file:
                people = from_json(file.read())
            doubles = _doubles(sent)
            with transaction.atomic():
                plan = lists.plan(people, doubles)
                if plan.digest != sent.plan:
                    raise ListChanged
                joined = {line.number: line.written for line in plan.result.rows if line.written}
                plan.result.rows = []  # the preview has been compared: its lines need not stay in memory
                lists.write(plan, brought_by=sent.pk, tick=tick)
                _tell(sent)
                # PostgreSQL looks for the people of new memberships at the commit only, and waits for who is being
                # erased; who erases them waits for the list's row. So they come first, and that row last.
                connection.check_constraints([Membership._meta.db_table])
                leasing.finish(sent, state=State.DONE, ended_at=timezone.now())
                _report(sent, joined)
        except ListRefused as refusal:
            _fail(sent, sentences.of(refusal))
        except Superseded:
            logger.warning("A list was taken over by another worker; this one wrote nothing.")
        except (ListChanged, IntegrityError):
            # Somebody signed up, or changed their profile, since the preview: it has to be looked at again. If they
            # left for good, the list has been let go of.
            with contextlib.suppress(Superseded), transaction.atomic():
                note = gettext_noop(
                    "What we know of these people has changed since you looked: here is the new preview."
                )
                _show(sent, lists.plan(people, doubles), notes=[note])


def cancel(sent: VolunteerImport, *, by: User) -> None:
    """Gives a list up before it is confirmed, and deletes its file. Harmless twice.

    Raises ImportRefused when it is already being written.
    """
    open_states = (State.QUEUED, State.READING, State.READY)
    rows = VolunteerImport.objects.filter(pk=sent.pk, state__in=open_states)
    if rows.update(state=State.CANCELLED, ended_at=timezone.now(), ended_by=by):
        sent.refresh_from_db()
        forget(sent)
        return
    sent.refresh_from_db()
    if sent.state not in (State.CANCELLED, State.FAILED):
        raise ImportRefused(_("This list is already being written."))


def sweep(now: dt.datetime | None = None) -> int:
    """Wakes up again the lists that a lost message or a killed worker left behind; returns how many."""
    now = now or timezone.now()
    lost = leasing.lost(VolunteerImport.objects.all(), working=VolunteerImport.WORKING, now=now)
    for sent in lost:
        _wake("prepare_import" if sent.state in (State.QUEUED, State.READING) else "write_import", sent.pk)
    return len(lost)


def _wake(task: str, pk: int) -> None:
    leasing.wake(f"volunteers.tasks.{task}", pk)


def _claim(pk: int, *, waiting: str, working: str) -> VolunteerImport | None:
    """Takes a list that waits, or that its worker left; None when somebody else has it. After three tries, fails it."""
    rows = VolunteerImport.objects.filter(pk=pk)
    claimed = leasing.claim(rows, waiting=waiting, working=working)
    sent = rows.select_related("network", "created_by").first()
    if not claimed and sent is not None:
        problem = gettext_noop("The work on this list failed three times. Nothing was written.")
        hopeless = leasing.hopeless(rows, waiting=waiting, working=working)
        if hopeless.update(state=State.FAILED, problem=problem, ended_at=timezone.now()):
            forget(sent)
    return sent if claimed else None


def _list_of(sent: VolunteerImport) -> VolunteerList:
    """The list with the rights that its sender has now."""
    if sent.created_by is None or not can_organise(sent.created_by, sent.network):
        raise ListRefused(gettext_noop("Whoever sent this list no longer runs the network. Nothing was written."))
    return VolunteerList(network=sent.network, by=sent.created_by)


def _fail(sent: VolunteerImport, problem: Sentence) -> None:
    """Of no use to anybody any more, its file is not kept: without a preview nobody could find whom it names."""
    with contextlib.suppress(Superseded):
        problem, values = (problem, {}) if isinstance(problem, str) else problem
        leasing.finish(sent, state=State.FAILED, problem=problem, problem_values=values, ended_at=timezone.now())
        forget(sent)


def _show(sent: VolunteerImport, plan: Plan, *, notes: Sequence[Sentence]) -> None:
    """Replaces the preview."""
    by_kind = previewing.by_kind(plan.result.rows)
    pages = [ImportPage(volunteer_import=sent, **page) for page in previewing.pages(by_kind)]
    leasing.finish(
        sent,
        state=State.READY,
        people=sent.people.name,
        notes=list(notes),
        plan=plan.digest,
        rows=sum(len(rows) for rows in by_kind.values()),
        created=len(by_kind[Kind.CREATED]),
        changed=len(by_kind[Kind.CHANGED]),
        unchanged=len(by_kind[Kind.UNCHANGED]),
        refused=len(by_kind[Kind.REFUSED]),
    )
    sent.pages.all().delete()
    ImportPage.objects.bulk_create(pages, batch_size=10)  # a page is a long text, of which a statement holds two copies


def _tell(sent: VolunteerImport) -> None:
    """Has those told who use their account. Whoever was only ever on lists has not asked us for anything."""
    stays = sent.memberships.exclude(volunteer__user__last_login=None).select_related("volunteer__user")
    for tell in _tellers if stays else ():
        tell(stays)


def _report(sent: VolunteerImport, joined: Mapping[int, Sequence[Any]]) -> None:
    """Puts what was written, by row, in place of what the preview could not say of people who had an account."""
    pages = sent.pages.filter(kind=Kind.CREATED) if joined else ()
    told = [page for page in pages if any(row["row"] in joined for row in page.rows)]
    for page in told:
        for row in page.rows:
            if row["row"] in joined:
                row["changes"] = joined[row["row"]]
                row["notes"] = [gettext_noop("Had an account already: has joined, and keeps the profile as it is.")]
    ImportPage.objects.bulk_update(told, ["rows"], batch_size=10)


def _doubles(sent: VolunteerImport) -> list[Line]:
    """The rows left out because a later one is about the same person: they are in the preview only."""
    doubles = []
    for page in sent.pages.filter(kind=Kind.UNCHANGED):
        for row in page.rows:
            if row.get("double"):
                line = Line(row["row"], row["who"])
                line.import_type, line.notes, line.is_double = Line.IMPORT_TYPE_SKIP, row["notes"], True
                doubles.append(line)
    return doubles
