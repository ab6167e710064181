"""Themes of a quarter, trainings, and their sessions."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from volunteers.models.imports import private_storage
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
        """A theme and its trainings are one network's. The theme's is in another table: no constraint can say so.

        What the constraint says of the months is said here beside their field.
        """
        super().clean()
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


class Grant(models.Model):
    """A session has given somebody its training's qualification. What the person holds is in ``volunteers``.

    Changes in trainings.awarding only.
    """

    registration = models.OneToOneField("events.Registration", models.CASCADE, related_name="grant")
    qualification = models.ForeignKey("volunteers.Qualification", models.PROTECT, related_name="grants")
    granted_on = models.DateField(_("granted on"), help_text=_("The session's day."))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    held_since = models.DateField(null=True, help_text=_("Since when the person held it before, from elsewhere."))
    held_until = models.DateField(null=True)
    times = models.PositiveSmallIntegerField(
        default=1, help_text=_("How many times it was granted, after taking back.")
    )
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["granted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                name="grant_taken_back_for_a_reason",
            ),
        ]
        verbose_name = _("qualification granted")
        verbose_name_plural = _("qualifications granted")

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.qualification_id}"

    @property
    def stands(self) -> bool:
        return self.revoked_at is None


class Certificate(models.Model):
    """That somebody was there, on a paper that can be checked. Made by its bearer, under the name that they give.

    Changes in trainings.certifying only.
    """

    registration = models.ForeignKey("events.Registration", models.CASCADE, related_name="certificates")
    number = models.CharField(
        _("number"), max_length=24, unique=True, help_text=_("Public, and not to be guessed: see trainings.certifying.")
    )
    name = models.CharField(_("name"), max_length=160, help_text=_("As its bearer wants it to be read."))
    issued_at = models.DateTimeField(_("issued at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(revoked_at=None), name="certificate_one_that_stands"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                name="certificate_revoked_for_a_reason",
            ),
        ]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return self.number


class Material(models.Model):
    """A file for the people registered: to be read before a date, or kept after it.

    It stands where no address leads to; trainings.views gives it to whoever may have it (trainings.permissions).
    """

    class Moment(models.TextChoices):
        BEFORE = "before", _("before the date")
        AFTER = "after", _("after the date")

    training = models.ForeignKey(Training, models.PROTECT, related_name="materials", verbose_name=_("training"))
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("session"),
        help_text=_("Empty: for everybody registered for one of its dates."),
    )
    moment = models.CharField(_("given"), max_length=10, choices=Moment, default=Moment.BEFORE)
    title = models.CharField(_("title"), max_length=120)
    file = models.FileField(_("file"), upload_to="material/", storage=private_storage)
    kind = models.CharField(_("kind of file"), max_length=5, editable=False, help_text=_("See trainings.files."))
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["-moment", "pk"]  # before, then after
        constraints = [
            models.UniqueConstraint(
                fields=["training", "moment", "sha256"], condition=Q(session=None), name="material_once_a_training"
            ),
            models.UniqueConstraint(
                fields=["session", "moment", "sha256"], condition=~Q(session=None), name="material_once_a_session"
            ),
        ]
        verbose_name = _("material")
        verbose_name_plural = _("material")

    def __str__(self) -> str:
        return self.title

    @property
    def title_lang(self) -> str:
        """The language of the title, where that is not the reader's."""
        here = get_language()
        codes = (here, *settings.MODELTRANSLATION_LANGUAGES)
        shown = next((code for code in codes if getattr(self, f"title_{code}", "")), here)
        return "" if shown == here else str(shown)


class Evaluation(models.Model):
    """What a session's participants are asked the day after, and what became of it.

    Its answers and who answered are two tables that nothing ties together (``trainings.evaluating``).
    """

    session = models.OneToOneField(Session, models.CASCADE, related_name="evaluation", verbose_name=_("session"))
    asked_on = models.DateField(_("asked on"))
    closes_on = models.DateField(_("closes on"), help_text=_("The first day on which nobody can answer any more."))
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("From then on its results can be read, if there are any.")
    )
    summary = models.TextField(_("what is said of it in public"), blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gt=models.F("asked_on")), name="evaluation_closes_after"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(closed_on__isnull=False), name="evaluation_published_once_closed"
            ),
        ]
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")

    def __str__(self) -> str:
        return f"{self.session_id} · {self.asked_on}"


class EvaluationAnswer(models.Model):
    """One person's answer, nobody knows whose: without a moment or an order (``trainings.evaluating``)."""

    class Score(models.IntegerChoices):
        VERY_GOOD = 5, _("very good")
        GOOD = 4, _("good")
        FAIR = 3, _("so-so")
        POOR = 2, _("disappointing")
        VERY_POOR = 1, _("very disappointing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="answers")
    score = models.PositiveSmallIntegerField(_("overall"), choices=Score)
    useful = models.TextField(_("most useful"), blank=True)
    missing = models.TextField(_("missing, or next"), blank=True)

    class Meta:
        ordering = ["pk"]  # chance
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="evaluation_score_1_to_5")]

    def __str__(self) -> str:
        return str(self.pk)


class EvaluationReceipt(models.Model):
    """That a person has answered, so that they do it once; not what. Deleted when the evaluation closes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="receipts")
    registration = models.OneToOneField("events.Registration", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)
