"""The link by which the contact of an organisation names its people: sent, renewed, withdrawn.

It is signed, and kept nowhere: whoever reads the database learns no address. Its number and its last moment stand in
the partner's row, so that another link, or none, ends it at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.night.editions.preparing import EditionRefused
from events.night.models import Edition, Partner
from mail import queuing
from volunteers.models import User

SALT = "events.night.partners"
OPEN_FOR = dt.timedelta(days=30)


class LinkRefused(Exception):
    """Why a link of ours opens nothing any more, in a sentence fit for the contact."""


def token_of(partner: Partner) -> str:
    """Proves having been sent the present link of this organisation."""
    return signing.dumps([partner.pk, partner.link_number], salt=SALT, compress=False)


def partner_of(token: str) -> Partner | None:
    """The organisation that the link is for; None for a forged link, and when the organisation is gone.

    Raises LinkRefused when another link was sent since, when it was withdrawn, and when its time is past.
    """
    try:
        pk, number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    partner = Partner.objects.select_related("edition__network", "headquarters__district").filter(pk=pk).first()
    if partner is None:
        return None
    if partner.link_number != number:
        raise LinkRefused(_("Another link was sent to you since: use the one in the latest message."))
    if partner.link_expires_at is None:
        raise LinkRefused(_("The organisers have withdrawn this link."))
    if not partner.has_link():
        raise LinkRefused(_("This link was open for thirty days, which are over."))
    return partner


def send_link(partner: Partner, *, by: User | None) -> Partner:
    """Sends the contact a new link, open for thirty days or until the night; the links before it end. ``by``: None when
    the contact asks.

    Refuses once teams are published. Locks the partner's row.
    """
    with transaction.atomic():
        held = hold(partner)
        if not held.edition.is_changing:
            raise EditionRefused(_("Teams are published: organisations no longer name people here."))
        now = timezone.now()
        held.link_number += 1
        held.link_expires_at, held.told_at = min(now + OPEN_FOR, held.edition.starts_at), now
        held.save(update_fields=["link_number", "link_expires_at", "told_at"])
        queuing.queue(
            "night/partner-link",
            key=f"partner:{held.pk}:{held.link_number}",
            to=held.contact_email,
            language=held.language,
            context={"partner": held.pk, "number": held.link_number},
        )
    return held


def renew_links(address: str) -> int:
    """Sends a new link to the contact who has that address, one for each of their organisations; returns how many.

    Only where a link was sent before and was not withdrawn, while people can still be named: organisers say who is a
    contact. Nobody learns whether it was any.
    """
    rows = Partner.objects.filter(contact_email__iexact=address, link_expires_at__isnull=False)
    sent = 0
    for partner in rows.order_by("pk"):
        with contextlib.suppress(EditionRefused):
            send_link(partner, by=None)
            sent += 1
    return sent


def withdraw_link(partner: Partner, *, by: User) -> None:
    """From now on its link opens nothing, until another is sent. Nobody is told or taken off. Harmless twice."""
    Partner.objects.filter(pk=partner.pk).update(link_expires_at=None, link_number=F("link_number") + 1)


def hold(partner: Partner) -> Partner:
    """The partner's row, held until the end of the transaction, with its edition as it is now."""
    rows = Partner.objects.select_for_update(no_key=True, of=("self",)).select_related("edition__network")
    return rows.get(pk=partner.pk)


def remove(partner: Partner, *, by: User) -> None:
    """An organisation that names nobody is no partner any more. Harmless twice. Refuses one that names somebody.

    Locks the partner's row.
    """
    with transaction.atomic():
        held = Partner.objects.select_for_update().filter(pk=partner.pk).first()
        if held is None:
            return
        if held.people.exists():
            raise EditionRefused(_("This organisation has named people: take them off first."))
        held.delete()


def give_sectors(partner: Partner, *, sectors: list[int], by: User) -> None:
    """These sectors (keys) are for its people alone, and no others. Harmless twice.

    Refuses a sector that another organisation has, and once people were told where to go. Locks the edition's row.
    """
    with transaction.atomic():
        edition = Edition.objects.select_for_update(no_key=True).get(pk=partner.edition_id)
        if not edition.is_changing:
            raise EditionRefused(_("People have been told where to go: sectors no longer change here."))
        wanted = edition.sectors.filter(pk__in=sectors)
        if taken := wanted.exclude(partner=None).exclude(partner=partner).first():
            raise EditionRefused(_("Sector %(code)s is another organisation's.") % {"code": taken.code})
        partner.people.filter(sector__isnull=False).exclude(sector__in=sectors).update(sector=None)
        edition.sectors.filter(partner=partner).exclude(pk__in=sectors).update(partner=None)
        wanted.update(partner=partner)
