"""What came of an idea, in whatever room: the rooms do not know one another, whoever composes them registers here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from ideas import telling
from ideas.models import Idea, Outcome, Step
from ideas.proposing import hold
from volunteers.models import User


@dataclass(frozen=True)
class OutcomeKind:
    """``words`` say what the idea became ("became this training"); ``page`` gives a row's public address or "".

    ``shown`` keeps, of many rows, those that everybody may see: one query, where ``page`` should ask none.
    """

    model: type[Model]
    words: str | Promise
    page: Callable[[Any], str]
    shown: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows


@dataclass(frozen=True)
class Shown:
    """An outcome as a page shows it."""

    words: str
    title: str
    url: str


_kinds: dict[str, OutcomeKind] = {}


def register(kind: OutcomeKind) -> None:
    _kinds[kind.model._meta.label] = kind


def link(idea: Idea, *, target: Model, by: User) -> Outcome:
    """Says what came of the idea, and tells its authors and supporters. Harmless twice.

    KeyError for a kind of row that nobody registered.
    """
    _kinds[target._meta.label]
    with transaction.atomic():
        row = hold(idea)
        kind = ContentType.objects.get_for_model(target)
        outcome, made = Outcome.objects.get_or_create(
            idea=row, content_type=kind, object_id=target.pk, defaults={"by": by}
        )
        if made:
            telling.tell([telling.step(row, Step.Kind.OUTCOME, before=row.state, by=by, by_organisers=True)])
    return outcome


def of_ideas(ideas: list[Idea]) -> dict[int, list[Shown]]:
    """By idea's key, what came of each that everybody may see. As many queries as there are kinds of it, and one."""
    made = list(Outcome.objects.filter(idea__in=ideas).values_list("idea", "content_type", "object_id"))
    rows: dict[tuple[int, int], Shown] = {}
    for kind in _kinds.values():
        type_key = ContentType.objects.get_for_model(kind.model).pk
        if keys := {key for _idea, found, key in made if found == type_key}:
            for row in kind.shown(kind.model._default_manager.filter(pk__in=keys)):
                if url := kind.page(row):
                    rows[type_key, row.pk] = Shown(str(kind.words), str(row), url)
    found_of: dict[int, list[Shown]] = {}
    for idea, type_key, key in made:
        if shown := rows.get((type_key, key)):
            found_of.setdefault(idea, []).append(shown)
    return found_of


def ideas_of(target: Model) -> list[Idea]:
    """The ideas that this row came of, for its own page to thank them."""
    kind = ContentType.objects.get_for_model(target)
    return list(
        Idea.objects.filter(outcomes__content_type=kind, outcomes__object_id=target.pk).select_related(
            "call", "association", "author__user", "district"
        )
    )
