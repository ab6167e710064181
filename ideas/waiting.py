"""What waits for organisers: ideas without an answer and since when, and what people reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.overview import Line
from ideas.answering import WAITED
from ideas.models import Call, Comment, Idea, Report
from ideas.models.calls import CallQuerySet
from ideas.reports import author_of
from volunteers.models import Network, User


def with_waiting(calls: CallQuerySet) -> CallQuerySet:
    """Adds ``waiting`` (ideas without an answer), ``oldest`` (since when the first of them waits) and ``reported``."""
    unanswered = Q(ideas__state__in=Idea.UNANSWERED)
    reports = Report.objects.filter(idea__call=OuterRef("pk"), settled_at=None).order_by().values("idea__call")
    return calls.annotate(
        waiting=Count("ideas", filter=unanswered),
        oldest=Min("ideas__waiting_since", filter=unanswered),
        reported=Coalesce(Subquery(reports.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
    )


def count_for(user: User) -> int:
    """How many ideas wait for an answer in the calls that this person organises."""
    return Idea.objects.unanswered().filter(call__in=Call.objects.organised_by(user)).count()


def count_in(networks: QuerySet[Network] | Iterable[Network]) -> int:
    """How many ideas wait for an answer in the calls of these networks."""
    return Idea.objects.unanswered().filter(call__network__in=networks).count()


@dataclass(frozen=True)
class Clock:
    """How long something has waited, in whole days; ``late``: by how many days its answer is overdue."""

    days: int
    late: int

    @property
    def is_long(self) -> bool:
        """Is it time for the responsible organiser's reminder?"""
        return self.days >= WAITED.days

    @property
    def words(self) -> str:
        if self.days < 1:
            return _("since today")
        return ngettext("for %(count)d day", "for %(count)d days", self.days) % {"count": self.days}


def clock_of(call: Call, since: dt.datetime, now: dt.datetime | None = None) -> Clock:
    """The clock of an idea of the call that has waited since then."""
    now = now or timezone.now()
    late = (timezone.localdate(now) - call.answer_by).days if call.answer_by else 0
    return Clock((now - since).days, max(late, 0))


def days_left(call: Call, now: dt.datetime | None = None) -> int | None:
    """Days until the answers are due: 0 on that day, negative past it; None when no day was said."""
    return (call.answer_by - timezone.localdate(now)).days if call.answer_by else None


def lines_for(user: User | AnonymousUser) -> list[Line]:
    """What the back office's first page says of ideas, call by call, the one that waits longest first. One query."""
    found = []
    calls = with_waiting(Call.objects.organised_by(user).published())
    for call in calls.filter(Q(waiting__gt=0) | Q(reported__gt=0)).order_by(F("oldest").asc(nulls_last=True), "pk"):
        url = reverse("organise-ideas:desk", args=[call.pk])
        if call.waiting:  # type: ignore[attr-defined]
            found.append(Line("lightbulb", call.title, url, words_for(call)))
        if call.reported:  # type: ignore[attr-defined]
            found.append(Line("flag", call.title, f"{url}?reported=on", words_reported(call.reported)))  # type: ignore[attr-defined]
    return found


def words_for(call: Call) -> str:
    """Of a call ``with_waiting``: how many ideas wait for an answer, and the oldest for how long; or ""."""
    count: int = call.waiting  # type: ignore[attr-defined]
    if not count:
        return ""
    oldest = clock_of(call, call.oldest)  # type: ignore[attr-defined]
    said = ngettext(
        "%(count)d idea waits for an answer, %(days)s",
        "%(count)d ideas wait for an answer, the oldest %(days)s",
        count,
    ) % {"count": count, "days": oldest.words}
    return f"{said}, {words_late(oldest.late)}" if oldest.late else said


def words_late(days: int) -> str:
    return ngettext("late by %(count)d day", "late by %(count)d days", days) % {"count": days}


def words_reported(count: int) -> str:
    return ngettext("%(count)d report to look at", "%(count)d reports to look at", count) % {"count": count}


@dataclass(frozen=True)
class Row:
    """An idea on the desk. ``clock`` is None once it is answered, merged or withdrawn."""

    idea: Idea
    author: str
    clock: Clock | None
    comments: int
    merged: int
    reports: int


def rows_of(call: Call, ideas: Iterable[Idea]) -> list[Row]:
    """The ideas of a page of the desk. As many queries for one as for all."""
    ideas = list(ideas)
    keys = [idea.pk for idea in ideas]
    said = Comment.objects.filter(Q(idea__in=keys) | Q(idea__head__in=keys), hidden_at=None).order_by()
    comments = dict(said.values_list(Coalesce(F("idea__head"), F("idea"))).annotate(Count("pk")))
    merged = dict(Idea.objects.filter(head__in=keys).order_by().values_list("head").annotate(Count("pk")))
    open_reports = Report.objects.filter(idea__in=keys, settled_at=None).order_by()
    reports = dict(open_reports.values_list("idea").annotate(Count("pk")))
    return [
        Row(
            idea=idea,
            author=author_of(idea),
            clock=clock_of(call, idea.waiting_since) if idea.is_unanswered else None,
            comments=comments.get(idea.pk, 0),
            merged=merged.get(idea.pk, 0),
            reports=reports.get(idea.pk, 0),
        )
        for idea in ideas
    ]
