"""The papers of a Night that were asked for, and the files that were made of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from volunteers.models.imports import private_storage

FOLDER = "papers/"


class PaperFile(models.Model):
    """One kind of paper, for all headquarters of an edition or for one, in one language. Written by
    events.night.papers.making only.

    A row for each that was ever asked for: asking again makes the file anew, and the one before can be had meanwhile.
    ``fingerprint`` tells whether what it shows has changed since (events.night.papers.gathering).
    """

    class What(models.TextChoices):
        PACKS = "packs", _("Team packs")
        SIGN_IN = "sign-in", _("Sign-in lists")
        SIGNS = "signs", _("Table signs")
        BADGES = "badges", _("Badges")
        WORKBOOK = "workbook", _("Everything, as a workbook")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        DONE = "done", _("made")
        FAILED = "failed", _("failed")

    UNDER_WAY = (State.QUEUED, State.RUNNING)

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="papers", verbose_name=_("edition"))
    headquarters = models.ForeignKey(
        "night.Headquarters",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="papers",
        verbose_name=_("headquarters"),
        help_text=_("Empty: all of them."),
    )
    what = models.CharField(_("what"), max_length=10, choices=What)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    heartbeat_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When its worker last said that it is at work.")
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    step = models.PositiveIntegerField(default=0, editable=False, help_text=_("How much of it is done."))
    steps = models.PositiveIntegerField(default=0, editable=False, help_text=_("Of how much; 0: not known yet."))
    problem = models.TextField(_("what was wrong"), blank=True)
    file = models.FileField(_("file"), upload_to=FOLDER, storage=private_storage, blank=True)
    size = models.PositiveIntegerField(_("bytes"), default=0)
    made_at = models.DateTimeField(_("made"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["headquarters__district__code", "what", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["headquarters", "what", "language"],
                condition=Q(headquarters__isnull=False),
                name="paper_once_a_headquarters",
            ),
            models.UniqueConstraint(
                fields=["edition", "what", "language"], condition=Q(headquarters=None), name="paper_once_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(file="") | Q(made_at__isnull=False), name="paper_file_was_made_at_a_moment"
            ),
        ]
        verbose_name = _("papers")
        verbose_name_plural = _("papers")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.headquarters_id or '*'} · {self.what}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def ending(self) -> str:
        """Of the file's name."""
        return "xlsx" if self.what == self.What.WORKBOOK else "pdf"
