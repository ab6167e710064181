"""A slot: something with a time, a place and seats. Trainings, shifts and assemblies each have one."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from volunteers.models import User
from volunteers.permissions import organised_networks


class SlotQuerySet(models.QuerySet["Slot"]):
    def published(self) -> Self:
        """Slots that the public may see, cancelled ones included (they say so)."""
        return self.exclude(state=Slot.State.DRAFT)

    def open(self, now: dt.datetime | None = None) -> Self:
        """Slots that one may sign up for now, full ones included (they have a waiting list)."""
        now = now or timezone.now()
        return self.filter(
            Q(opens_at=None) | Q(opens_at__lte=now),
            Q(closes_at=None) | Q(closes_at__gt=now),
            state=Slot.State.OPEN,
            starts_at__gt=now,
        )

    def upcoming(self, now: dt.datetime | None = None) -> Self:
        return self.filter(ends_at__gt=now or timezone.now())

    def organised_by(self, user: User | AnonymousUser) -> Self:
        """Slots that this person may change (the list's side of ``events.permissions.can_organise``)."""
        if user.is_superuser and user.is_active:
            return self.all()
        return self.filter(network__in=organised_networks(user))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Slots whose back office page this person may open: those organised, and those in whose charge they are."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(network__in=organised_networks(user)) | Q(pk__in=user.slots_in_charge.order_by().values("pk"))
        )

    def with_waiting(self) -> Self:
        """Adds ``waiting``: how many people are in the waiting list."""
        return self.annotate(waiting=Count("registrations", filter=Q(registrations__state="waiting")))


class Slot(models.Model):
    """A time, a place, seats. ``seats_taken`` changes only in events.registering and events.scheduling.

    ``requires`` and ``asks`` change together, only in events.requiring.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("kind"), max_length=20, help_text=_("Which room owns it: see events.kinds."))
    title = models.CharField(_("title"), max_length=160)
    network = models.ForeignKey(
        "volunteers.Network", models.PROTECT, null=True, blank=True, related_name="slots", verbose_name=_("network")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    dates = models.PositiveSmallIntegerField(
        _("meetings"),
        default=1,
        editable=False,
        help_text=_(
            "How many times people meet. From two on, each is a Meeting, starts_at is when the first begins and "
            "ends_at when the last is over. In the row, so that a list need not count them."
        ),
    )
    moved_at = models.DateTimeField(
        _("moved at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it was last given another time or place, and the people registered were told."),
    )
    opens_at = models.DateTimeField(_("registration opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("registration closes at"), null=True, blank=True)
    venue = models.ForeignKey(
        "events.Venue", models.PROTECT, null=True, blank=True, related_name="slots", verbose_name=_("venue")
    )
    room = models.ForeignKey(
        "events.Room", models.SET_NULL, null=True, blank=True, related_name="slots", verbose_name=_("room")
    )
    online_url = models.URLField(_("online address"), blank=True, help_text=_("Shown to the people registered."))
    capacity = models.PositiveIntegerField(_("seats"))
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    queue_last = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("The last number given out in the waiting list.")
    )
    approval = models.BooleanField(_("an organiser approves each registration"), default=False)
    asks = models.TextField(
        blank=True,
        default="",
        editable=False,
        help_text=_(
            "The keys of the qualifications asked for, in order; empty when there are none. In the row, so that "
            "taking a seat need not look for them, and is refused when they have changed since."
        ),
    )
    people_in_charge = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="slots_in_charge", verbose_name=_("people in charge")
    )
    requires = models.ManyToManyField(
        "volunteers.Qualification", blank=True, related_name="slots", verbose_name=_("qualifications asked for")
    )
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Counts its changes, for calendars (RFC 5545, SEQUENCE).")
    )
    title_sequence = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text=_(
            "Counts the changes of its titles, for calendars. Apart from sequence, by which messages know "
            "whether the time and place they tell still hold."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["state", "starts_at"]),
            models.Index(fields=["kind", "starts_at"]),
            models.Index(fields=["updated_at"]),  # has anything changed? (events.feeds)
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_starts"),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("capacity")), name="slot_seats_within_capacity"),
            models.CheckConstraint(condition=Q(dates__gte=1), name="slot_has_a_date"),
        ]
        verbose_name = _("slot")
        verbose_name_plural = _("slots")

    def __str__(self) -> str:
        return f"{self.title} ({timezone.localtime(self.starts_at):%Y-%m-%d %H:%M})"

    @property
    def asked(self) -> list[int]:
        """The keys of the qualifications asked for."""
        return [int(key) for key in self.asks.split()]

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken

    @property
    def is_online(self) -> bool:
        return self.venue_id is None

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def opens_later(self) -> bool:
        """Is it too early to sign up? (``opens_at`` says when.)"""
        return self.state == self.State.OPEN and self.opens_at is not None and self.opens_at > timezone.now()

    def is_open(self, now: dt.datetime | None = None) -> bool:
        """May one sign up now, if only for the waiting list? (The row's side of ``SlotQuerySet.open``.)"""
        now = now or timezone.now()
        return (
            self.state == self.State.OPEN
            and self.starts_at > now
            and (self.opens_at is None or self.opens_at <= now)
            and (self.closes_at is None or self.closes_at > now)
        )
