"""A person leaves: their ideas, supports and comments stay without them; their ballot and reports go."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ideas.models import Ballot, Call, Comment, Idea, Support
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Takes back an open ballot. The rest loses the person when the account disappears. Harmless twice.

    Where somebody supports an idea and one merged into it, both supports stay, and know that they were one person's:
    it is counted once, and again at each should the merge be undone. Nothing else ties supports to one another.

    Locks the rows of the calls with an idea or a ballot of theirs, or one that they support, before any idea: whoever
    sorts there writes to them. In the order of their keys, as everybody must who holds several.
    """
    calls = Q(pk__in=Idea.objects.filter(author__user=user).values("call"))
    calls |= Q(pk__in=Support.objects.filter(volunteer__user=user).values("idea__call"))
    calls |= Q(pk__in=Ballot.objects.filter(volunteer__user=user).values("call"))
    list(Call.objects.select_for_update(no_key=True).filter(calls).order_by("pk").values_list("pk"))
    together: dict[int, list[int]] = {}  # by the idea at which they are read
    own = Support.objects.filter(volunteer__user=user)
    for support, read_at in own.values_list("pk", Coalesce("idea__head", "idea")):
        together.setdefault(read_at, []).append(support)
    for supports in together.values():
        if len(supports) > 1:
            Support.objects.filter(pk__in=supports).update(left_as=uuid.uuid4())
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
        "ideas_report",
        _("What you reported under an idea, and why"),
        _("So that organisers look at it"),
        _("Until you delete your account"),
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
