"""What organisers asked of people before teams were composed, and what each of them answered."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _


class AppealQuerySet(models.QuerySet["Appeal"]):
    def with_answers(self) -> Self:
        """Adds ``asked_count``, ``yes_count`` and ``no_count``."""
        return self.annotate(
            asked_count=Count("asked"),
            yes_count=Count("asked", filter=Q(asked__answer="yes")),
            no_count=Count("asked", filter=Q(asked__answer="no")),
        )


class Appeal(models.Model):
    """One message to whoever could help a headquarters. Written by events.night.readiness.appealing only.

    ``what``: "people", "leaders", or a tag of the roster's files ("lang:ar", "clear:metro"). ``key`` belongs to one
    opening of the form, so that a second click sends nothing more.
    """

    headquarters = models.ForeignKey(
        "night.Headquarters", models.CASCADE, related_name="appeals", verbose_name=_("headquarters")
    )
    what = models.CharField(_("what is short"), max_length=60)
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(_("text"))
    key = models.UUIDField(unique=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    def __str__(self) -> str:
        return f"{self.headquarters_id} · {self.what}"


class Asked(models.Model):
    """One person whom an appeal was sent to, and their answer."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        YES = "yes", _("yes")
        NO = "no", _("no")

    appeal = models.ForeignKey(
        Appeal,
        models.CASCADE,
        related_name="asked",
        db_index=False,  # the constraint's begins with it
    )
    participant = models.ForeignKey("night.Participant", models.CASCADE, related_name="asked")
    answer = models.CharField(_("answer"), max_length=3, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "participant"], name="asked_once_an_appeal"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="asked_answered_at_a_moment",
            ),
        ]
        verbose_name = _("person asked")
        verbose_name_plural = _("people asked")

    def __str__(self) -> str:
        return f"{self.appeal_id} · {self.participant_id}"
