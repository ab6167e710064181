"""The life of a paper: asked for, made off the request, had by whoever may, made anew, forgotten.

The row is the truth; Celery only wakes the work up, and ``sweep`` finds what it lost. Whoever makes a paper has claimed
it by a conditional update, says every second or so that it is at work, and writes the outcome under the same claim. The
file made before stays until the new one is there.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any

from celery import current_app
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from kombu.exceptions import OperationalError

from events.night.editions.preparing import EditionRefused
from events.night.models import Assignment, Edition, Headquarters, PaperFile
from events.night.models.papers import FOLDER
from events.night.papers import desk, packs, workbook
from events.night.papers.gathering import Site, fingerprints, gather
from volunteers import papermaking
from volunteers.forgetting_lists import forget_strays
from volunteers.models import User

logger = logging.getLogger(__name__)

ATTEMPTS = 3
SILENCE = dt.timedelta(seconds=30)  # after which a worker is taken for dead
SECONDS = 300  # that typst may take
KEPT = dt.timedelta(days=30)  # after the night
What = PaperFile.What
State = PaperFile.State
Beat = Callable[[int, int], None]
Content = Callable[..., dict[str, Any]]
# Templates, and what fills them.
PAPERS: dict[str, tuple[str, Content]] = {
    What.PACKS: (packs.TEMPLATE, packs.content),
    What.SIGN_IN: (desk.SIGN_IN, desk.sign_in),
    What.SIGNS: (desk.SIGNS, desk.signs),
    What.BADGES: (desk.BADGES, desk.badges),
}


class Superseded(Exception):
    """The paper was deleted, or taken over by another worker, while this one worked."""


def ask(edition: Edition, *, what: str, headquarters: Headquarters | None, language: str, by: User) -> PaperFile:
    """Has a paper made, of one headquarters or of all. One that is under way already is returned as it is.

    Refuses while nobody has a team. Harmless twice.
    """
    there = Assignment.objects.filter(participant__edition=edition)
    if headquarters:
        there = there.filter(headquarters=headquarters)
    if not there.exists():
        raise EditionRefused(_("Nobody has a team here yet: choose a roster first."))
    now = timezone.now()
    with transaction.atomic():
        row, is_new = PaperFile.objects.get_or_create(
            edition=edition,
            headquarters=headquarters,
            what=what,
            language=language,
            defaults={"asked_at": now, "asked_by": by},
        )
        idle = PaperFile.objects.filter(pk=row.pk).exclude(state__in=PaperFile.UNDER_WAY)
        again = idle.update(
            state=State.QUEUED, asked_at=now, asked_by=by, attempts=0, problem="", step=0, steps=0, heartbeat_at=None
        )
        if is_new or again:
            row.refresh_from_db()
            transaction.on_commit(partial(wake, row.pk))
    return row


def make(pk: int) -> None:
    """Makes a paper and keeps its file. Harmless twice: only who claims it works."""
    row = _claim(pk)
    if row is None:
        return
    beat = partial(_beat, row)
    try:
        with override(row.language), TemporaryFile() as made:
            # Looked at before what is shown: of a change between the two the paper is said to be older than it is.
            mark = fingerprints(row.edition).get(row.headquarters_id, "")
            sites = gather(row.edition, row.headquarters)
            _write_paper(row, sites, into=made, beat=beat)
            _keep(row, made, mark=mark)
    except Superseded:
        logger.info("A paper was deleted, or taken over; nothing of it is kept.")
    except papermaking.NotTypeset as failure:
        logger.error("A paper could not be made: %s", failure)
        _fail(row, str(failure))


def delete(row: PaperFile, *, by: User) -> None:
    """Lets go of the file, and of what was asked for. Harmless twice."""
    _forget(PaperFile.objects.filter(pk=row.pk))


def sweep(now: dt.datetime | None = None) -> int:
    """Wakes up again the papers that a lost message or a killed worker left behind; returns how many."""
    now = now or timezone.now()
    lost = PaperFile.objects.filter(
        Q(state=State.QUEUED, asked_at__lt=now - SILENCE) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    )
    keys = list(lost.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        wake(key)
    return len(keys)


def forget(now: dt.datetime | None = None) -> int:
    """Deletes the papers of nights gone by, 30 days after, and files that no row has; returns how many rows."""
    now = now or timezone.now()
    count = _forget(PaperFile.objects.filter(edition__ends_at__lt=now - KEPT))
    kept = set(PaperFile.objects.exclude(file="").values_list("file", flat=True))
    forget_strays(PaperFile.file.field.storage, FOLDER, kept, now)
    return count


def let_go(user: User) -> None:
    """Deletes the papers of all nights that this person is in: their names stand among others'. They can be asked for
    again, without this person. For the transaction that erases: files go once it has committed. Harmless twice."""
    _forget(PaperFile.objects.filter(edition__participants__volunteer__user=user).distinct())


def wake(pk: int) -> None:
    """Has a worker look at the paper. Without a broker ``sweep`` will."""
    try:
        current_app.send_task("events.night.tasks.make_paper", [pk], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker is away: the paper waits for the next sweep.")


def _write_paper(row: PaperFile, sites: list[Site], *, into: IO[bytes], beat: Beat) -> None:
    if row.what == What.WORKBOOK:
        into.write(workbook.content(row.edition, sites))
        return
    template, content = PAPERS[row.what]
    data = content(row.edition, sites, beat=beat)
    beat(1, 1)
    papermaking.pdf_apart(template, data, into=into, beat=partial(beat, 1, 1), seconds=SECONDS)


def _keep(row: PaperFile, made: IO[bytes], *, mark: str) -> None:
    """The file first, then the row that says so: what is killed in between leaves a stray, which ``forget`` finds."""
    storage, before = row.file.storage, row.file.name
    made.seek(0, 2)
    size = made.tell()
    made.seek(0)
    name = storage.save(f"{FOLDER}{get_random_string(24)}.{row.ending}", File(made))
    try:
        _write(row, state=State.DONE, file=name, size=size, made_at=timezone.now(), fingerprint=mark)
    except Superseded:
        storage.delete(name)
        raise
    if before:
        storage.delete(before)


def _claim(pk: int) -> PaperFile | None:
    """Takes a paper that waits, or that its worker left; None when somebody has it. After three tries, fails it."""
    now = timezone.now()
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    claimed = PaperFile.objects.filter(free, pk=pk, attempts__lt=ATTEMPTS).update(
        state=State.RUNNING, heartbeat_at=now, attempts=F("attempts") + 1, step=0, steps=0
    )
    if claimed:
        rows = PaperFile.objects.select_related("edition", "headquarters")
        return rows.filter(pk=pk).first()
    lost = PaperFile.objects.filter(free, pk=pk, attempts__gte=ATTEMPTS)
    lost.update(state=State.FAILED, problem="Its worker was lost three times.")
    return None


def _beat(row: PaperFile, step: int, steps: int) -> None:
    _write(row, step=step, steps=steps)


def _write(row: PaperFile, **columns: Any) -> None:
    """Writes to the row and says that its worker is there, if it still has the claim."""
    mine = PaperFile.objects.filter(pk=row.pk, state=State.RUNNING, attempts=row.attempts)
    if not mine.update(heartbeat_at=timezone.now(), **columns):
        raise Superseded


def _fail(row: PaperFile, problem: str) -> None:
    try:
        _write(row, state=State.FAILED, problem=problem[:2000])
    except Superseded:
        logger.info("A paper that failed had been deleted, or taken over.")


def _forget(rows: Any) -> int:
    """Deletes rows, and their files once that has been committed."""
    found = list(rows)
    count, _by_table = PaperFile.objects.filter(pk__in=[row.pk for row in found]).delete()
    for row in found:
        if row.file:
            transaction.on_commit(partial(row.file.storage.delete, row.file.name))
    return count
