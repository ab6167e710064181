"""The outbox: the table is the queue of record, Celery only wakes the work up."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: dt.datetime) -> MessageQuerySet:
        """What may leave now: the most urgent first, then what has waited longest."""
        waiting = self.filter(state=Message.State.QUEUED, not_before__lte=now)
        return waiting.order_by("priority", "not_before", "pk")

    def any_due(self, now: dt.datetime) -> bool:
        """Whether something may leave now.

        Asked in order, since ``exists`` drops it: PostgreSQL would plan to read the whole table until it meets one.
        """
        return bool(self.due(now).values_list("pk")[:1])


class Message(models.Model):
    """One message to one person, written in the same transaction as what it tells about.

    The text is made at the moment of sending from ``kind`` and ``context`` (see mail.kinds), so that it tells the
    truth of that moment and keeps no copy of personal data meanwhile.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused for good")
        DROPPED = "dropped", _("no longer needed")

    class Priority(models.IntegerChoices):
        URGENT = 0, _("urgent")  # a code that somebody waits for
        NORMAL = 5, _("normal")
        BULK = 9, _("bulk")

    UNSENT = (State.QUEUED, State.SENDING)

    key = models.CharField(max_length=120, unique=True, help_text=_("Says the same thing only once."))
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text=_("Makes the Message-ID."))
    kind = models.CharField(_("kind"), max_length=60)
    context = models.JSONField(_("context"), default=dict)
    to = models.EmailField(_("to"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("account"),
    )
    language = models.CharField(_("language"), max_length=5, default="fr")
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_by = models.CharField(max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["priority", "not_before", "id"], condition=Q(state="queued"), name="message_to_send"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="message_claimed"),
        ]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Suppression(models.Model):
    """An address that gets no more mail, in lower case: it does not exist, or its owner complained.

    Codes that the person asks for at that moment are the exception (see mail.delivering).
    """

    class Source(models.TextChoices):
        BOUNCE = "bounce", _("refused by its server")
        COMPLAINT = "complaint", _("complaint of its owner")

    email = models.EmailField(_("address"), unique=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.BOUNCE)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return self.email
