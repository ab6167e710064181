"""Who may see and change what of a Night. Lists use ``visible_...``, a page about one thing asks ``can_...``.

Two roles, beside the administrator's: an organiser of the network prepares all of it; a coordinator, who is in charge
of a headquarters' slot, sees and fills in that headquarters and its sectors, and nothing of the others.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.models import Slot
from events.night.models import (
    BoardChange,
    Edition,
    Headquarters,
    PaperFile,
    Participant,
    Partner,
    PeopleList,
    Roster,
    Sector,
    SectorImport,
)
from events.night.models.editions import EditionQuerySet
from events.night.models.headquarters import HeadquartersQuerySet
from events.night.models.participants import ParticipantQuerySet
from events.night.models.partners import PartnerQuerySet
from events.night.models.rosters import RosterQuerySet
from events.night.models.sectors import SectorQuerySet
from events.permissions import is_in_charge
from volunteers import permissions as volunteers
from volunteers.models import Network, User
from volunteers.permissions import organised_networks

Person = User | AnonymousUser


def night_networks(user: Person) -> QuerySet[Network]:
    """The networks for which this person may prepare a Night."""
    return organised_networks(user)


def visible_editions(user: Person) -> EditionQuerySet:
    """Those of one's networks, and those in which one coordinates a headquarters."""
    if not user.is_authenticated or not user.is_active:
        return Edition.objects.none()
    mine = Exists(Headquarters.objects.filter(edition=OuterRef("pk"), slot__in=_in_charge(user)))
    return Edition.objects.filter(Q(network__in=organised_networks(user)) | Q(mine))


def visible_headquarters(user: Person) -> HeadquartersQuerySet:
    """Those of one's networks' editions, and those that one coordinates."""
    if not user.is_authenticated or not user.is_active:
        return Headquarters.objects.none()
    return Headquarters.objects.filter(Q(edition__network__in=organised_networks(user)) | Q(slot__in=_in_charge(user)))


def visible_sectors(user: Person) -> SectorQuerySet:
    """The sectors of those headquarters."""
    return Sector.objects.filter(headquarters__in=visible_headquarters(user))


def visible_imports(user: Person) -> QuerySet[SectorImport]:
    """The files sent in for one's networks' editions."""
    return SectorImport.objects.filter(edition__network__in=organised_networks(user))


def visible_partners(user: Person) -> PartnerQuerySet:
    """The organisations that name people for one's networks' editions."""
    return Partner.objects.filter(edition__network__in=organised_networks(user))


def visible_people(user: Person) -> ParticipantQuerySet:
    """Whoever signed up with one's networks, and who is sent to a headquarters that one coordinates, or, while they
    are sent nowhere, has their seat there."""
    if not user.is_authenticated or not user.is_active:
        return Participant.objects.none()
    sent = Q(assignment__headquarters__slot__in=_in_charge(user))
    seated = Q(assignment=None, registration__slot__in=_in_charge(user))
    return Participant.objects.filter(Q(edition__network__in=organised_networks(user)) | sent | seated)


def visible_lists(user: Person) -> QuerySet[PeopleList]:
    """The lists of people that organisers have sent in for one's networks' editions."""
    return PeopleList.objects.filter(edition__network__in=organised_networks(user), partner=None)


def visible_rosters(user: Person) -> RosterQuerySet:
    """The runs of one's networks' editions; for whoever coordinates a headquarters, those for it alone, and the
    rosters of the whole edition."""
    editions, mine = visible_editions(user), visible_headquarters(user)
    done = Q(state=Roster.State.DONE, headquarters=None, edition__in=editions.order_by().values("pk"))
    of_mine = Q(headquarters__in=mine.order_by().values("pk"))
    return Roster.objects.filter(done | of_mine | Q(edition__network__in=organised_networks(user)))


def visible_papers(user: Person) -> QuerySet[PaperFile]:
    """Those of one's networks' editions, and those of the headquarters that one coordinates."""
    mine = Q(headquarters__in=visible_headquarters(user).order_by().values("pk"))
    return PaperFile.objects.filter(mine | Q(edition__network__in=organised_networks(user)))


def can_organise(user: Person, edition: Edition) -> bool:
    """May this person change the edition, its state, its headquarters' places and seats, and send in files?"""
    return volunteers.can_organise(user, edition.network)


def can_fill_in(user: Person, headquarters: Headquarters) -> bool:
    """May this person change what is said of the headquarters and of its sectors?"""
    return can_organise(user, headquarters.edition) or is_in_charge(user, headquarters.slot)


def can_compose(user: Person, edition: Edition, headquarters: Headquarters | None) -> bool:
    """May this person have teams composed, and decide what becomes of the roster? Of the whole edition, or of one
    headquarters alone: then whoever coordinates it may as well."""
    return can_organise(user, edition) or (headquarters is not None and can_fill_in(user, headquarters))


def can_take_back(user: Person, change: BoardChange) -> bool:
    """May this person undo a change of the board, or do it again? Coordinators, what was done in theirs alone."""
    if can_organise(user, change.board.edition):
        return True
    return change.headquarters() <= set(visible_headquarters(user).values_list("pk", flat=True))


def _in_charge(user: User) -> QuerySet[Slot]:
    return user.slots_in_charge.order_by().values("pk")  # type: ignore[return-value]
