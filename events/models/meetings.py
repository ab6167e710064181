"""The meetings of a date that comes in several: one seat, one registration, and each time that people meet."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def held(self) -> Self:
        """Those that were not taken out."""
        return self.filter(dropped_at=None)


class Meeting(models.Model):
    """One of a slot's meetings; they change in events.arranging and events.scheduling only.

    A slot that never had several has no rows: it is its own only meeting. Without a place of its own a meeting is
    where the slot is.
    """

    slot = models.ForeignKey("events.Slot", models.CASCADE, related_name="meetings", verbose_name=_("slot"))
    number = models.PositiveSmallIntegerField(
        _("number"), help_text=_("Its own for ever, whatever the order in time: calendars know it by this.")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    venue = models.ForeignKey(
        "events.Venue", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("venue")
    )
    room = models.ForeignKey(
        "events.Room", models.SET_NULL, null=True, blank=True, related_name="meetings", verbose_name=_("room")
    )
    online_url = models.URLField(_("online address"), blank=True, help_text=_("Shown to the people registered."))
    dropped_at = models.DateTimeField(
        _("taken out at"), null=True, blank=True, help_text=_("The row stays, so that calendars learn of it.")
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["starts_at"], condition=Q(dropped_at=None), name="meeting_held_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_starts"),
            models.UniqueConstraint(fields=["slot", "number"], name="meeting_number_in_slot"),
        ]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    def __str__(self) -> str:
        return f"{self.slot_id} · {self.number}"

    @property
    def is_elsewhere(self) -> bool:
        """Has it a place of its own?"""
        return bool(self.venue_id or self.online_url)
