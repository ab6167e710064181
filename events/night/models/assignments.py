"""Who is in which team of an edition, or waits for one at a headquarters: the roster as organisers have it now."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def in_teams(self) -> Self:
        return self.filter(sector__isnull=False)

    def in_reserve(self) -> Self:
        return self.filter(sector=None)


class Assignment(models.Model):
    """Where one participant goes: the team of a sector, or, without one, the reserve of a headquarters.

    One row a person, so that the database holds nobody in two teams. ``is_pinned``: an organiser decided it, and
    composing again keeps it. Laid out from the roster that was chosen (events.night.composing.assigning), then changed
    by hand.
    """

    participant = models.OneToOneField(
        "night.Participant", models.CASCADE, related_name="assignment", verbose_name=_("participant")
    )
    headquarters = models.ForeignKey(
        "night.Headquarters", models.CASCADE, related_name="assignments", verbose_name=_("headquarters")
    )
    sector = models.ForeignKey(
        "night.Sector",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("sector"),
        help_text=_("Empty: in reserve."),
    )
    leads = models.BooleanField(_("leads the team"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sector"], condition=Q(leads=True), name="assignment_one_leader"),
            models.CheckConstraint(condition=Q(leads=False) | Q(sector__isnull=False), name="assignment_leads_a_team"),
        ]
        verbose_name = _("place in the roster")
        verbose_name_plural = _("places in the roster")

    def __str__(self) -> str:
        return f"{self.participant_id} · {self.sector_id or self.headquarters_id}"
