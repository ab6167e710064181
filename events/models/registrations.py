"""A registration: a volunteer's seat, place in the waiting list, or what became of it."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def active(self) -> Self:
        return self.filter(state__in=Registration.ACTIVE)

    def holding(self) -> Self:
        """Those that keep a seat. With the slot's walk-ins, the sum that ``Slot.seats_taken`` must equal."""
        return self.filter(state__in=Registration.HOLDING)

    def with_rank(self) -> Self:
        """Adds ``rank``: 1 for the next person to get a seat. Meaningful for waiting registrations only."""
        ahead = (
            Registration.objects.filter(
                slot=OuterRef("slot"), state=Registration.State.WAITING, queue_number__lt=OuterRef("queue_number")
            )
            .order_by()
            .values("slot")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(rank=Coalesce(Subquery(ahead), 0) + 1)

    def by_name(self, *first: Any) -> Self:
        """In the order of their people's names, after ``first``; whoever has deleted their account comes last."""
        names = (F(f"volunteer__user__{name}").asc(nulls_last=True) for name in ("last_name", "first_name"))
        return self.order_by(*first, *names, "pk")

    def with_dates_there(self) -> Self:
        """Adds ``dates_there``: at how many of the slot's meetings the person was. For a slot of several only."""
        there = Q(marks__attendance__in=Registration.THERE, marks__meeting__dropped_at=None)
        return self.annotate(dates_there=Count("marks", filter=there))


class Registration(models.Model):
    """Changes of state happen in events.registering and events.scheduling only."""

    class State(models.TextChoices):
        PENDING = "pending", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        WAITING = "waiting", _("on the waiting list")
        CANCELLED = "cancelled", _("cancelled")
        REFUSED = "refused", _("refused")

    class PendingFor(models.TextChoices):
        CODE = "code", _("the code sent by mail")
        OFFER = "offer", _("your answer: a seat came free")
        APPROVAL = "approval", _("an organiser's approval")

    class EndReason(models.TextChoices):
        PERSON = "person", _("by the person")
        ORGANISER = "organiser", _("by an organiser")
        EXPIRED = "expired", _("not confirmed in time")
        SLOT = "slot", _("the date was cancelled")

    class Attendance(models.TextChoices):
        UNKNOWN = "", _("not marked")
        PRESENT = "present", _("present")
        LEFT_EARLY = "left_early", _("left early")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("absent")

    HOLDING = (State.PENDING, State.CONFIRMED)
    ACTIVE = (State.PENDING, State.CONFIRMED, State.WAITING)
    THERE = (Attendance.PRESENT, Attendance.LEFT_EARLY)

    volunteer = models.ForeignKey(
        "volunteers.Volunteer",
        models.SET_NULL,
        null=True,
        related_name="registrations",
        db_index=False,  # an index below begins with it, as for the slot
        verbose_name=_("volunteer"),
        help_text=_("Empty once the person has left: the count stays, the person goes."),
    )
    slot = models.ForeignKey(
        "events.Slot",
        models.PROTECT,
        related_name="registrations",
        db_index=False,
        verbose_name=_("slot"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    pending_for = models.CharField(_("what it waits for"), max_length=10, choices=PendingFor, blank=True)
    expires_at = models.DateTimeField(_("held until"), null=True, blank=True)
    queue_number = models.PositiveIntegerField(null=True, blank=True, help_text=_("Its number in the waiting list."))
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    dates_sequence = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text=_(
            "Counts how often the person said that they could not, or could, come to one of several meetings, for "
            "calendars. Apart from sequence, by which messages know whether what they tell still holds."
        ),
    )
    attendance = models.CharField(
        _("attendance"),
        max_length=10,
        choices=Attendance,
        blank=True,
        default="",
        help_text=_("Of several meetings, what their marks come to (events.by_date)."),
    )
    end_reason = models.CharField(_("why it ended"), max_length=10, choices=EndReason, blank=True)
    end_note = models.CharField(
        _("the organiser's words"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("What the organiser who ended it wrote to the person."),
    )
    known_as = models.JSONField(
        null=True,
        blank=True,
        default=None,
        help_text=_("first_name and last_name as typed by an organiser who did not know the person; else empty."),
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["slot", "state", "queue_number"]),
            models.Index(fields=["volunteer", "updated_at"]),  # has anything changed? (events.feeds)
            models.Index(fields=["expires_at"], condition=Q(state="pending"), name="registration_expiring"),
            models.Index(fields=["ended_by"], condition=Q(ended_by__isnull=False), name="registration_ended_by"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "slot"],
                condition=Q(state__in=("pending", "confirmed", "waiting")),
                name="registration_one_active",
            ),
            # A seat held for nobody (events.asking), in the name of an account that has one: one for each, too.
            models.UniqueConstraint(
                fields=["created_by", "slot"],
                condition=Q(volunteer=None, pending_for="code"),
                name="registration_one_for_nobody",
            ),
            models.CheckConstraint(
                condition=Q(state="pending") & ~Q(pending_for="") | ~Q(state="pending") & Q(pending_for=""),
                name="registration_pending_for_something",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queue_number__isnull=False), name="registration_waiting_has_number"
            ),
        ]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")

    def __str__(self) -> str:
        return f"{self.slot_id} · {self.volunteer_id} · {self.state}"

    @property
    def person_name(self) -> str:
        """The name that organisers see; "" when there is none, or nobody any more."""
        if self.volunteer is None:
            return ""
        if self.known_as is not None:
            return f"{self.known_as['first_name']} {self.known_as['last_name']}".strip()
        return self.volunteer.user.get_full_name()

    @property
    def is_nobodys(self) -> bool:
        """Has its person deleted their account? (A seat held until the code comes, events.asking, is another thing.)"""
        return self.volunteer_id is None and self.pending_for != self.PendingFor.CODE

    @property
    def was_there(self) -> bool:
        return self.attendance in self.THERE

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE
