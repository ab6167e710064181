"""What the board and a call's page show: calls with their phases and counts, ideas with their answers and outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict

from ideas import outcomes, reports
from ideas.filters import NEWEST, SUPPORTED, CallFilter, IdeaFilter, NarrowingFilter
from ideas.models import Call, Comment, Idea, Phase, Step, Support
from ideas.outcomes import Shown
from volunteers.models import Volunteer

PER_PAGE = 20
PAST_PER_PAGE = 10
TAKES_PART = (Phase.Kind.CALL, Phase.Kind.VOTE)


@dataclass(frozen=True)
class CallRow:
    """A call on the board."""

    call: Call
    standing: list[str]
    steps: list[dict[str, Any]]

    @property
    def first(self) -> dt.datetime:
        return min(step["date"] for step in self.steps)

    @property
    def last(self) -> dt.datetime:
        return max(step["until"] for step in self.steps)


@dataclass(frozen=True)
class IdeaRow:
    """An idea in a list, with what is said of it elsewhere. ``may_support``: by this reader, now."""

    idea: Idea
    author: str
    merged: int
    comments: int
    answer: str
    answer_language: str
    outcomes: list[Shown]
    supported: bool
    mine: bool
    may_support: bool


@dataclass(frozen=True)
class Board:
    """The calls that go on, then a page of those that are over."""

    rows: list[CallRow]
    past: list[CallRow]
    page_obj: Page[Call]
    form: forms.Form
    chips: list[dict[str, str]]


@dataclass(frozen=True)
class Browse:
    """A page of a call's ideas, as the address narrows and orders them."""

    rows: list[IdeaRow]
    page_obj: Page[Idea]
    form: forms.Form
    chips: list[dict[str, str]]


def board(parameters: QueryDict) -> Board:
    """Every published call that the address asks for. As many queries for one as for all."""
    calls = Call.objects.published().with_counts().select_related("network").prefetch_related("phases")
    filterset = CallFilter(parameters, queryset=calls)
    over = Call.objects.over().values("pk")
    past = Paginator(filterset.qs.filter(pk__in=over), PAST_PER_PAGE).get_page(parameters.get("page"))
    return Board(
        rows=_first_what_one_can_do(_call_rows(filterset.qs.exclude(pk__in=over))),
        past=_call_rows(past),
        page_obj=past,
        form=filterset.form,
        chips=_chips(filterset, parameters),
    )


def browse(call: Call, parameters: QueryDict, *, reader: Volunteer | None, takes_part: bool) -> Browse:
    """The call's ideas that the address asks for. As many queries for one as for two thousand.

    While ideas are sent the newest come first, so that each is seen; afterwards the most supported. ``takes_part``:
    whether this reader may support any of them now.
    """
    first = NEWEST if call.is_in(Phase.Kind.CALL) else SUPPORTED
    filterset = IdeaFilter(parameters, queryset=shown(call.ideas.all()), call=call, reader=reader, first=first)
    page = Paginator(filterset.qs, PER_PAGE).get_page(parameters.get("page"))
    rows = idea_rows(page, reader=reader, takes_part=takes_part)
    return Browse(rows, page, filterset.form, _chips(filterset, parameters))


def shown(ideas: QuerySet[Idea]) -> QuerySet[Idea]:
    """With all that a row says of the idea itself."""
    return ideas.select_related("call", "author__user", "association", "district", "group", "head")


def idea_rows(ideas: Iterable[Idea], *, reader: Volunteer | None, takes_part: bool = False) -> list[IdeaRow]:
    """The ideas of a page of a list (see ``shown``), for one reader. As many queries for one as for all."""
    ideas = list(ideas)
    keys = [idea.pk for idea in ideas]
    below = Q(idea__in=keys) | Q(idea__head__in=keys)
    merged = dict(Idea.objects.filter(head__in=keys).order_by().values_list("head").annotate(Count("pk")))
    said = Comment.objects.filter(below, hidden_at=None).order_by()
    comments = dict(said.values_list(Coalesce(F("idea__head"), F("idea"))).annotate(Count("pk")))
    answered = Step.objects.filter(idea__in=keys, kind=Step.Kind.ANSWERED).order_by("at", "pk")
    answers = {idea: said for idea, *said in answered.values_list("idea", "reason", "language")}  # the last one stays
    found = outcomes.of_ideas(ideas)
    supported: set[int] = set()
    mine: set[int] = set()
    if reader:
        own = Support.objects.filter(below, volunteer=reader)
        supported = set(own.values_list(Coalesce(F("idea__head"), F("idea")), flat=True))
        mine = set(Idea.objects.proposed_by(reader).filter(pk__in=keys).values_list("pk", flat=True))
    return [
        IdeaRow(
            idea=idea,
            author=reports.author_of(idea),
            merged=merged.get(idea.pk, 0),
            comments=comments.get(idea.pk, 0),
            answer=reports.first_sentence(answers[idea.pk][0])
            if idea.state in Idea.DECIDED and idea.pk in answers
            else "",
            answer_language=answers[idea.pk][1] if idea.pk in answers else "",
            outcomes=found.get(idea.pk, []),
            supported=idea.pk in supported,
            mine=idea.pk in mine,
            may_support=takes_part and idea.is_unanswered and not idea.is_hidden and idea.pk not in mine,
        )
        for idea in ideas
    ]


def _call_rows(calls: Iterable[Call]) -> list[CallRow]:
    return [CallRow(call, reports.standing(call), reports.steps_of(call)) for call in calls]


def _first_what_one_can_do(rows: list[CallRow]) -> list[CallRow]:
    """Calls that one can propose to or vote in come first, then those that go on without us."""
    return sorted(rows, key=lambda row: (row.standing[0] not in TAKES_PART, row.standing[0] == reports.ANNOUNCED))


def _chips(filterset: NarrowingFilter, parameters: QueryDict) -> list[dict[str, str]]:
    """What narrows the list now, each with the same page without it."""
    return [{"label": label, "url": _without(parameters, name)} for name, label in filterset.active()]


def _without(parameters: QueryDict, name: str) -> str:
    left = parameters.copy()
    for gone in (name, "page"):
        left.pop(gone, None)
    return f"?{left.urlencode()}"
