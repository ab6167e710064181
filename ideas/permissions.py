"""Who may do what in a call, and when. Pages and verbs' callers ask only these; lists use ``CallQuerySet.visible_to``.

What a person may do depends on the call's phases: what runs now is ``Call.is_in``. Every function takes the moment
(``now``, an aware datetime; by default this one), so that the second before and after a boundary can be asked about.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from ideas.models import Call, Comment, Idea, Phase
from volunteers import permissions as volunteers
from volunteers.models import Association, User

Person = User | AnonymousUser
Kind = Phase.Kind


def can_organise(user: Person, call: Call) -> bool:
    """May this person prepare the call, sort and answer its ideas, moderate what is said?"""
    return volunteers.can_organise(user, call.network)


def can_see(user: Person, call: Call) -> bool:
    """Everybody sees what is published; a draft is seen by those who prepare it."""
    return call.state == Call.State.PUBLISHED or can_organise(user, call)


def associations_of(user: Person) -> QuerySet[Association]:
    """Those in whose name this person may propose."""
    if not user.is_authenticated or not user.is_active:
        return Association.objects.none()
    return Association.objects.filter(members__user=user)


def is_addressed(user: Person, call: Call) -> bool:
    """Is this person among those whom the call asks?"""
    if not user.is_authenticated or not user.is_active:
        return False
    if call.audience == Call.Audience.ASSOCIATIONS:
        return associations_of(user).exists()
    if call.audience == Call.Audience.MEMBERS and call.network_id:
        return _profile(user) and user.volunteer.memberships.filter(network=call.network_id, left_at=None).exists()
    return True


def can_propose(user: Person, call: Call, now: dt.datetime | None = None) -> bool:
    """While the call for ideas runs, whoever it is addressed to."""
    return call.is_in(Kind.CALL, now) and is_addressed(user, call)


def can_edit(user: Person, idea: Idea, now: dt.datetime | None = None) -> bool:
    """One's own idea, until the call closes or the idea is answered."""
    return is_author(user, idea) and idea.call.is_in(Kind.CALL, now) and idea.is_unanswered


def can_withdraw(user: Person, idea: Idea, now: dt.datetime | None = None) -> bool:
    """One's own idea, until it is answered or merged; not while people vote on it."""
    public = idea.call.state == Call.State.PUBLISHED
    return is_author(user, idea) and public and idea.is_unanswered and not idea.call.is_voted_on(now)


def can_support(user: Person, idea: Idea, now: dt.datetime | None = None) -> bool:
    """Anyone signed in but its authors, from the opening until it is answered. ``idea`` stands for itself."""
    return takes_part(user, idea.call, now) and idea.is_unanswered and not is_author(user, idea)


def can_comment(user: Person, idea: Idea, now: dt.datetime | None = None) -> bool:
    """Anyone signed in, until the end of the call's last phase."""
    return takes_part(user, idea.call, now) and not idea.is_hidden


def can_report(user: Person, idea: Idea) -> bool:
    """Anyone signed in, whenever it can be read."""
    return user.is_authenticated and user.is_active and idea.call.state == Call.State.PUBLISHED


def has_a_vote(user: Person, call: Call) -> bool:
    """Members of the network where the call is theirs, else anyone signed in; whether the vote runs or not."""
    if not call.vote or not user.is_authenticated or not user.is_active or not _profile(user):
        return False
    return is_addressed(user, call) or call.audience == Call.Audience.ASSOCIATIONS


def can_vote(user: Person, call: Call, now: dt.datetime | None = None) -> bool:
    """Whoever has a vote, while it runs."""
    return call.sealed_at is None and call.is_in(Kind.VOTE, now) and has_a_vote(user, call)


def can_sort(user: Person, idea: Idea) -> bool:
    """Study, group, merge, send elsewhere, ask, answer, hide: the call's organisers, once it is published."""
    return idea.call.state == Call.State.PUBLISHED and can_organise(user, idea.call)


def can_moderate(user: Person, comment: Comment) -> bool:
    return can_sort(user, comment.idea)


def is_author(user: Person, idea: Idea) -> bool:
    """Did this person propose it, or does the association that did count them among its members?"""
    if not user.is_authenticated or not user.is_active:
        return False
    if idea.author is not None and idea.author.user_id == user.pk:
        return True
    return idea.association_id is not None and associations_of(user).filter(pk=idea.association_id).exists()


def takes_part(user: Person, call: Call, now: dt.datetime | None = None) -> bool:
    """Signed in, in a call that is open to what people say."""
    now = now or timezone.now()
    begun = call.state == Call.State.PUBLISHED and not call.is_announced(now) and not call.is_over(now)
    return begun and user.is_authenticated and user.is_active and _profile(user)


def _profile(user: Person) -> bool:
    return hasattr(user, "volunteer")
