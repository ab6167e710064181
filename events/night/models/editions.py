"""One Night: when it is, when people sign up, and how far it has come."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from volunteers import naming


class EditionQuerySet(models.QuerySet["Edition"]):
    def open(self, now: dt.datetime | None = None) -> Self:
        """Those that one may sign up for now."""
        now = now or timezone.now()
        return self.filter(state=Edition.State.OPEN, opens_at__lte=now, closes_at__gt=now)

    def with_sizes(self) -> Self:
        """Adds ``headquarters_count`` and ``sectors_count``."""
        return self.annotate(
            headquarters_count=Count("headquarters", distinct=True), sectors_count=Count("sectors", distinct=True)
        )


class Edition(models.Model):
    """One Night of Solidarity. Changes of state happen in events.night.editions.preparing only."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")
        OPEN = "open", _("open for sign-up")
        ROSTERING = "rostering", _("teams being composed")
        PUBLISHED = "published", _("teams published")
        LIVE = "live", _("under way")
        CLOSED = "closed", _("the night is over")
        RESULTS = "results", _("results published")

    # While people have not been told where to go.
    CHANGING = (State.PREPARING, State.OPEN, State.ROSTERING)
    TOLD = (State.PUBLISHED, State.LIVE, State.CLOSED, State.RESULTS)

    network = models.ForeignKey("volunteers.Network", models.PROTECT, related_name="nights", verbose_name=_("network"))
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PREPARING)
    starts_at = models.DateTimeField(_("teams go out at"))
    ends_at = models.DateTimeField(_("teams are back at"))
    opens_at = models.DateTimeField(_("sign-up opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("sign-up closes at"), null=True, blank=True)
    charter_url = models.URLField(_("address of the charter"), blank=True)
    charter_version = models.CharField(
        _("version of the charter"),
        max_length=20,
        blank=True,
        help_text=_("What is written down when somebody signs it, such as 2027-01."),
    )
    bring = models.CharField(
        _("what to bring"),
        max_length=300,
        blank=True,
        help_text=_("On people's cards. Empty: warm clothes, good shoes, a charged telephone."),
    )
    answers_by = models.DateTimeField(
        _("answers expected by"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Until when whoever was told their team says whether they come."),
    )
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="copies"
    )
    state_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["network", "starts_at"], name="edition_one_a_night"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="edition_ends_after_starts"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="edition_sign_up_closes_after_opens",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__lte=F("starts_at")),
                name="edition_sign_up_closes_before_night",
            ),
            models.CheckConstraint(
                condition=Q(state="preparing") | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="edition_open_has_dates",
            ),
        ]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        naming.check_named(vars(self), "name")

    @property
    def night_on(self) -> dt.date:
        """The day in whose evening the teams go out, in the city."""
        return timezone.localtime(self.starts_at).date()

    @property
    def is_changing(self) -> bool:
        """May its date, its headquarters and its sectors still change without telling anybody?"""
        return self.state in self.CHANGING

    def is_open(self, now: dt.datetime | None = None) -> bool:
        """May one sign up now? (The row's side of ``EditionQuerySet.open``.)"""
        now = now or timezone.now()
        return (
            self.state == self.State.OPEN
            and self.opens_at is not None
            and self.closes_at is not None
            and self.opens_at <= now < self.closes_at
        )
