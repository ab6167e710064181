"""What the board and a call's page show: calls with their phases and counts, ideas with their answers and outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from ideas import outcomes, reports
from ideas.models import Call, Comment, Idea, Step, Support
from ideas.outcomes import Shown
from volunteers.models import Volunteer


@dataclass(frozen=True)
class CallRow:
    """A call on the board."""

    call: Call
    standing: list[str]
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class IdeaRow:
    """An idea in a list, with what is said of it elsewhere."""

    idea: Idea
    author: str
    merged: int
    comments: int
    answer: str
    outcomes: list[Shown]
    supported: bool
    mine: bool


def call_rows(calls: Iterable[Call]) -> list[CallRow]:
    return [CallRow(call, reports.standing(call), reports.steps_of(call)) for call in calls]


def idea_rows(ideas: Iterable[Idea], *, reader: Volunteer | None) -> list[IdeaRow]:
    """The ideas of a page of a list, for one reader. As many queries for one as for all."""
    ideas = list(ideas)
    keys = [idea.pk for idea in ideas]
    below = Q(idea__in=keys) | Q(idea__head__in=keys)
    merged = dict(Idea.objects.filter(head__in=keys).order_by().values_list("head").annotate(Count("pk")))
    said = Comment.objects.filter(below, hidden_at=None).order_by()
    comments = dict(said.values_list(Coalesce(F("idea__head"), F("idea"))).annotate(Count("pk")))
    answered = Step.objects.filter(idea__in=keys, kind=Step.Kind.ANSWERED).order_by("at", "pk")
    answers = dict(answered.values_list("idea", "reason"))  # the last one stays
    found = outcomes.of_ideas(ideas)
    supported: set[int] = set()
    associations: set[int] = set()
    if reader:
        own = Support.objects.filter(below, volunteer=reader)
        supported = set(own.values_list(Coalesce(F("idea__head"), F("idea")), flat=True))
        associations = set(reader.user.association_roles.values_list("association", flat=True))
    return [
        IdeaRow(
            idea=idea,
            author=reports.author_of(idea),
            merged=merged.get(idea.pk, 0),
            comments=comments.get(idea.pk, 0),
            answer=reports.first_sentence(answers.get(idea.pk, "")) if idea.state in Idea.DECIDED else "",
            outcomes=found.get(idea.pk, []),
            supported=idea.pk in supported,
            mine=reader is not None and (idea.author_id == reader.pk or idea.association_id in associations),
        )
        for idea in ideas
    ]
