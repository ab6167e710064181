"""The headquarters of an edition: opened, changed, given up. Hours, place, seats and coordinators go to the slot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import scheduling
from events.models import Slot, Venue
from events.night.editions import opening
from events.night.editions.preparing import EditionRefused, entitle, hold
from events.night.models import Edition, Headquarters
from events.scheduling import Place
from volunteers.models import District, User

KIND = "night"


@dataclass(frozen=True)
class Site:
    """What an organiser decides about a headquarters. ``coordinators``: None leaves them as they are."""

    venue: Venue | None
    capacity: int
    arrival_at: dt.datetime
    briefing_at: dt.datetime | None = None
    meal: str = ""
    contact: str = ""
    quota: int | None = None
    coordinators: Iterable[User] | None = field(default=None)


def check_site(edition: Edition, site: Site) -> None:
    """Raises EditionRefused when the hours of a headquarters contradict the edition's, or its numbers one another."""
    if not edition.starts_at - dt.timedelta(hours=24) <= site.arrival_at <= edition.starts_at:
        raise EditionRefused(_("People arrive in the day before the teams go out."))
    if site.briefing_at and not site.arrival_at <= site.briefing_at <= edition.starts_at:
        raise EditionRefused(_("The briefing comes after the arrival, and before the teams go out."))
    if site.quota and site.quota > site.capacity:
        raise EditionRefused(_("The quota is larger than the number of seats."))


def open_headquarters(edition: Edition, *, district: District, site: Site, by: User) -> Headquarters:
    """A headquarters in that district, with its slot: a draft until people sign up for the edition, open while they do.

    Harmless twice: the one that is there is returned, unchanged. Refuses what ``check_site`` does, and an edition whose
    people were told where to go. Locks the edition's row.
    """
    check_site(edition, site)
    with transaction.atomic():
        edition = hold(edition)
        if there := edition.headquarters.filter(district=district).select_related("slot", "district").first():
            return there
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: headquarters no longer change here."))
        headquarters = drafted(edition, district, site)
        headquarters.slot.save()
        headquarters.save()
        headquarters.slot.people_in_charge.set(site.coordinators or ())
        if edition.state == Edition.State.OPEN:
            opening.open_slots(edition)
            headquarters.slot.refresh_from_db()
    return headquarters


def drafted(edition: Edition, district: District, site: Site) -> Headquarters:
    """The headquarters and its slot, neither of them saved."""
    slot = Slot(
        kind=KIND,
        network=edition.network,
        starts_at=site.arrival_at,
        ends_at=edition.ends_at,
        venue=site.venue,
        capacity=site.capacity,
        closes_at=timezone.now(),  # until sign-up opens (events.night.editions.opening)
    )
    entitle(slot, edition, str(district))
    return Headquarters(
        edition=edition,
        district=district,
        slot=slot,
        briefing_at=site.briefing_at,
        meal=site.meal,
        contact=site.contact,
        quota=site.quota,
    )


def change_headquarters(headquarters: Headquarters, *, site: Site, by: User) -> int:
    """Changes what the organiser decides about it; returns how many people registered are told of a move.

    Refuses what ``check_site`` and the agenda do (``events.scheduling``). Locks the headquarters' and the slot's rows.
    """
    edition, told = headquarters.edition, 0
    check_site(edition, site)
    with transaction.atomic():
        held = (
            Headquarters.objects.select_for_update(no_key=True, of=("self",))
            .select_related("slot")
            .get(pk=headquarters.pk)
        )
        slot = held.slot
        venue = site.venue.pk if site.venue else None
        if (slot.starts_at, slot.ends_at, slot.venue_id) != (site.arrival_at, edition.ends_at, venue):
            told = scheduling.move(
                slot, starts_at=site.arrival_at, ends_at=edition.ends_at, place=Place(site.venue), by=by
            )
        if slot.capacity != site.capacity:
            scheduling.resize(slot, capacity=site.capacity, by=by)
        if site.coordinators is not None:
            slot.people_in_charge.set(site.coordinators)
        other_quota = held.quota != site.quota
        held.briefing_at, held.meal, held.contact = site.briefing_at, site.meal, site.contact
        held.quota = site.quota
        held.save()
        if other_quota:
            opening.offer_places(slot)
    return told


def describe(headquarters: Headquarters, *, briefing_at: dt.datetime | None, meal: str, contact: str, by: User) -> None:
    """What a coordinator says of their own headquarters. Refuses a briefing outside of the evening."""
    slot = headquarters.slot
    check_site(headquarters.edition, Site(slot.venue, slot.capacity, slot.starts_at, briefing_at))
    Headquarters.objects.filter(pk=headquarters.pk).update(briefing_at=briefing_at, meal=meal, contact=contact)


def close_headquarters(headquarters: Headquarters, *, by: User) -> None:
    """Gives up a headquarters that has neither sectors nor people; its slot goes with it. Harmless twice.

    Refuses while it has some, or people were told where to go. Locks the edition's row.
    """
    with transaction.atomic():
        edition = hold(headquarters.edition)
        if not Headquarters.objects.filter(pk=headquarters.pk).exists():
            return
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: headquarters no longer change here."))
        if headquarters.sectors.exists():
            raise EditionRefused(_("This headquarters has sectors: give them to another one, or remove them first."))
        slot = headquarters.slot
        if slot.registrations.exists() or slot.walk_ins.exists():
            raise EditionRefused(_("People are registered here: it cannot be removed."))
        Headquarters.objects.filter(pk=headquarters.pk).delete()
        slot.delete()
