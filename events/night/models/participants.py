"""Who goes out on a Night: what they wish, with whom, and where their seat is meanwhile."""

from __future__ import annotations

import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

GROUP_SIZE = 4
CHOICES = 3


def new_link() -> str:
    """128 random bits: whoever knows the address of a group may join it."""
    return secrets.token_urlsafe(16)


class FriendGroup(models.Model):
    """Friends who want to be in one team. Whoever has its link joins it (events.night.sign_up.befriending)."""

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="groups", verbose_name=_("edition"))
    token = models.CharField(max_length=32, unique=True, default=new_link, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("group of friends")
        verbose_name_plural = _("groups of friends")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.pk}"


class Briefing(models.Model):
    """A session, a slot like any other, that an edition asks its people to come to before the night."""

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="briefings", verbose_name=_("edition"))
    slot = models.OneToOneField("events.Slot", models.CASCADE, related_name="briefing", verbose_name=_("slot"))

    class Meta:
        ordering = ["slot__starts_at", "pk"]
        verbose_name = _("briefing session")
        verbose_name_plural = _("briefing sessions")

    def __str__(self) -> str:
        return str(self.slot)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def active(self) -> Self:
        return self.filter(state=Participant.State.ACTIVE)

    def in_order(self) -> Self:
        """In the order in which they signed up."""
        return self.order_by("signed_up_at", "pk")


class Participant(models.Model):
    """A volunteer signed up for an edition. The seat is ``registration``, on the slot of a headquarters.

    Written by events.night.sign_up: enrolling, withdrawing and befriending only.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("signed up")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        """As the roster's files say it (events.night.roster)."""

        CITIZEN = "citizen", _("citizen")
        PROFESSIONAL = "professional", _("professional")

    class Reach(models.TextChoices):
        """As the roster's files say it."""

        PREFS = "prefs", _("Only the headquarters that I chose")
        NEAR = "near", _("These, or another one near my home")
        ANY = "any", _("These, or anywhere else I am useful")

    class Walk(models.IntegerChoices):
        EASY = 0, _("Short and flat")
        USUAL = 1, _("Two or three hours, at an easy pace")
        HARD = 2, _("Long, with stairs or slopes: no difficulty")

    edition = models.ForeignKey(
        "night.Edition",
        models.CASCADE,
        related_name="participants",
        db_index=False,  # an index below begins with it
        verbose_name=_("edition"),
    )
    volunteer = models.ForeignKey(
        "volunteers.Volunteer",
        models.CASCADE,
        related_name="nights",
        db_index=False,  # the constraint's begins with it
        verbose_name=_("volunteer"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CITIZEN)
    leader = models.BooleanField(_("willing to lead"), default=False)
    experienced = models.BooleanField(_("has done a Night before"), default=False)
    reach = models.CharField(_("how far"), max_length=5, choices=Reach, default=Reach.NEAR)
    home = models.ForeignKey(
        "night.Headquarters",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("headquarters nearest to home"),
        help_text=_("Empty: the first choice."),
    )
    max_walk = models.PositiveSmallIntegerField(_("walking"), choices=Walk, default=Walk.USUAL)
    languages = models.ManyToManyField("volunteers.SpokenLanguage", blank=True, verbose_name=_("languages spoken"))
    group = models.ForeignKey(
        FriendGroup, models.RESTRICT, null=True, blank=True, related_name="members", verbose_name=_("group of friends")
    )
    group_place = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, help_text=_("Which of the group's places: the database holds its size.")
    )
    registration = models.OneToOneField(
        "events.Registration",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="participant",
        verbose_name=_("registration"),
        help_text=_("The seat, or the place in the waiting list, of one headquarters."),
    )
    charter_version = models.CharField(_("version of the charter"), max_length=20, blank=True)
    charter_signed_at = models.DateTimeField(_("charter signed at"), null=True, blank=True)
    signed_up_at = models.DateTimeField(_("signed up at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["signed_up_at", "pk"]
        indexes = [models.Index(fields=["edition", "state", "signed_up_at"])]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "edition"], name="participant_once_an_edition"),
            models.CheckConstraint(condition=Q(max_walk__lte=2), name="participant_walk_0_to_2"),
            models.CheckConstraint(
                condition=Q(state="active", withdrawn_at=None) | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="participant_withdrawn_at_a_moment",
            ),
            models.UniqueConstraint(fields=["group", "group_place"], name="participant_group_place_once"),
            models.CheckConstraint(
                condition=Q(group_place=None) | Q(group_place__gte=1, group_place__lte=GROUP_SIZE),
                name="participant_group_of_four",
            ),
            models.CheckConstraint(
                condition=Q(group=None, group_place=None)
                | Q(group__isnull=False, group_place__isnull=False, state="active"),
                name="participant_group_and_place",
            ),
        ]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.volunteer_id} · {self.state}"

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class Choice(models.Model):
    """One of the headquarters that a participant wishes, in their order."""

    participant = models.ForeignKey(
        Participant,
        models.CASCADE,
        related_name="choices",
        db_index=False,  # the constraint's begins with it
    )
    headquarters = models.ForeignKey("night.Headquarters", models.CASCADE, related_name="chosen")
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("0 for the first."))

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "rank"], name="choice_one_of_a_rank"),
            models.UniqueConstraint(fields=["participant", "headquarters"], name="choice_headquarters_once"),
            models.CheckConstraint(condition=Q(rank__lt=CHOICES), name="choice_three_at_most"),
        ]
        verbose_name = _("choice of a headquarters")
        verbose_name_plural = _("choices of headquarters")

    def __str__(self) -> str:
        return f"{self.rank} · {self.headquarters_id}"
