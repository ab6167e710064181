"""The ground of a sector drawn anew, or cut in two."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Sector, SectorTag
from events.night.sectors import boundaries
from events.night.sectors.boundaries import BoundaryRefused, Fault
from volunteers import sentences
from volunteers.models import User
from volunteers.points import Point


def next_code(sector: Sector) -> str:
    """The code that a new sector beside this one would have: the next number of its district."""
    stem = sector.headquarters.district.code
    taken = set(Sector.objects.filter(edition=sector.edition_id).values_list("code", flat=True))
    return next(code for number in range(1, len(taken) + 2) if (code := f"{stem}-{number}") not in taken)


def redraw(sector: Sector, *, boundary: dict[str, Any], by: User) -> Sector:
    """Gives the sector that boundary. Refuses once people were told where to go. Locks the edition's row."""
    with transaction.atomic():
        if not hold(sector.edition).is_changing:
            raise EditionRefused(_("People have been told where to go: sectors keep their ground."))
        held = Sector.objects.select_for_update(no_key=True).get(pk=sector.pk)
        held.boundary = boundary
        held.save(update_fields=["boundary", "updated_at"])
    return held


def cut(sector: Sector, *, line: list[Point], code: str, by: User) -> Sector:
    """Cuts the sector in two by a line; returns the new one, which has the smaller part and all that the other has.

    Refuses a line that does not cut it in two, a code that another sector has, and once people were told where to go.
    Locks the edition's row.
    """
    with transaction.atomic():
        edition = hold(sector.edition)
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: sectors keep their ground."))
        held = Sector.objects.select_for_update(no_key=True).get(pk=sector.pk)
        if edition.sectors.filter(code=code).exists():
            raise EditionRefused(_("Another sector of this edition is called %(code)s.") % {"code": code})
        try:
            larger, smaller = boundaries.cut(held.boundary, line)
        except BoundaryRefused as refusal:
            raise EditionRefused(sentences.in_words(sentences.of(refusal))) from refusal
        tags = list(held.tags.all())
        held.boundary = larger
        held.save(update_fields=["boundary", "updated_at"])
        new = Sector.objects.get(pk=held.pk)
        new.pk, new._state.adding, new.code, new.boundary = None, True, code, smaller
        new.save()
        for tag in tags:
            tag.pk, tag._state.adding, tag.sector = None, True, new
        SectorTag.objects.bulk_create(tags)
    return new


def faults_with(sector: Sector, boundary: dict[str, Any]) -> list[Fault]:
    """What would be wrong with that ground for this sector: what it shares with its neighbours, what is outside."""
    district = sector.headquarters.district
    others = Sector.objects.filter(edition=sector.edition_id).exclude(pk=sector.pk)
    ground = {
        other.code: (other.headquarters.district.code, other.boundary)
        for other in others.select_related("headquarters__district")
    }
    found = boundaries.faults_of({**ground, sector.code: (district.code, boundary)}, {district.code: district.boundary})
    return [fault for fault in found if sector.code in fault.codes]
