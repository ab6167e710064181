"""Where the teams of a district meet."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _


class HeadquartersQuerySet(models.QuerySet["Headquarters"]):
    def with_sizes(self) -> Self:
        """Adds ``sectors_count``, and ``wanted``: how many people the sectors' teams make, each at its target."""
        return self.annotate(sectors_count=Count("sectors"), wanted=Sum("sectors__target", default=0))


class Headquarters(models.Model):
    """Of one edition in one district. Hours, place, seats and coordinators are its slot's.

    The slot begins when people are due to arrive, and ends when the last team is back. Who is in charge of it
    (``Slot.people_in_charge``) is a coordinator.
    """

    edition = models.ForeignKey(
        "night.Edition",
        models.CASCADE,
        related_name="headquarters",
        db_index=False,  # the constraint's begins with it
        verbose_name=_("edition"),
    )
    district = models.ForeignKey(
        "volunteers.District", models.PROTECT, related_name="headquarters", verbose_name=_("district")
    )
    slot = models.OneToOneField("events.Slot", models.PROTECT, related_name="headquarters", verbose_name=_("slot"))
    briefing_at = models.DateTimeField(_("briefing at"), null=True, blank=True)
    meal = models.CharField(
        _("meal"), max_length=160, blank=True, help_text=_("What is eaten there, and when. Empty: nothing.")
    )
    contact = models.CharField(
        _("technical contact"),
        max_length=160,
        blank=True,
        help_text=_(
            "A name and a number, for whoever is late, lost or in trouble that nigh"
            "t: on people's cards and teams' papers."
        ),
    )
    quota = models.PositiveIntegerField(
        _("quota of people"),
        null=True,
        blank=True,
        help_text=_("How many people at most are sent there. Empty: as many as there are seats."),
    )

    objects = HeadquartersQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "district__code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "district"], name="headquarters_one_a_district"),
            models.CheckConstraint(condition=Q(quota=None) | Q(quota__gte=1), name="headquarters_quota_of_somebody"),
        ]
        verbose_name = _("headquarters")
        verbose_name_plural = _("headquarters")

    def __str__(self) -> str:
        return str(self.district)
