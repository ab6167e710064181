"""Who is told what became of an idea: its authors and supporters, in one mail a day. Of what was hidden, who wrote it.

The mail of a day tells every step from six in the evening, the city's time, to six the next. It leaves a few minutes
later, when what was being written at six is there to be read, and is composed as it leaves: a merge that was undone the
same day is nobody's news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import get_current_timezone

from ideas.models import Comment, Idea, Step, Support
from mail import queuing
from mail.kinds import Letter
from mail.models import Message
from volunteers.models import AssociationMember, User

HOUR = 18
SETTLED = dt.timedelta(minutes=5)  # several times the longest that a step may take to be committed
KIND = "ideas/news"
# What people are told; what they did themselves they are not.
TOLD = (
    Step.Kind.STUDYING,
    Step.Kind.ASKED,
    Step.Kind.MERGED,
    Step.Kind.UNMERGED,
    Step.Kind.MOVED,
    Step.Kind.ANSWERED,
    Step.Kind.REOPENED,
    Step.Kind.OUTCOME,
    Step.Kind.WITHDRAWN,
)
TOLD_TO_AUTHOR = (Step.Kind.HIDDEN, Step.Kind.SHOWN)  # of the idea, or of the comment


def next_mail(now: dt.datetime) -> dt.datetime:
    """The end of that moment's day of news: the first six o'clock in the evening after it."""
    local = now.astimezone(get_current_timezone())
    day = local.date() + dt.timedelta(days=local.time() >= dt.time(HOUR))
    return _evening(day)


def tell(steps: Iterable[Step]) -> None:
    """Queues the evening's mail for all whom these steps concern, inside the caller's transaction.

    Those who made a step are not told of it. One statement for all people of a day.
    """
    days: dict[dt.datetime, list[Step]] = {}
    for step in steps:
        if step.kind in TOLD:
            days.setdefault(next_mail(step.at), []).append(step)
        elif step.kind in TOLD_TO_AUTHOR:
            _queue(authors_of(step).exclude(pk__in=filter(None, [step.by_id])), next_mail(step.at))
    for evening, told in days.items():  # two when six o'clock strikes in between
        ideas = {idea for step in told for idea in (step.idea_id, step.into_id) if idea}
        makers = {step.by_id for step in told if step.by_id}
        _queue(concerned(ideas).exclude(pk__in=makers), evening)


def _queue(users: QuerySet[User], evening: dt.datetime) -> None:
    queuing.queue_many(
        queuing.draft(
            KIND,
            key=f"ideas:{user.pk}:{evening.date().isoformat()}",
            user=user,
            context={"user": user.pk, "evening": evening.isoformat()},
            priority=Message.Priority.NORMAL,
            not_before=evening + SETTLED,
        )
        for user in users
    )


def concerned(ideas: set[int]) -> QuerySet[User]:
    """The accounts of the authors and supporters of those ideas, of what was merged into them included.

    The author of an association's idea is each of its members (``permissions.is_author``).
    """
    rows = Idea.objects.filter(Q(pk__in=ideas) | Q(head__in=ideas))
    authors = rows.exclude(author=None).order_by().values("author")
    supporters = (
        Support.objects.filter(idea__in=rows.order_by().values("pk")).exclude(volunteer=None).values("volunteer")
    )
    members = AssociationMember.objects.filter(association__in=rows.exclude(association=None).values("association"))
    people = Q(volunteer__in=authors) | Q(volunteer__in=supporters) | Q(pk__in=members.values("user"))
    return User.objects.filter(people, is_active=True).order_by("pk")


def authors_of(step: Step) -> QuerySet[User]:
    """The accounts of who wrote the text that was hidden or shown: of the comment, or of the idea."""
    text = step.comment or step.idea
    people = Q(volunteer__in=[text.author_id] if text.author_id else [])
    if isinstance(text, Idea) and text.association_id:
        people |= Q(association_roles__association=text.association_id)
    return User.objects.filter(people, is_active=True).order_by("pk").distinct()


def count_told(ideas: Iterable[Idea], *, by: User) -> int:
    """How many people would be told of a step of these ideas that this person makes."""
    return int(concerned({idea.pk for idea in ideas}).exclude(pk=by.pk).count())


def compose(context: dict[str, Any]) -> Letter | None:
    """The steps of the day before that evening, by idea; None when none of them is left to tell.

    They are those of the ideas that the person proposed or supports as it leaves, of what these were merged into, and
    of what was merged into these; and what was hidden or shown again of the person's own words. As many queries
    whatever the number of ideas.
    """
    user = User.objects.filter(pk=context["user"], is_active=True).first()
    if user is None:
        return None
    until = dt.datetime.fromisoformat(context["evening"])
    since = _evening(until.astimezone(get_current_timezone()).date() - dt.timedelta(days=1))
    # Three questions, each answered by an index: together they would read every support there is.
    proposed = dict(Idea.objects.filter(author__user=user).order_by().values_list("pk", "head"))
    members = Idea.objects.filter(association__in=user.association_roles.values("association"))
    proposed |= dict(members.order_by().values_list("pk", "head"))
    supported = Support.objects.filter(volunteer__user=user).values_list("idea", "idea__head")
    reads = {idea for pair in (*proposed.items(), *supported) for idea in pair if idea}
    said = list(Comment.objects.filter(author__user=user).values_list("pk", flat=True))
    told = Q(idea__in=reads, kind__in=TOLD) | Q(into__in=reads, kind__in=TOLD)
    own = Q(idea__in=proposed, comment=None, kind__in=TOLD_TO_AUTHOR)
    own |= Q(comment__in=said, kind__in=TOLD_TO_AUTHOR)
    steps = Step.objects.filter(told | own, at__gte=since, at__lt=until).exclude(by=user)
    steps = steps.select_related("idea__call", "into", "by", "comment")
    by_idea: dict[int, dict[str, Any]] = {}
    for step in _standing(list(steps)):
        news = by_idea.setdefault(step.idea_id, {"idea": step.idea, "steps": [], "url": url_of(step.idea)})
        news["steps"].append(step)
        news["mine"] = step.idea_id in proposed
        news["title"] = step.idea.title if news["mine"] else step.idea.shown_title
    if not by_idea:
        return None
    return Letter({"news": list(by_idea.values()), "first_name": user.first_name})


def url_of(idea: Idea) -> str:
    """The idea's own page, with the host."""
    return settings.SITE_URL + reverse("ideas:idea", args=[idea.pk])


def step(
    idea: Idea, kind: str, *, before: str, by: User | None, reason: str = "", by_organisers: bool = False, **more: Any
) -> Step:
    """Writes a line of the idea's public story, from the state it had ``before`` to the one it has."""
    return Step.objects.create(
        idea=idea,
        kind=kind,
        from_state=before,
        to_state=idea.state,
        reason=reason,
        by=by,
        by_organisers=by_organisers,
        at=timezone.now(),
        **more,
    )


def _standing(steps: list[Step]) -> list[Step]:
    """Without what was undone since, and its undoing: merges, texts that were hidden."""
    undoes = {Step.Kind.UNMERGED: Step.Kind.MERGED, Step.Kind.SHOWN: Step.Kind.HIDDEN}
    done: dict[tuple[str, int, int | None], int] = {}
    undone: set[int] = set()
    for step in steps:
        done[step.kind, step.idea_id, step.comment_id] = step.pk
        before = done.pop((undoes.get(Step.Kind(step.kind), ""), step.idea_id, step.comment_id), None)
        if before is not None:
            undone |= {before, step.pk}
    return [step for step in steps if step.pk not in undone]


def _evening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(HOUR), get_current_timezone())
