"""Who may run which network. Every room's permissions build on these."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from volunteers.models import Membership, Network, NetworkOrganiser, User, Volunteer, VolunteerImport


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


def organisers_of(networks: QuerySet[Network]) -> QuerySet[User]:
    """Who runs one of these networks, administrators left out."""
    return User.objects.filter(
        is_active=True, pk__in=NetworkOrganiser.objects.filter(network__in=networks).values("user")
    )


def is_organiser(user: User | AnonymousUser) -> bool:
    """Does this person run anything? An administrator does before there is any network: the whole city."""
    return can_organise(user, None) or organised_networks(user).exists()


def visible_volunteers(user: User | AnonymousUser) -> QuerySet[Volunteer]:
    """The people who belong, now, to a network that this person runs."""
    networks = organised_networks(user).values("pk")
    return Volunteer.objects.filter(
        Exists(Membership.objects.filter(volunteer=OuterRef("pk"), network__in=networks, left_at=None))
    )


def visible_imports(user: User | AnonymousUser) -> QuerySet[VolunteerImport]:
    """The lists sent in for the networks that this person runs."""
    return VolunteerImport.objects.filter(network__in=organised_networks(user).values("pk"))


def can_import(user: User | AnonymousUser, sent: VolunteerImport) -> bool:
    """May this person confirm or cancel the list? Only whoever sent it: the preview was made with their rights."""
    return sent.created_by_id == user.pk and can_organise(user, sent.network)
