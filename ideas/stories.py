"""The whole of one idea: what was merged into it, its answer, all that was said, and each step of its story."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from ideas import outcomes, reports
from ideas.models import Comment, Idea, Step
from ideas.outcomes import Shown


@dataclass(frozen=True)
class Line:
    """A step of the story, and who made it."""

    step: Step
    maker: str


@dataclass(frozen=True)
class Said:
    """A comment, who wrote it, and the idea it was written under when that is another one."""

    comment: Comment
    author: str
    under: Idea | None


@dataclass(frozen=True)
class Merged:
    """An idea that is read at this one."""

    idea: Idea
    author: str


@dataclass(frozen=True)
class Story:
    """All that the idea's page tells. ``answer`` is the one that stands."""

    idea: Idea
    author: str
    answer: Line | None
    outcomes: list[Shown]
    merged: list[Merged]
    comments: list[Said]
    lines: list[Line]
    why_merged: Step | None


def story_of(idea: Idea) -> Story:
    """Everything about an idea that stands for itself; of a merged one, its own lines and where they lead.

    As many queries whatever its size.
    """
    within = list(
        Idea.objects.within(idea).exclude(pk=idea.pk).select_related("author__user", "association", "district")
    )
    lines = [Line(step, reports.maker_of(step)) for step in _steps(idea)]
    answers = [line for line in lines if line.step.kind == Step.Kind.ANSWERED]
    merges = [line.step for line in lines if line.step.kind == Step.Kind.MERGED and line.step.idea_id == idea.pk]
    comments = Comment.objects.filter(idea__in=[idea.pk, *(one.pk for one in within)])
    return Story(
        idea=idea,
        author=reports.author_of(idea),
        answer=answers[-1] if answers and idea.state in Idea.DECIDED else None,
        outcomes=outcomes.of_ideas([idea]).get(idea.pk, []),
        merged=[Merged(one, reports.author_of(one)) for one in within],
        comments=[
            Said(comment, reports.speaker_of(comment), comment.idea if comment.idea_id != idea.pk else None)
            for comment in comments.select_related("idea__call__network", "author__user")
        ],
        lines=lines,
        why_merged=merges[-1] if merges and idea.head_id else None,
    )


def _steps(idea: Idea) -> list[Step]:
    """The idea's own steps, and the merges into it."""
    related = ("by", "idea__author__user", "idea__association", "idea__district", "idea__call__network", "into",
               "from_call")  # fmt: skip
    merges = Q(into=idea, kind__in=(Step.Kind.MERGED, Step.Kind.UNMERGED))
    return list(Step.objects.filter(Q(idea=idea) | merges, comment=None).select_related(*related))
