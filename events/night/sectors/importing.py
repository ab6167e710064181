"""The life of a file of sectors or headquarters: sent in, looked at, then confirmed or given up."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import PurePath

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.board import moving
from events.night.editions import siting
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Edition, Sector, SectorImport, SectorTag
from events.night.sectors import reading_files
from events.night.sectors.comparing_files import TAG, HeadquartersPlanner, Plan, SectorPlanner
from events.night.sectors.reading_files import HEADQUARTERS_HEADS, SECTOR_HEADS, RawRow
from volunteers.models import User
from volunteers.sentences import Sentence

KEPT = dt.timedelta(days=30)
State = SectorImport.State
What = SectorImport.What


class PlanChanged(EditionRefused):
    """What the file would change is no longer what was looked at."""


def submit(content: bytes, *, name: str, edition: Edition, what: str, replaces: bool, by: User) -> SectorImport:
    """Reads the file and keeps what it holds, to be looked at. Writes no sector and no headquarters.

    Forgets what files hold that nobody has decided on for 30 days. Raises FileRefused, whose sentence is kept English
    (volunteers.sentences).
    """
    heads = SECTOR_HEADS if what == What.SECTORS else HEADQUARTERS_HEADS
    contents = reading_files.read(content, heads)
    clean = "".join(c for c in PurePath(name.replace("\\", "/")).name if c.isprintable())[-120:]
    forget(before=timezone.now() - KEPT)
    return SectorImport.objects.create(
        edition=edition,
        what=what,
        replaces=replaces and what == What.SECTORS,
        name=clean or "?",
        sha256=hashlib.sha256(content).hexdigest(),
        rows=[{"remarks": contents.remarks}, *(row.as_json() for row in contents.rows)],
        created_by=by,
    )


def plan_of(sent: SectorImport, *, edition: Edition, by: User) -> tuple[Plan, list[Sentence]]:
    """What confirming would write at this moment, and the remarks on the file as a whole. Writes nothing."""
    remarks = sent.rows[0]["remarks"] if sent.rows else []
    rows = [RawRow(**row) for row in sent.rows[1:]]
    if sent.what == What.SECTORS:
        return SectorPlanner(edition).plan(rows, replaces=sent.replaces), remarks
    return HeadquartersPlanner(edition, by=by).plan(rows), remarks


def confirm(sent: SectorImport, *, digest: str, despite: bool, by: User) -> SectorImport:
    """Writes what the preview with that digest showed, all of it, in one transaction. Harmless twice.

    ``despite``: whether the organiser accepts what is wrong with the ground. Refuses when what would be written is no
    longer that (PlanChanged), when a row is refused, when the ground is wrong and that is not accepted, and once people
    were told where to go. Locks the edition's row.
    """
    with transaction.atomic():
        edition = hold(sent.edition)
        sent = SectorImport.objects.select_for_update(no_key=True, of=("self",)).get(pk=sent.pk)
        if sent.state == State.DONE:
            return sent
        if sent.state != State.READY:
            raise EditionRefused(_("This file was given up."))
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: nothing is imported any more."))
        plan, _remarks = plan_of(sent, edition=edition, by=by)
        if plan.digest != digest:
            raise PlanChanged(_("What this file would change is no longer what you looked at: look again."))
        if not plan.is_confirmable:
            raise EditionRefused(_("There is nothing to write, or a row is refused."))
        if plan.faults and not despite:
            raise EditionRefused(_("Say that you accept what is wrong with the boundaries, or correct the file."))
        _write(plan, edition, by=by)
        sent.created, sent.changed, sent.removed = plan.created, plan.updated, len(plan.gone)
        _end(sent, State.DONE, by=by)
    return sent


def give_up(sent: SectorImport, *, by: User) -> SectorImport:
    """Forgets what the file holds; nothing was written. Harmless twice. Refuses a file that was written."""
    with transaction.atomic():
        sent = SectorImport.objects.select_for_update(no_key=True, of=("self",)).get(pk=sent.pk)
        if sent.state == State.DONE:
            raise EditionRefused(_("This file was written already."))
        if sent.state == State.READY:
            _end(sent, State.CANCELLED, by=by)
    return sent


def forget(*, before: dt.datetime) -> int:
    """Gives up the files sent in before that moment which nobody has decided on; returns how many."""
    stale = SectorImport.objects.filter(state=State.READY, created_at__lt=before)
    return stale.update(state=State.CANCELLED, ended_at=timezone.now(), rows=[])


def _end(sent: SectorImport, state: str, *, by: User) -> None:
    sent.state, sent.ended_at, sent.ended_by, sent.rows = state, timezone.now(), by, []
    sent.save()


def _write(plan: Plan, edition: Edition, *, by: User) -> None:
    gone = [sector.pk for sector in plan.gone]
    moving.follow_sectors(edition, gone=gone, by=by)
    Sector.objects.filter(pk__in=gone).delete()
    for sector, *_tags in (*plan.sectors, *plan.changed):
        sector.edition = edition
    Sector.objects.bulk_create([sector for sector, *_tags in plan.sectors])
    tags = [tag for sector, needs, wants in plan.sectors for tag in _tags_of(sector, needs, wants)]
    for sector, needs, wants in plan.changed:
        sector.save()
        had = {_key(tag): tag.is_needed for tag in sector.tags.all()}
        if needs is None:
            needs = {key for key, is_needed in had.items() if is_needed}
        if wants is None:
            wants = {key for key, is_needed in had.items() if not is_needed}
        SectorTag.objects.filter(sector=sector).delete()
        tags += _tags_of(sector, needs, wants - needs)
    SectorTag.objects.bulk_create(tags)
    moving.follow_sectors(edition, by=by)
    for venue in plan.venues:
        venue.save()
    for district, boundary in plan.outlines:
        district.boundary = boundary
        district.save(update_fields=["boundary"])
    for district, site in plan.sites:
        siting.open_headquarters(edition, district=district, site=site, by=by)
    for headquarters, site in plan.resited:
        siting.change_headquarters(headquarters, site=site, by=by)


def _tags_of(sector: Sector, needs: set[TAG], wants: set[TAG]) -> list[SectorTag]:
    return [
        SectorTag(sector=sector, is_needed=is_needed, **{f"{what}_id": key})
        for is_needed, tags in ((True, needs), (False, wants))
        for what, key in sorted(tags)
    ]


def _key(tag: SectorTag) -> TAG:
    return ("language", tag.language_id) if tag.language_id else ("qualification", tag.qualification_id or 0)
