"""Who was at which meeting of a slot that has several, and who said before that they could not come to it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.registrations import Registration


class MeetingMarkQuerySet(models.QuerySet["MeetingMark"]):
    def said(self) -> Self:
        """What people said themselves: that they cannot come."""
        return self.filter(said_at__isnull=False)


class MeetingMark(models.Model):
    """What was noted of one registration at one meeting; they change in events.by_date and events.excusing only.

    Not marked is no row. What became of the whole registration is derived from these, into ``Registration.attendance``.
    """

    registration = models.ForeignKey(
        Registration,
        models.CASCADE,
        related_name="marks",
        db_index=False,  # the constraint's begins with it
        verbose_name=_("registration"),
    )
    meeting = models.ForeignKey("events.Meeting", models.CASCADE, related_name="marks", verbose_name=_("meeting"))
    attendance = models.CharField(_("attendance"), max_length=10, choices=Registration.Attendance)
    said_at = models.DateTimeField(
        _("said by the person"),
        null=True,
        blank=True,
        help_text=_("When they said that they could not come; empty where it was noted by somebody else."),
    )

    objects = MeetingMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "meeting"], name="meeting_mark_once"),
            models.CheckConstraint(condition=~Q(attendance=""), name="meeting_mark_says_something"),
            models.CheckConstraint(
                condition=Q(said_at=None) | Q(attendance="excused"), name="meeting_mark_said_is_excused"
            ),
        ]
        verbose_name = _("mark of a meeting")
        verbose_name_plural = _("marks of meetings")

    def __str__(self) -> str:
        return f"{self.meeting_id} · {self.registration_id} · {self.attendance}"
