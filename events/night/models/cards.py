"""What each person of an edition was told, what they answered, and the places that came free since."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CardQuerySet(models.QuerySet["Card"]):
    def told(self) -> Self:
        return self.filter(version__gte=1)

    def due(self) -> Self:
        """Those whose people wait to be told, the first ones first."""
        return self.filter(due_at__isnull=False).order_by("due_at", "pk")

    def silent(self) -> Self:
        """Told that they are in a team, asked for an answer, and without one."""
        return self.filter(version__gte=1, sector__isnull=False, answer="", answer_by__isnull=False)


class Card(models.Model):
    """What one participant was told last. Written by events.night.cards only.

    The place in the roster as it is now is the ``Assignment``; where the two differ, somebody has to be told
    (events.night.cards.comparing). ``sector`` empty: told that they are in reserve at that headquarters.
    """

    class Answer(models.TextChoices):
        COMING = "coming", _("coming")
        DECLINED = "declined", _("cannot come")

    participant = models.OneToOneField(
        "night.Participant", models.CASCADE, related_name="card", verbose_name=_("participant")
    )
    headquarters = models.ForeignKey(
        "night.Headquarters", models.CASCADE, related_name="cards", verbose_name=_("headquarters")
    )
    sector = models.ForeignKey(
        "night.Sector", models.SET_NULL, null=True, blank=True, related_name="cards", verbose_name=_("sector")
    )
    leads = models.BooleanField(_("leads the team"), default=False)
    leader = models.ForeignKey(
        "night.Participant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("leader"),
        help_text=_("Whom it named as leader of the team: themselves, if they lead it."),
    )
    version = models.PositiveSmallIntegerField(
        _("version"), default=0, help_text=_("How many times they were told; 0: not yet.")
    )
    due_at = models.DateTimeField(
        _("to be told since"), null=True, blank=True, help_text=_("Empty: there is nothing to tell.")
    )
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer_by = models.DateTimeField(
        _("answer expected by"), null=True, blank=True, help_text=_("Empty: none is expected, as of a reserve.")
    )
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    lapsed_at = models.DateTimeField(
        _("place given on at"), null=True, blank=True, help_text=_("For want of an answer, to somebody in reserve.")
    )

    objects = CardQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="card_due"),
            models.Index(fields=["answer_by"], condition=Q(answer=""), name="card_unanswered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(version=0, told_at=None) | Q(version__gte=1, told_at__isnull=False),
                name="card_told_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="card_answered_at_a_moment",
            ),
            models.CheckConstraint(condition=Q(lapsed_at=None) | Q(version__gte=1), name="card_lapsed_was_told"),
        ]
        verbose_name = _("card")
        verbose_name_plural = _("cards")

    def __str__(self) -> str:
        return f"{self.participant_id} · {self.version} · {self.answer}"

    @property
    def is_coming(self) -> bool:
        return self.answer == self.Answer.COMING

    @property
    def is_declined(self) -> bool:
        return self.answer == self.Answer.DECLINED

    @property
    def has_lapsed(self) -> bool:
        return self.lapsed_at is not None

    def is_late(self, now: dt.datetime | None = None) -> bool:
        """Is the deadline over without an answer?"""
        return not self.answer and self.answer_by is not None and self.answer_by <= (now or timezone.now())


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Vacancy(models.Model):
    """A place in a team whose person does not come: to be filled from the reserve, or left to the organisers.

    Written by events.night.cards only. ``why`` says what the last look at the reserve was lacking.
    """

    class Reason(models.TextChoices):
        DECLINED = "declined", _("cannot come")
        SILENT = "silent", _("has not answered")
        GONE = "gone", _("has left")

    class Why(models.TextChoices):
        PEOPLE = "people", _("Nobody in reserve can go there.")
        LEADER = "leader", _("Nobody who may lead can go there.")
        TAGS = "tags", _("Nobody in reserve has what this team needs.")
        SEATS = "seats", _("Its headquarters has no seat left.")
        LATE = "late", _("The night is too near: nobody is asked any more.")

    class Outcome(models.TextChoices):
        FILLED = "filled", _("replaced")
        COMPLETE = "complete", _("the team goes out as it is")
        BACK = "back", _("comes after all")

    sector = models.ForeignKey("night.Sector", models.CASCADE, related_name="vacancies", verbose_name=_("sector"))
    left_by = models.ForeignKey(
        "night.Participant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="left",
        verbose_name=_("who does not come"),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    led = models.BooleanField(_("led the team"), default=False)
    opened_at = models.DateTimeField(_("since"), auto_now_add=True)
    tried_at = models.DateTimeField(_("last looked for somebody at"), null=True, blank=True)
    why = models.CharField(_("why nobody"), max_length=10, choices=Why, blank=True, default="")
    closed_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    outcome = models.CharField(_("how"), max_length=10, choices=Outcome, blank=True, default="")
    filled_by = models.ForeignKey(
        "night.Participant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="filled",
        verbose_name=_("who comes instead"),
    )

    objects = VacancyQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sector", "left_by"], condition=Q(closed_at=None), name="vacancy_open_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="vacancy_settled_somehow",
            ),
        ]
        verbose_name = _("place that came free")
        verbose_name_plural = _("places that came free")

    def __str__(self) -> str:
        return f"{self.sector_id} · {self.reason} · {self.outcome}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
