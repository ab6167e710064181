"""Several ideas sorted at once: all of them, or none when one of them cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from ideas import sorting
from ideas.calling import IdeaRefused
from ideas.models import Idea
from volunteers.models import User


def study(ideas: Iterable[Idea], *, by: User) -> None:
    """Puts each under study (``sorting.study``), in one transaction. Harmless twice."""
    _each(ideas, lambda idea: sorting.study(idea, by=by))


def merge(ideas: Iterable[Idea], *, into: Idea, reason: str, by: User) -> list[Idea]:
    """Merges each into the one that stands (``sorting.merge``), in one transaction; that one is left as it is.

    Gives those that were merged by this. Harmless twice. Locks the call's row first, as all that sorts does.
    """
    others = [idea for idea in ideas if idea.pk != into.pk]
    if not others:
        raise IdeaRefused(_("Choose at least two ideas, and which of them stands."))
    before = dict(Idea.objects.filter(pk__in=[idea.pk for idea in others]).values_list("pk", "merged_into"))
    _each(others, lambda idea: sorting.merge(idea, into=into, reason=reason, by=by))
    after = Idea.objects.in_bulk([idea.pk for idea in others])
    return [after[idea.pk] for idea in others if after[idea.pk].merged_into_id != before[idea.pk]]


def unmerge(ideas: Iterable[Idea], *, by: User) -> None:
    """Takes merges back (``sorting.unmerge``), in one transaction. Harmless twice."""
    _each(ideas, lambda idea: sorting.unmerge(idea, by=by))


def _each(ideas: Iterable[Idea], act: Callable[[Idea], object]) -> None:
    """Names the idea at which it stops."""
    with transaction.atomic():
        for idea in sorted(ideas, key=lambda one: one.pk):
            try:
                act(idea)
            except IdeaRefused as refusal:
                raise IdeaRefused(
                    _("“%(title)s”: %(why)s Nothing was changed.") % {"title": idea.title, "why": refusal}
                ) from refusal
