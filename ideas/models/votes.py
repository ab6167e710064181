"""Ballots while a vote runs, and what they came to once it is over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Ballot(models.Model):
    """One person's vote in one call, theirs to change until it closes. Counted, then let go of (ideas.voting)."""

    call = models.ForeignKey("ideas.Call", models.PROTECT, related_name="ballots")
    volunteer = models.ForeignKey("volunteers.Volunteer", models.CASCADE, related_name="ballots")
    cast_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "volunteer"], name="ballot_one_a_person")]
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")

    def __str__(self) -> str:
        return f"{self.call_id}"  # whose it is, is nobody's affair


class Choice(models.Model):
    """The points that a ballot gives to an idea; 1 in a vote by approval."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="choices")
    idea = models.ForeignKey("ideas.Idea", models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(_("points"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ballot", "idea"], name="choice_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="choice_of_some_points"),
        ]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.points}"


class Score(models.Model):
    """The published result of one idea: its points, from how many ballots, and its rank, which equals share."""

    call = models.ForeignKey("ideas.Call", models.PROTECT, related_name="scores")
    idea = models.ForeignKey("ideas.Idea", models.PROTECT, related_name="scores")
    points = models.PositiveIntegerField(_("points"))
    ballots = models.PositiveIntegerField(_("ballots"))
    rank = models.PositiveIntegerField(_("rank"))

    class Meta:
        ordering = ["rank", "idea"]
        constraints = [models.UniqueConstraint(fields=["call", "idea"], name="score_once")]
        verbose_name = _("result")
        verbose_name_plural = _("results")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.rank}"
