"""Who may see and change trainings. The agenda's own rights are in events.permissions."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from events import permissions as events
from events.models import Registration, Slot
from trainings.models import Material, Session, Training
from volunteers.models import User
from volunteers.permissions import organised_networks


def visible_trainings(user: User | AnonymousUser | None) -> QuerySet[Training]:
    """Those with a published date; an organiser also sees those of their own networks."""
    public = Q(Exists(Session.objects.filter(training=OuterRef("pk")).exclude(slot__state=Slot.State.DRAFT)))
    if user is not None and user.is_authenticated:
        public |= Q(network__in=organised_networks(user))
    return Training.objects.filter(public)


def can_see_session(user: User | AnonymousUser, session: Session) -> bool:
    """Everybody sees what is published; a draft is seen by those who prepare it."""
    return session.slot.state != Slot.State.DRAFT or events.can_see_registered(user, session.slot)


def readable_material(user: User | AnonymousUser, *, acting: User | AnonymousUser) -> QuerySet[Material]:
    """The files that this person may have now.

    Who is registered (confirmed) has what comes before; what comes after, once that date is over. Who organises or is
    in charge has all of it, in the role that counts on this page (``volunteers.backoffice.acting_user``).
    """
    if not user.is_authenticated or not user.is_active:
        return Material.objects.none()
    own = Registration.objects.filter(volunteer__user=user.pk, state=Registration.State.CONFIRMED)
    over = own.filter(slot__ends_at__lte=timezone.now())
    readable = (Q(moment=Material.Moment.BEFORE) & _of_a_date_in(own)) | _of_a_date_in(over)
    if acting.is_authenticated:
        readable |= Q(training__network__in=organised_networks(acting))
        in_charge = Session.objects.filter(slot__people_in_charge=acting.pk)
        readable |= Q(Exists(in_charge.filter(training=OuterRef("training"))), session=None)
        readable |= Q(Exists(in_charge.filter(pk=OuterRef("session"))))
    return Material.objects.filter(readable)


def _of_a_date_in(registrations: QuerySet[Registration]) -> Q:
    """Material for the date of one of these registrations, or for all dates of its training."""
    for_all = Q(Exists(registrations.filter(slot__session__training=OuterRef("training"))), session=None)
    return for_all | Q(Exists(registrations.filter(slot__session=OuterRef("session"))))
