"""The sectors of an edition: added and changed one by one, with what their teams must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.board import moving
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Sector, SectorTag
from volunteers.models import Qualification, SpokenLanguage, User


@dataclass(frozen=True)
class Asked:
    """What a team must have among them, or had better have. What is both is needed."""

    needs: Iterable[SpokenLanguage | Qualification] = field(default=())
    wants: Iterable[SpokenLanguage | Qualification] = field(default=())

    def tags(self, sector: Sector) -> list[SectorTag]:
        """The rows that say so, not saved."""
        needed = set(self.needs)
        return [tag_of(sector, one, is_needed=True) for one in needed] + [
            tag_of(sector, one, is_needed=False) for one in set(self.wants) - needed
        ]


def tag_of(sector: Sector, one: SpokenLanguage | Qualification, *, is_needed: bool) -> SectorTag:
    """One row, not saved."""
    if isinstance(one, SpokenLanguage):
        return SectorTag(sector=sector, language=one, is_needed=is_needed)
    return SectorTag(sector=sector, qualification=one, is_needed=is_needed)


def keep_sector(sector: Sector, *, asked: Asked, by: User) -> Sector:
    """Writes a sector, new or changed, and what it asks for. Its edition is its headquarters'; its team goes along.

    Refuses a code that another sector of the edition has, and, once people were told where to go, a new sector or
    another headquarters. Locks the edition's row.
    """
    with transaction.atomic():
        edition = hold(sector.headquarters.edition)
        if sector._state.adding and not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: no sector is added any more."))
        moved = edition.sectors.filter(pk=sector.pk).exclude(headquarters=sector.headquarters_id).exists()
        if moved and not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: the sector stays with its headquarters."))
        if edition.sectors.filter(code=sector.code).exclude(pk=sector.pk).exists():
            raise EditionRefused(_("Another sector of this edition is called %(code)s.") % {"code": sector.code})
        sector.edition = edition
        sector.save()
        if moved:
            moving.follow_sectors(edition, by=by)
        sector.tags.all().delete()
        SectorTag.objects.bulk_create(asked.tags(sector))
    return sector


def remove_sector(sector: Sector, *, by: User) -> None:
    """Takes a sector out; who was in its team waits at its headquarters. Harmless twice.

    Refuses once people were told where to go. Locks the edition's row, then the board's.
    """
    with transaction.atomic():
        edition = hold(sector.edition)
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: no sector is removed any more."))
        moving.follow_sectors(edition, gone=[sector.pk], by=by)
        Sector.objects.filter(pk=sector.pk).delete()
