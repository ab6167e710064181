"""The address on a team's pack: whoever holds the paper opens the map and the notes of its sector on a phone.

It names nobody. It is the same in all languages and at each printing, and ends with the night.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.night.models import Sector

SALT = "events.night.papers"
LASTS = dt.timedelta(days=1)  # after the teams are back


def token_of(sector: Sector) -> str:
    return signing.Signer(salt=SALT).sign(str(sector.pk))


def address_of(sector: Sector) -> str:
    """Whole, for a square."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("night:team", args=[token_of(sector)])


def sector_of(token: str) -> Sector | None:
    """The sector that the paper is about; None for a forged address, and when the sector is gone or its night over."""
    try:
        key = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    rows = Sector.objects.select_related(
        "kind", "edition__network", "headquarters__district", "headquarters__slot__venue"
    )
    return rows.filter(pk=int(key), edition__ends_at__gt=timezone.now() - LASTS).first()
