"""What workers do with an organiser's list of people: read it, compare it, write it, each claimed on its row, which is
the truth (volunteers.leasing). What people decide in between: listing_people.py.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as _

from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, ListPage, ListPair, PeopleList
from events.night.people import bringing, reading
from events.night.people.comparing_people import Plan, plan_of
from events.night.people.listing_people import MOST_ROWS, PlanChanged, wake
from events.night.people.reading import ListRefused
from volunteers import leasing, previewing, sentences
from volunteers.leasing import Superseded
from volunteers.sentences import Sentence

State = PeopleList.State
A_CHANGE = dt.timedelta(seconds=0.2)  # of one person, far more than it takes: those are written one by one


def take_up(pk: int) -> None:
    """Does what a list waits for. Harmless twice: only who claims it works. After three tries it is given up."""
    rows = PeopleList.objects.filter(pk=pk, partner=None)
    for waiting, (working, step) in STEPS.items():
        if leasing.claim(rows, waiting=waiting, working=working):
            sent = rows.select_related("edition__network", "created_by", "ended_by").get()
            language = sent.created_by.language if sent.created_by else None
            with contextlib.suppress(Superseded), translation.override(language):  # for the names of languages
                step(sent)
            return
        hopeless = leasing.hopeless(rows, waiting=waiting, working=working)
        if hopeless.exists():
            _fail(rows.get(), _("The work on this list failed three times. Nobody was signed up."))


def sweep(now: dt.datetime | None = None) -> int:
    """Wakes up again the lists that a lost message or a killed worker left behind; returns how many."""
    lost = leasing.lost(PeopleList.objects.all(), working=PeopleList.WORKING, now=now or timezone.now())
    keys = list(lost.values_list("pk", flat=True))
    for key in keys:
        wake(key)
    return len(keys)


def _read(sent: PeopleList) -> None:
    """Reads the file, which is then deleted, and guesses its columns."""
    try:
        with sent.file.open("rb") as file:
            contents = reading.read(file.read(), most=MOST_ROWS)
    except ListRefused as refusal:
        _fail(sent, sentences.of(refusal))
        return
    name = str(sent.file)
    with transaction.atomic():
        leasing.finish(
            sent,
            state=State.COLUMNS,
            headers=contents.headers,
            columns={str(index): field for index, field in reading.guess(contents.headers).items()},
            rows=[list(row) for row in contents.rows],
            size=len(contents.rows),
            file="",
        )
        transaction.on_commit(partial(sent.file.storage.delete, name))


def _compare(sent: PeopleList) -> None:
    """Writes the preview, and the pairs that are to be looked at. Touches nobody."""
    plan = plan_of(sent, leasing.ticker(sent, 2 * sent.size))
    with transaction.atomic():
        _show(sent, plan)


def _write(sent: PeopleList) -> None:
    """Signs up the list in one transaction: all of it, or nothing. When what it would write is no longer what was
    looked at, nobody is, and the new preview is shown; when that is refused by now, it says so there."""
    tick = leasing.ticker(sent, 3 * sent.size)
    leasing.extend(sent, by=sent.changed * A_CHANGE)
    try:
        with transaction.atomic():
            edition = Edition.objects.select_for_update(no_key=True).get(pk=sent.edition_id)
            bringing.check_may_name(edition)
            plan = plan_of(sent, tick)
            if plan.digest != sent.plan:
                raise PlanChanged
            bringing.bring(plan.new, edition=edition, kind=sent.kind, by=sent.ended_by, sent=sent)
            for done, (person, said) in enumerate(plan.changed):
                if done % 100 == 0:
                    tick(2 * sent.size + len(plan.new) + done)
                bringing.change(person, said, by=sent.ended_by, sent=sent)
            # Its row last: whoever is being erased waits for theirs first, then for it.
            leasing.finish(sent, state=State.DONE, ended_at=timezone.now(), rows=[], file="")
            sent.pages.all().delete()
            sent.pairs.all().delete()
    except (PlanChanged, IntegrityError):
        note = _("What we know of these people has changed since you looked: here is the new preview.")
        with transaction.atomic():
            _show(sent, plan_of(sent), notes=[note])
    except SignUpRefused as refusal:
        with translation.override("en"):
            why = str(refusal)
        leasing.finish(sent, state=State.READY, remarks=[*sent.remarks, why])


STEPS: dict[str, tuple[str, Callable[[PeopleList], None]]] = {
    State.QUEUED: (State.READING, _read),
    State.SORTED: (State.COMPARING, _compare),
    State.CONFIRMED: (State.WRITING, _write),
}


def _show(sent: PeopleList, plan: Plan, *, notes: Sequence[Sentence] = ()) -> None:
    """Replaces the preview and the pairs, of which answers stay."""
    created, changed = len(plan.new), len(plan.changed)
    by_kind = previewing.by_kind(plan.lines)
    leasing.finish(
        sent,
        state=State.READY,
        plan=plan.digest,
        remarks=[*notes, *plan.remarks],
        created=created,
        changed=changed,
        unchanged=len(by_kind[previewing.Kind.UNCHANGED]),
        refused=len(by_kind[previewing.Kind.REFUSED]),
    )
    sent.pages.all().delete()
    sent.pairs.all().delete()
    # A page is a long text, of which a statement holds two copies.
    ListPage.objects.bulk_create((ListPage(sent=sent, **page) for page in previewing.pages(by_kind)), batch_size=10)
    ListPair.objects.bulk_create(
        (
            ListPair(sent=sent, number=n, key=pair.key, facts=pair.facts(), is_one=pair.answer, kept=pair.kept)
            for n, pair in enumerate(plan.pairs)
        ),
        batch_size=500,
    )


def _fail(sent: PeopleList, problem: Sentence) -> None:
    """Of no use to anybody any more, nothing of what it holds is kept."""
    text, values = (problem, {}) if isinstance(problem, str) else problem
    name = sent.file.name
    with transaction.atomic():
        gone = {"state": State.FAILED, "ended_at": timezone.now(), "rows": [], "file": ""}
        leasing.finish(sent, problem=text, problem_values=values, **gone)
        sent.pages.all().delete()
        sent.pairs.all().delete()
        if name:
            transaction.on_commit(partial(sent.file.storage.delete, name))
