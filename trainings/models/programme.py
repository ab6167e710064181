"""Themes of a quarter, trainings, and their sessions."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from volunteers import naming
from volunteers.words import FoldedField


def in_hours(length: int) -> str:
    """So many minutes, in words; "" for none."""
    hours, minutes = divmod(length, 60)
    words = [
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes} if minutes else "",
    ]
    return " ".join(filter(None, words))


class Theme(models.Model):
    """What a network works on during a quarter."""

    network = models.ForeignKey("volunteers.Network", models.PROTECT, related_name="themes", verbose_name=_("network"))
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)], help_text=_("1 to 4.")
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)

    class Meta:
        ordering = ["-year", "-quarter", "network"]
        constraints = [
            models.UniqueConstraint(fields=["network", "year", "quarter"], name="theme_one_a_quarter"),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="theme_quarter_1_to_4"),
        ]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.title

    @property
    def begins_on(self) -> dt.date:
        return dt.date(self.year, 3 * self.quarter - 2, 1)

    def clean(self) -> None:
        super().clean()
        naming.check_named(vars(self), "title")


class Training(models.Model):
    """A course, visit or workshop, given on as many dates as needed."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("training")
        VISIT = "visit", _("visit")
        WORKSHOP = "workshop", _("workshop")
        ONLINE = "online", _("online training")

    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="trainings", verbose_name=_("theme")
    )
    network = models.ForeignKey(
        "volunteers.Network", models.PROTECT, related_name="trainings", verbose_name=_("network")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TRAINING)
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(max_length=160, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240, blank=True)
    aims = models.TextField(_("what you will learn"), blank=True)
    audience = models.CharField(_("for whom"), max_length=240, blank=True)
    length = models.PositiveSmallIntegerField(
        _("length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(60 * 100)],
        help_text=_("In minutes."),
    )
    prerequisites = models.ManyToManyField(
        "volunteers.Qualification",
        blank=True,
        related_name="opens",
        verbose_name=_("qualifications asked for"),
        help_text=_("Who lacks one is told how to get it, and cannot register."),
    )
    interests = models.ManyToManyField(
        "volunteers.Interest",
        blank=True,
        related_name="trainings",
        verbose_name=_("interests that it answers"),
        help_text=_("It is proposed first to the people who chose one of them."),
    )
    given_by = models.ForeignKey(
        "volunteers.Association",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name=_("given by"),
        help_text=_("Empty: by the city."),
    )
    grants = models.ForeignKey(
        "volunteers.Qualification",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="granted_by",
        verbose_name=_("qualification granted"),
    )
    grants_months = models.PositiveSmallIntegerField(
        _("valid for so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("How long the qualification granted is valid. Empty: for good."),
    )
    words = FoldedField(of=("title", "summary"))

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grants_months=None) | Q(grants__isnull=False) & Q(grants_months__gte=1),
                name="training_months_of_something",
            ),
        ]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def __str__(self) -> str:
        return self.title

    @property
    def length_words(self) -> str:
        """How long it takes, in words; "" where that is not said."""
        return in_hours(self.length or 0)

    def clean(self) -> None:
        """A title in one language at least. A theme and its trainings are one network's.

        The theme's is in another table: no constraint can say so. What the constraint says of the months is said here
        beside their field.
        """
        super().clean()
        naming.check_named(vars(self), "title")
        if self.grants_months is not None and self.grants_id is None:
            raise ValidationError({"grants_months": _("Choose the qualification that is valid for so long.")})
        if self.theme and self.network_id and self.theme.network_id != self.network_id:
            raise ValidationError({"theme": _("This theme belongs to another network.")})


class Session(models.Model):
    """One date of a training. Time, place, seats and people in charge are its slot's."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="sessions", verbose_name=_("training"))
    slot = models.OneToOneField("events.Slot", models.PROTECT, related_name="session", verbose_name=_("slot"))

    class Meta:
        ordering = ["slot__starts_at"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return str(self.slot)
