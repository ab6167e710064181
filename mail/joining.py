"""Telling people who use their account that a list has put them in a network.

This is here and not with the lists, since volunteers lie under mail and may not know it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from mail import kinds, queuing
from volunteers.models import Membership

KIND = "account/put-in-network"


def tell(stays: Iterable[Membership]) -> None:
    """Queues one message for each of these memberships, inside the caller's transaction. Harmless twice."""
    queuing.queue_many(
        queuing.draft(KIND, key=f"{KIND}:{stay.pk}", user=stay.volunteer.user, context={"membership": stay.pk})
        for stay in stays
    )


def compose(context: dict[str, Any]) -> kinds.Letter | None:
    """Nothing to say to somebody who has left, or is gone, before the message left."""
    rows = Membership.objects.filter(pk=context["membership"], left_at=None)
    stay = rows.select_related("volunteer__user", "network").first()
    if stay is None:
        return None
    return kinds.Letter(
        {
            "first_name": stay.volunteer.user.first_name,
            "network": str(stay.network),
            "networks_url": settings.SITE_URL + reverse("volunteers:networks"),
        }
    )
