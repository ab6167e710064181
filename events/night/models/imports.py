"""Files of sectors or headquarters sent in: what each holds, until somebody has decided on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SectorImport(models.Model):
    """One file sent in for an edition. Changes of state happen in events.night.sectors.importing only.

    What it would change is worked out anew each time that it is looked at; confirming writes that, or nothing. The row
    stays as a record of where sectors came from, without its contents.
    """

    class What(models.TextChoices):
        SECTORS = "sectors", _("Sectors")
        HEADQUARTERS = "headquarters", _("Headquarters")

    class State(models.TextChoices):
        READY = "ready", _("to be looked at")
        DONE = "done", _("written")
        CANCELLED = "cancelled", _("given up")

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="imports", verbose_name=_("edition"))
    what = models.CharField(_("what it holds"), max_length=12, choices=What)
    replaces = models.BooleanField(
        _("what is not in it goes"), default=False, help_text=_("Of sectors only: the file holds all there are.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    name = models.CharField(_("name of the file"), max_length=120)
    sha256 = models.CharField(max_length=64, editable=False)
    rows = models.JSONField(
        default=list, editable=False, help_text=_("What was read in the file, until somebody has decided.")
    )
    created = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    removed = models.PositiveIntegerField(_("removed"), default=0)
    created_at = models.DateTimeField(_("sent in"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="ready") | models.Q(ended_at__isnull=False), name="sector_import_ended_at"
            ),
            models.CheckConstraint(
                condition=models.Q(what="sectors") | models.Q(replaces=False), name="sector_import_replaces_sectors"
            ),
        ]
        verbose_name = _("import of sectors")
        verbose_name_plural = _("imports of sectors")

    def __str__(self) -> str:
        return self.name
