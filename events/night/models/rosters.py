"""What the engine composed for an edition, run by run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LEVELS = ("viable", "placed", "split", "cost", "balance")  # as events.night.roster has them, the first decides first
TEXTS = ("instance", "start", "result")


class RosterQuerySet(models.QuerySet["Roster"]):
    def without_texts(self) -> RosterQuerySet:
        """The rows without what the engine read and wrote, which is long."""
        return self.defer(*TEXTS)


class Roster(models.Model):
    """One run of the engine, and the roster that it made. Written by events.night.composing only.

    ``instance``, ``start`` and ``result`` are the engine's files (docs/roster.md): people are keys of participants in
    them, teams codes of sectors, headquarters keys. The columns say what the referee found, so that lists need not
    read them.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being composed")
        DONE = "done", _("composed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("stopped")

    UNDER_WAY = (State.QUEUED, State.RUNNING)

    edition = models.ForeignKey(
        "night.Edition",
        models.CASCADE,
        related_name="rosters",
        db_index=False,  # the constraint's begins with it
        verbose_name=_("edition"),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Of the runs of its edition."))
    name = models.CharField(_("name"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    headquarters = models.ForeignKey(
        "night.Headquarters",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rosters",
        verbose_name=_("headquarters"),
        help_text=_("Whose teams alone were composed, around everybody else. Empty: those of all."),
    )
    seed = models.PositiveIntegerField(default=0, help_text=_("The order in which ties are broken."))
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When its worker last said that it is at work.")
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    step = models.CharField(max_length=20, blank=True, editable=False, help_text=_("The engine's last step."))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    problem = models.TextField(_("what was wrong"), blank=True)
    instance = models.TextField(blank=True, editable=False)
    start = models.TextField(
        blank=True, editable=False, help_text=_("The roster of which as few people as possible move, if any.")
    )
    kept = models.PositiveIntegerField(
        _("people kept"),
        null=True,
        editable=False,
        help_text=_("Who stays in their team, by a pin or as it was asked. Empty: composed from nothing."),
    )
    result = models.TextField(blank=True, editable=False)
    teams = models.PositiveIntegerField(null=True, editable=False)
    people = models.PositiveIntegerField(null=True, editable=False)
    first_choices = models.PositiveIntegerField(
        null=True, editable=False, help_text=_("People in a team at the headquarters that they chose first.")
    )
    viable = models.PositiveIntegerField(null=True, editable=False)
    placed = models.PositiveIntegerField(null=True, editable=False)
    split = models.PositiveIntegerField(null=True, editable=False)
    cost = models.PositiveIntegerField(null=True, editable=False)
    balance = models.PositiveIntegerField(null=True, editable=False)
    viable_bound = models.PositiveIntegerField(null=True, editable=False)
    placed_bound = models.PositiveIntegerField(null=True, editable=False)
    split_bound = models.PositiveIntegerField(null=True, editable=False)
    cost_bound = models.PositiveIntegerField(null=True, editable=False)
    balance_bound = models.PositiveIntegerField(null=True, editable=False)
    is_chosen = models.BooleanField(_("chosen"), default=False)
    chosen_at = models.DateTimeField(null=True, blank=True, editable=False)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="roster_number_once"),
            models.UniqueConstraint(fields=["edition"], condition=Q(is_chosen=True), name="roster_one_chosen"),
            models.UniqueConstraint(
                fields=["edition"], condition=Q(state__in=["queued", "running"]), name="roster_one_under_way"
            ),
            models.CheckConstraint(condition=Q(is_chosen=False) | Q(state="done"), name="roster_chosen_is_done"),
            models.CheckConstraint(condition=Q(is_chosen=False) | Q(headquarters=None), name="roster_chosen_is_of_all"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(
                    teams__isnull=False,
                    people__isnull=False,
                    first_choices__isnull=False,
                    **{f"{level}__isnull": False for level in LEVELS},
                ),
                name="roster_done_has_its_score",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(ended_at__isnull=False)),
                name="roster_ended_at",
            ),
        ]
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")

    def __str__(self) -> str:
        return self.name or gettext("Roster %(number)d") % {"number": self.number}

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    def score(self) -> dict[str, Any]:
        """What it is worth, level by level."""
        return {level: getattr(self, level) for level in LEVELS}

    def bounds(self) -> dict[str, int | None]:
        """What is proven that no roster betters, level by level."""
        return {level: getattr(self, f"{level}_bound") for level in LEVELS}
