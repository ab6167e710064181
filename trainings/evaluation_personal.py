"""What evaluations know about a person: that they answered, until they close. Shown to them, and let go with them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from trainings.models import EvaluationReceipt
from volunteers.exporting import Row, Section
from volunteers.models import User
from volunteers.retention import Rule


def _receipts(user: User) -> Iterable[Row]:
    rows = EvaluationReceipt.objects.filter(registration__volunteer__user=user)
    rows = rows.select_related("registration__slot", "evaluation").order_by("registration__slot__starts_at", "pk")
    for row in rows:
        slot = row.registration.slot
        yield {"title": slot.title, "starts_at": slot.starts_at, "forgotten_on": row.evaluation.closes_on.isoformat()}


RECEIPTS = Section(
    "evaluations",
    _("Sessions about which you answered our questions"),
    {"title": _("date"), "starts_at": _("starts at"), "forgotten_on": _("forgotten on")},
    _receipts,
)


def let_go(user: User) -> None:
    """Forgets that this person answered. Nobody knows which answer was theirs: it stays. Harmless twice."""
    EvaluationReceipt.objects.filter(registration__volunteer__user=user).delete()


KEPT = (
    Rule(
        "trainings_evaluationreceipt",
        _("That you answered our questions about a session, and not what"),
        _("To take one answer from each person"),
        _("Until the questions close, two weeks after you got them"),
        "trainings.tasks.evaluate",
    ),
    Rule(
        "trainings_evaluationanswer",
        _("Answers to our questions about a session, without anything that says whose they are"),
        _("To make the next sessions better"),
        _("For good; deleted when the questions close if fewer than five people answered"),
        "trainings.tasks.evaluate",
    ),
)
