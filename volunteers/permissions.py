"""Who may run which network. Every room's permissions build on these."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from volunteers.models import Network, User


def organised_networks(user: User | AnonymousUser) -> QuerySet[Network]:
    """The networks that this person runs; an administrator runs all of them."""
    if not user.is_authenticated or not user.is_active:
        return Network.objects.none()
    if user.is_superuser:
        return Network.objects.all()
    return Network.objects.filter(organisers__user=user)


def can_organise(user: User | AnonymousUser, network: Network | None) -> bool:
    """May this person create, change and cancel what belongs to the network? (None: to the whole city.)"""
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return network is not None and network.organisers.filter(user=user).exists()


def is_organiser(user: User | AnonymousUser) -> bool:
    """Does this person run anything?"""
    return organised_networks(user).exists()
