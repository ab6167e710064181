"""Joining a network, and leaving it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from volunteers.models import Membership, Network, Volunteer


def join(volunteer: Volunteer, *, network: Network) -> Membership:
    """Begins a stay in the network; harmless when there is one already. Sends nothing."""
    with transaction.atomic():
        return Membership.objects.get_or_create(volunteer=volunteer, network=network, left_at=None)[0]


def leave(volunteer: Volunteer, *, network: Network) -> None:
    """Ends the present stay, if any; what was done in the network stays in the person's history."""
    Membership.objects.filter(volunteer=volunteer, network=network, left_at=None).update(left_at=timezone.now())
