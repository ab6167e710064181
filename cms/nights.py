"""Where a Night is told to the public."""

from __future__ import annotations

from django.utils.translation import get_language

from cms.models import NightPage
from events.night.models import Edition


def address_of(edition: Edition) -> str:
    """The published page of the edition, in the reader's language if it is written there; "" where there is none."""
    pages = NightPage.objects.live().public().filter(edition=edition).select_related("locale").order_by("locale")
    found = {page.locale.language_code: page for page in pages}
    page = found.get(get_language() or "") or next(iter(found.values()), None)
    return (page.get_url() or "") if page else ""
