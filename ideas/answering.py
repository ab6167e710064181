"""The public answer to an idea: adopted, declined or out of scope, by whom, when and why. And the clock until then."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import telling
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea, Step
from ideas.models.ideas import IdeaQuerySet
from ideas.proposing import hold
from mail import queuing
from mail.kinds import Letter
from mail.models import Message
from volunteers.models import NetworkOrganiser, User

WAITED = dt.timedelta(days=14)  # then the responsible organiser is reminded, and again each week
AGAIN = dt.timedelta(days=6, hours=12)  # a week, for a task that runs once a day and not always on the minute
SHOWN = 50  # ideas in a reminder
REMINDER = "ideas/waiting"
GONE = Q(responsible=None) | Q(responsible__is_active=False)  # of a call: nobody is left who must answer


def answer(idea: Idea, *, state: str, reason: str, by: User) -> Idea:
    """Decides, with a reason that everybody may read; tells authors and supporters, of merged ideas too.

    ``state`` is one of Idea.DECIDED. An answer may be replaced by another one: both stay in the idea's story. The same
    one twice changes nothing. Refuses without a reason, for an idea that was merged (its answer is the other
    one's) or withdrawn, and for one that was refused before the vote while that goes on (``_check_vote``).
    """
    reason = reason.strip()
    if state not in Idea.DECIDED:
        raise IdeaRefused(_("Choose the answer: adopted, declined or out of scope."))
    if not reason:
        raise IdeaRefused(_("An answer needs a reason that everybody may read."))
    with transaction.atomic():
        row = hold(idea)
        if row.state == Idea.State.MERGED:
            raise IdeaRefused(_("This idea was merged: answer the one that it was merged into."))
        if row.state == Idea.State.WITHDRAWN:
            raise IdeaRefused(_("This idea was withdrawn by its author."))
        last = answer_of(row)
        if row.state == state and last is not None and last.reason == reason:
            return row
        _check_vote(row)
        before, row.state, row.answered_at = row.state, state, timezone.now()
        row.save(update_fields=["state", "answered_at"])
        telling.tell([telling.step(row, Step.Kind.ANSWERED, before=before, by=by, reason=reason, by_organisers=True)])
    return row


def reopen(idea: Idea, *, reason: str, by: User) -> Idea:
    """Takes an answer back: the idea is open again, and waits from now on. Its people are told. Harmless twice."""
    with transaction.atomic():
        row = hold(idea)
        if row.is_unanswered:
            return row
        if row.state not in Idea.DECIDED:
            raise IdeaRefused(_("Only an answered idea can be opened again."))
        _check_vote(row)
        before, row.state = row.state, Idea.State.OPEN
        row.answered_at, row.waiting_since = None, timezone.now()
        row.save(update_fields=["state", "answered_at", "waiting_since"])
        step = telling.step(row, Step.Kind.REOPENED, before=before, by=by, reason=reason.strip(), by_organisers=True)
        telling.tell([step])
    return row


def _check_vote(idea: Idea) -> None:
    """What was refused before the vote does not come into it: people choose between the same ideas to the end."""
    if idea.missed_vote:
        raise IdeaRefused(_("The vote began without this idea: change its answer once the vote has been counted."))


def answer_of(idea: Idea) -> Step | None:
    """The answer that stands, of an idea that has one."""
    if idea.state not in Idea.DECIDED:
        return None
    return idea.steps.filter(kind=Step.Kind.ANSWERED).select_related("by").order_by("at", "pk").last()


def remind(now: dt.datetime | None = None) -> int:
    """Tells each responsible organiser, once a week, of the ideas that wait for too long. Returns how many are told.

    Those wait for two weeks, or in a call whose day of answers is past. Where whoever must answer has gone, all the
    network's organisers are told, and the administrators where there are none. Harmless twice: a day's mail has one
    key.
    """
    now = now or timezone.now()
    calls = Call.objects.filter(pk__in=_waiting(now).values("call"))
    left = calls.filter(GONE)
    people = User.objects.filter(
        Q(pk__in=calls.exclude(GONE).values("responsible"))
        | Q(pk__in=NetworkOrganiser.objects.filter(network__in=left.values("network")).values("user"))
        | Q(Exists(left.filter(network__organisers=None)), is_superuser=True),
        is_active=True,
    )
    told = Message.objects.filter(kind=REMINDER, user=OuterRef("pk"), created_at__gt=now - AGAIN)
    day = timezone.localdate(now).isoformat()
    letters = [
        queuing.draft(REMINDER, key=f"{REMINDER}:{user.pk}:{day}", user=user, context={"user": user.pk})
        for user in people.exclude(Exists(told)).order_by("pk")
    ]
    if letters:
        queuing.queue_many(letters)
    return len(letters)


def _waiting(now: dt.datetime) -> IdeaQuerySet:
    """The ideas that have waited for too long."""
    late = Q(waiting_since__lte=now - WAITED) | Q(call__answer_by__lt=timezone.localdate(now))
    return Idea.objects.unanswered().filter(late, call__state=Call.State.PUBLISHED)


def compose_reminder(context: dict[str, int]) -> Letter | None:
    """The ideas that wait, the longest first, fifty at most, and how many there are; None once they are answered."""
    user = User.objects.filter(pk=context["user"], is_active=True).first()
    if user is None:
        return None
    now = timezone.now()
    left = Call.objects.organised_by(user).filter(GONE)
    waiting = _waiting(now).filter(Q(call__responsible=user) | Q(call__in=left.values("pk")))
    ideas = list(waiting.select_related("call").order_by("waiting_since", "pk")[:SHOWN])
    if not ideas:
        return None
    news = [{"idea": idea, "days": (now - idea.waiting_since).days, "url": telling.url_of(idea)} for idea in ideas]
    return Letter({"ideas": news, "count": waiting.count(), "first_name": user.first_name})
