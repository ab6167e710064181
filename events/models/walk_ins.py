"""Somebody who came without a registration and without an account: a first name and a seat."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WalkIn(models.Model):
    """Takes a seat like a registration, and is nobody's account: no message, no later claim, a name that goes soon."""

    slot = models.ForeignKey(
        "events.Slot", models.PROTECT, related_name="walk_ins", db_index=False, verbose_name=_("slot")
    )
    meeting = models.ForeignKey(
        "events.Meeting",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="walk_ins",
        verbose_name=_("meeting"),
        help_text=_("Of several, the one to which they came; empty where a date has one."),
    )
    first_name = models.CharField(
        _("first name"), max_length=80, blank=True, help_text=_("Empty once it is forgotten: the count stays.")
    )
    key = models.UUIDField(
        default=uuid.uuid4, editable=False, help_text=_("Of the form's opening: a second click adds nobody.")
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["slot", "key"], name="walk_in_once")]
        verbose_name = _("somebody without an account")
        verbose_name_plural = _("people without an account")

    def __str__(self) -> str:
        return f"{self.slot_id} · {self.pk}"
