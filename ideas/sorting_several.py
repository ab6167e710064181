"""Several ideas sorted at once: all of them, or none when one of them cannot be.

Whoever sorts several takes the rows of their calls, then theirs, each in the order of their keys: two organisers wait
for one another, and never in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from ideas import sorting
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea
from volunteers.models import User


def study(ideas: Iterable[Idea], *, by: User) -> None:
    """Puts each under study (``sorting.study``), in one transaction. Harmless twice."""
    _each(ideas, lambda idea: sorting.study(idea, by=by))


def merge(ideas: Iterable[Idea], *, into: Idea, reason: str, by: User) -> list[Idea]:
    """Merges each into the one that stands (``sorting.merge``), in one transaction; that one is left as it is.

    Gives those that were merged by this. Harmless twice.
    """
    others = [idea for idea in ideas if idea.pk != into.pk]
    if not others:
        raise IdeaRefused(_("Choose at least two ideas, and which of them stands."))
    keys = [idea.pk for idea in others]
    with transaction.atomic():
        _hold([*others, into])
        before = dict(Idea.objects.filter(pk__in=keys).values_list("pk", "merged_into"))
        _each(others, lambda idea: sorting.merge(idea, into=into, reason=reason, by=by))
        after = Idea.objects.in_bulk(keys)
    return [after[idea.pk] for idea in others if after[idea.pk].merged_into_id != before[idea.pk]]


def unmerge(ideas: Iterable[Idea], *, by: User) -> None:
    """Takes merges back (``sorting.unmerge``), in one transaction. Harmless twice."""
    _each(ideas, lambda idea: sorting.unmerge(idea, by=by))


def _each(ideas: Iterable[Idea], act: Callable[[Idea], object]) -> None:
    """One after the other, in one transaction that holds them all; names the idea at which it stops."""
    with transaction.atomic():
        _hold(ideas := list(ideas))
        for idea in sorted(ideas, key=lambda one: one.pk):
            try:
                act(idea)
            except IdeaRefused as refusal:
                raise IdeaRefused(
                    _("“%(title)s”: %(why)s Nothing was changed.") % {"title": idea.title, "why": refusal}
                ) from refusal


def _hold(ideas: list[Idea]) -> None:
    calls = Call.objects.select_for_update(no_key=True).filter(pk__in={idea.call_id for idea in ideas})
    list(calls.order_by("pk").values_list("pk"))
    rows = Idea.objects.select_for_update(no_key=True).filter(pk__in=[idea.pk for idea in ideas])
    list(rows.order_by("pk").values_list("pk"))
