"""A person leaves: their ideas, supports and comments stay without them; their ballot and reports go."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ideas.models import Ballot, Call, Comment, Idea, Support
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Takes back an open ballot. The rest loses the person when the account disappears. Harmless twice.

    Where somebody supports an idea and one merged into it, one support stays: they were one person. Locks the rows of
    the calls with an idea or a ballot of theirs, or one that they support, before any idea: whoever sorts there writes
    to them. In the order of their keys, as everybody must who holds several.
    """
    calls = Q(pk__in=Idea.objects.filter(author__user=user).values("call"))
    calls |= Q(pk__in=Support.objects.filter(volunteer__user=user).values("idea__call"))
    calls |= Q(pk__in=Ballot.objects.filter(volunteer__user=user).values("call"))
    list(Call.objects.select_for_update(no_key=True).filter(calls).order_by("pk").values_list("pk"))
    own = Support.objects.filter(volunteer__user=user)
    twice = own.filter(idea__head__isnull=False).filter(
        Exists(own.filter(idea=OuterRef("idea__head")))
        | Exists(own.filter(idea__head=OuterRef("idea__head"), pk__lt=OuterRef("pk")))
    )
    Support.objects.filter(pk__in=list(twice.values_list("pk", flat=True))).delete()
    Ballot.objects.filter(volunteer__user=user).delete()


def contributed(since: dt.datetime) -> Exists:
    """Accounts that proposed, supported or said something since then (see ``volunteers.idling.register``)."""
    own = {"volunteer__user": OuterRef("pk")}
    return Exists(Support.objects.filter(**own, given_at__gte=since))


def proposed(since: dt.datetime) -> Exists:
    """Accounts whose idea, proposed since then, may still be answered."""
    return Exists(Idea.objects.filter(author__user=OuterRef("pk"), proposed_at__gte=since))


def said(since: dt.datetime) -> Exists:
    return Exists(Comment.objects.filter(author__user=OuterRef("pk"), written_at__gte=since))


KEPT = (
    Rule(
        "ideas_idea",
        _("Ideas that you proposed, and what you said under others"),
        _("To answer each in public"),
        _("As long as the board stands; without your name once you delete your account"),
        "",
    ),
    Rule(
        "ideas_support",
        _("Which ideas you support"),
        _("To count each person once, and to tell you what came of them"),
        _("As long as the board stands; without you once you delete your account"),
        "",
    ),
    Rule(
        "ideas_ballot",
        _("Your ballot in a vote"),
        _("To let you change it until the vote closes"),
        _("Until the vote closes: it is then counted and deleted"),
        "ideas.tasks.close_votes",
    ),
)
