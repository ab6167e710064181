"""The public answer to an idea: adopted, declined or out of scope, by whom, when and why. And the clock until then."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import telling
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea, Step
from ideas.proposing import hold
from mail import queuing
from mail.kinds import Letter
from volunteers.models import User

WAITED = dt.timedelta(days=14)  # then the responsible organiser is reminded, and again each week
REMINDER = "ideas/waiting"


def answer(idea: Idea, *, state: str, reason: str, by: User) -> Idea:
    """Decides, with a reason that everybody may read; tells authors and supporters, of merged ideas too.

    ``state`` is one of Idea.DECIDED. An answer may be replaced by another one: both stay in the idea's story. The same
    one twice changes nothing. Refuses without a reason, and for an idea that was merged (its answer is the other
    one's) or withdrawn.
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
        before, row.state = row.state, Idea.State.OPEN
        row.answered_at, row.waiting_since, row.reminded_at = None, timezone.now(), None
        row.save(update_fields=["state", "answered_at", "waiting_since", "reminded_at"])
        step = telling.step(row, Step.Kind.REOPENED, before=before, by=by, reason=reason.strip(), by_organisers=True)
        telling.tell([step])
    return row


def answer_of(idea: Idea) -> Step | None:
    """The answer that stands, of an idea that has one."""
    if idea.state not in Idea.DECIDED:
        return None
    return idea.steps.filter(kind=Step.Kind.ANSWERED).select_related("by").order_by("at", "pk").last()


def remind(now: dt.datetime | None = None) -> int:
    """Tells each responsible organiser, once a week, of the ideas that wait for more than two weeks. Returns how many.

    Ideas of a call whose day of answers is past count from that day on. Harmless twice: a week's mail has one key.
    """
    now = now or timezone.now()
    week = now.date().isocalendar()
    waiting = Idea.objects.unanswered().filter(waiting_since__lte=now - WAITED, call__state=Call.State.PUBLISHED)
    told = 0
    for user in User.objects.filter(calls__ideas__in=waiting, is_active=True).distinct().order_by("pk"):
        queuing.queue(
            REMINDER, key=f"ideas-waiting:{user.pk}:{week.year}-{week.week}", user=user, context={"user": user.pk}
        )
        told += 1
    return told


def compose_reminder(context: dict[str, int]) -> Letter | None:
    """The ideas that wait, by call, the longest first; None once they are answered."""
    user = User.objects.filter(pk=context["user"]).first()
    if user is None:
        return None
    late = timezone.now() - WAITED
    rows = Idea.objects.unanswered().filter(call__responsible=user, call__state=Call.State.PUBLISHED)
    ideas = list(rows.filter(waiting_since__lte=late).select_related("call").order_by("waiting_since", "pk")[:50])
    if not ideas:
        return None
    news = [
        {"idea": idea, "days": (timezone.now() - idea.waiting_since).days, "url": telling.url_of(idea)}
        for idea in ideas
    ]
    return Letter({"ideas": news, "first_name": user.first_name})
