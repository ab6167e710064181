"""Who may see and change trainings. The agenda's own rights are in events.permissions."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from events import permissions as events
from events.models import Slot
from trainings.models import Session, Training
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
