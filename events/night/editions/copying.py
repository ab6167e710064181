"""The next edition made of the last one."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events import scheduling
from events.models import Slot
from events.night.editions.preparing import EditionRefused, hold, shifted
from events.night.editions.siting import Site, drafted
from events.night.models import Edition, Headquarters, Sector, SectorTag
from volunteers.models import User


def copy(edition: Edition, *, starts_at: dt.datetime, names: dict[str, str], by: User) -> Edition:
    """A new edition on that night, being prepared, with the headquarters and the sectors of this one.

    Hours keep their distance to the teams' leaving, on the city's clocks; dates of sign-up as well. Coordinators are
    not copied, nor whom teams call: who they are is decided anew. ``names`` has a name for each language. Harmless
    twice: the copy that is there for that moment is returned. Refuses a night that another edition has. Locks the
    edition's row.
    """
    scheduling.check_moment(starts_at)
    with transaction.atomic():
        held = hold(edition)
        if there := Edition.objects.filter(network=held.network, starts_at=starts_at).first():
            if there.copied_from_id == held.pk:
                return there
            raise EditionRefused(_("There is an edition on that night already: %(name)s.") % {"name": there.name})
        new = Edition(
            network=held.network,
            starts_at=starts_at,
            ends_at=shifted(held.ends_at, held.starts_at, starts_at),
            opens_at=held.opens_at and shifted(held.opens_at, held.starts_at, starts_at),
            closes_at=held.closes_at and shifted(held.closes_at, held.starts_at, starts_at),
            charter_url=held.charter_url,
            charter_version=held.charter_version,
            copied_from=held,
        )
        for language, _label in settings.LANGUAGES:
            setattr(new, f"name_{language}", names.get(language, ""))
            setattr(new, f"bring_{language}", getattr(held, f"bring_{language}") or "")
        new.save()
        _copy_sectors(held, new, _copy_headquarters(held, new))
    return new


def _copy_headquarters(old: Edition, new: Edition) -> dict[int, Headquarters]:
    """The new headquarters by the key of the one that each is a copy of."""
    made = dict[int, Headquarters]()
    for one in old.headquarters.select_related("slot__venue", "district"):
        site = Site(
            venue=one.slot.venue,
            capacity=one.slot.capacity,
            arrival_at=shifted(one.slot.starts_at, old.starts_at, new.starts_at),
            briefing_at=one.briefing_at and shifted(one.briefing_at, old.starts_at, new.starts_at),
            meal=one.meal,
            quota=one.quota,
        )
        made[one.pk] = drafted(new, one.district, site)
    Slot.objects.bulk_create(one.slot for one in made.values())
    Headquarters.objects.bulk_create(made.values())
    return made


def _copy_sectors(old: Edition, new: Edition, headquarters: dict[int, Headquarters]) -> None:
    copies = dict[int, Sector]()
    for sector in old.sectors.all():
        copies[sector.pk] = sector
        was = sector.headquarters_id
        sector.pk, sector._state.adding = None, True
        sector.edition, sector.headquarters, sector.partner = new, headquarters[was], None
    tags = list(SectorTag.objects.filter(sector__in=copies))  # by the keys that the originals had
    Sector.objects.bulk_create(copies.values())
    for tag in tags:
        tag.pk, tag._state.adding = None, True
        tag.sector = copies[tag.sector_id]
    SectorTag.objects.bulk_create(tags)
