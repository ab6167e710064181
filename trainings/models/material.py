"""Files for the people registered, before a date and after it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from trainings.models.programme import Session, Training
from volunteers.models.imports import private_storage


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
