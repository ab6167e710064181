"""Lists of volunteers sent in as a spreadsheet: where each came from, what it would change, what became of it."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from volunteers.models.leases import Leased

FOLDER = "imports/"


def private_storage() -> Storage:
    """Where uploads wait that no address leads to; asked for at run time, so that tests have their own."""
    return storages["private"]


class VolunteerImport(Leased):
    """One list sent in. Changes of state happen in volunteers.importing only.

    It is prepared (read and compared, nothing written), looked at, then confirmed or cancelled. The row stays as a
    record of provenance when the file and the preview are deleted.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("ready to be confirmed")
        CONFIRMED = "confirmed", _("confirmed, waiting to be written")
        WRITING = "writing", _("being written")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("refused")

    WORKING = (State.QUEUED, State.READING, State.CONFIRMED, State.WRITING)

    network = models.ForeignKey("volunteers.Network", models.PROTECT, related_name="imports", verbose_name=_("network"))
    source = models.CharField(_("where this list comes from"), max_length=240)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    file = models.FileField(_("file"), upload_to=FOLDER, storage=private_storage, blank=True)
    name = models.CharField(_("name of the file"), max_length=120)
    people = models.FileField(
        upload_to=FOLDER,
        storage=private_storage,
        blank=True,
        editable=False,
        help_text=_("What was read in the file, kept until the confirmation."),
    )
    sha256 = models.CharField(max_length=64, editable=False)
    problem = models.TextField(_("why it was refused"), blank=True)
    problem_values = models.JSONField(default=dict, blank=True, editable=False)
    notes = models.JSONField(_("remarks"), default=list, blank=True)
    plan = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Digest of what was looked at."))
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("rows refused"), default=0)
    created_at = models.DateTimeField(_("sent in"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import of volunteers")
        verbose_name_plural = _("imports of volunteers")

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_confirmable(self) -> bool:
        """One row refused means that nothing is written."""
        return self.state == self.State.READY and not self.refused and self.created + self.changed > 0


class PreviewPage(models.Model):
    """A screenful of a preview: rows as the screen shows them, so that a page is one read however long the list."""

    class Kind(models.TextChoices):
        REFUSED = "refused", _("refused")
        CHANGED = "changed", _("changed")
        CREATED = "created", _("added")
        UNCHANGED = "unchanged", _("unchanged")

    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveIntegerField()
    rows = models.JSONField(default=list)

    class Meta:
        abstract = True


class ImportPage(PreviewPage):
    """Of the preview of a list of volunteers."""

    volunteer_import = models.ForeignKey(VolunteerImport, models.CASCADE, related_name="pages")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer_import", "kind", "number"], name="import_page_once"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_import_id} {self.kind} {self.number}"
