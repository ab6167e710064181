"""What those who were there said of a session, without saying who said what."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trainings.models.programme import Session


class Evaluation(models.Model):
    """What a session's participants are asked the day after, and what became of it.

    Its answers and who answered are two tables that nothing ties together (``trainings.evaluating``).
    """

    session = models.OneToOneField(Session, models.CASCADE, related_name="evaluation", verbose_name=_("session"))
    asked_on = models.DateField(_("asked on"))
    closes_on = models.DateField(_("closes on"), help_text=_("The first day on which nobody can answer any more."))
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("From then on its results can be read, if there are any.")
    )
    summary = models.TextField(_("what is said of it in public"), blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gt=models.F("asked_on")), name="evaluation_closes_after"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(closed_on__isnull=False), name="evaluation_published_once_closed"
            ),
        ]
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")

    def __str__(self) -> str:
        return f"{self.session_id} · {self.asked_on}"


class EvaluationAnswer(models.Model):
    """One person's answer, nobody knows whose: without a moment or an order (``trainings.evaluating``)."""

    class Score(models.IntegerChoices):
        VERY_GOOD = 5, _("very good")
        GOOD = 4, _("good")
        FAIR = 3, _("so-so")
        POOR = 2, _("disappointing")
        VERY_POOR = 1, _("very disappointing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="answers")
    score = models.PositiveSmallIntegerField(_("overall"), choices=Score)
    useful = models.TextField(_("most useful"), blank=True)
    missing = models.TextField(_("missing, or next"), blank=True)

    class Meta:
        ordering = ["pk"]  # chance
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="evaluation_score_1_to_5")]

    def __str__(self) -> str:
        return str(self.pk)


class EvaluationReceipt(models.Model):
    """That a person has answered, so that they do it once; not what. Deleted when the evaluation closes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="receipts")
    registration = models.OneToOneField("events.Registration", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)
