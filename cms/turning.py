"""An idea becomes a training: one decision makes or chooses the training, answers the idea, and links the two.

Trainings and ideas do not know each other; this room, above both, is where they meet.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import answering, outcomes, reports
from ideas.models import Idea
from ideas.proposing import hold
from trainings import programming
from trainings.models import Theme, Training
from trainings.origins import Origin
from trainings.permissions import visible_trainings
from volunteers.models import User

KIND = outcomes.OutcomeKind(
    Training,
    _("became this training"),
    page=lambda training: reverse("trainings:training-detail", args=[training.slug]),
    shown=lambda trainings: trainings.filter(pk__in=visible_trainings(None)),
)

WORDS = ("title", "summary", "aims")  # of a training, which an idea fills in its own language


def turn(idea: Idea, *, training: Training, reason: str, by: User) -> Training:
    """Makes the new training, adopts the idea for that reason and says that the training came of it; tells its people.

    Harmless twice: an idea that has a training already makes no second one, and that one is returned. Refuses what
    ``ideas.answering.answer`` refuses, with nothing made. Locks the call's row, then the idea's.
    """
    with transaction.atomic():
        row = hold(idea)
        if made := trainings_of(row):
            return made[0]
        programming.name_training(training).save()
        _adopt(row, training, reason=reason, by=by)
    return training


def tie(idea: Idea, *, training: Training, reason: str, by: User) -> Training:
    """The same with a training that exists: it answers the idea. Harmless twice."""
    with transaction.atomic():
        _adopt(hold(idea), training, reason=reason, by=by)
    return training


def _adopt(idea: Idea, training: Training, *, reason: str, by: User) -> None:
    answering.answer(idea, state=Idea.State.ADOPTED, reason=reason, by=by)
    outcomes.link(idea, target=training, by=by)


def trainings_of(idea: Idea) -> list[Training]:
    """What the idea became, the first one first."""
    kind = ContentType.objects.get_for_model(Training)
    keys = list(idea.outcomes.filter(content_type=kind).values_list("object_id", flat=True))
    found = Training.objects.select_related("network").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def draft_of(idea: Idea) -> dict[str, Any]:
    """What the form of the new training shows first: the idea's words in its language, who gives it, the theme."""
    language, text = idea.language, idea.text.strip()
    first = re.split(r"(?<=[.!?…])\s|\n", text, maxsplit=1)[0]
    values = {f"title_{language}": idea.title, f"aims_{language}": text, f"summary_{language}": first[:240]}
    kind = Training.Kind.VISIT if idea.offer == Idea.Offer.HOST else Training.Kind.TRAINING
    return values | {
        "network": idea.call.network_id,
        "theme": _theme_of(idea),
        "kind": kind,
        "given_by": idea.association_id,
    }


def _theme_of(idea: Idea) -> int | None:
    """The theme of the call's quarter, or of this one, in the call's network."""
    today = timezone.localdate()
    year, quarter = idea.call.year or today.year, idea.call.quarter or (today.month + 2) // 3
    themes = Theme.objects.filter(network=idea.call.network_id, year=year, quarter=quarter)
    return themes.values_list("pk", flat=True).first()


def origins_of(training: Training) -> list[Origin]:
    """The ideas that it came of, for its page to thank them; not those whose text is hidden."""
    return [
        Origin(idea.title, reverse("ideas:idea", args=[idea.pk]), reports.author_of(idea), idea.language)
        for idea in outcomes.ideas_of(training)
        if not idea.is_hidden
    ]
