"""Who was at which meeting of a slot that has several."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models.registrations import Registration


class MeetingMark(models.Model):
    """What was noted of one registration at one meeting; they change in events.by_date only.

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "meeting"], name="meeting_mark_once"),
            models.CheckConstraint(condition=~Q(attendance=""), name="meeting_mark_says_something"),
        ]
        verbose_name = _("mark of a meeting")
        verbose_name_plural = _("marks of meetings")

    def __str__(self) -> str:
        return f"{self.meeting_id} · {self.registration_id} · {self.attendance}"
