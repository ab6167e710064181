"""Lists of people sent in for a Night: what each holds, until somebody decides on it, and where people came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.night.models.participants import Participant
from volunteers.models.imports import PreviewPage, private_storage
from volunteers.models.leases import Leased

FOLDER = "people-lists/"


class PeopleList(Leased):
    """One file, of the contact of an organisation (``partner``) or of an organiser. Changes of state happen in
    events.night.people.listing_people and taking_up only.

    A partner's is short: it is read as it is sent, and compared each time that it is looked at. An organiser's is read,
    compared and written off the request; between these steps its columns are said, and its pairs answered. Confirming
    writes what was looked at, or nothing. The row stays as a record of where people came from, without its contents.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be read")
        READING = "reading", _("being read")
        COLUMNS = "columns", _("its columns are to be looked at")
        SORTED = "sorted", _("waiting to be compared")
        COMPARING = "comparing", _("being compared")
        READY = "ready", _("to be looked at")
        CONFIRMED = "confirmed", _("confirmed, waiting to be written")
        WRITING = "writing", _("being written")
        DONE = "done", _("written")
        CANCELLED = "cancelled", _("given up")
        FAILED = "failed", _("refused")

    WORKING = (State.QUEUED, State.READING, State.SORTED, State.COMPARING, State.CONFIRMED, State.WRITING)
    ENDED = (State.DONE, State.CANCELLED, State.FAILED)

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="people_lists", verbose_name=_("edition"))
    partner = models.ForeignKey(
        "night.Partner",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="lists",
        verbose_name=_("partner organisation"),
    )
    source = models.CharField(_("where this list comes from"), max_length=240, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Participant.Kind, default=Participant.Kind.PROFESSIONAL)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    name = models.CharField(_("name of the file"), max_length=120)
    file = models.FileField(upload_to=FOLDER, storage=private_storage, blank=True, help_text=_("Until it is read."))
    sha256 = models.CharField(max_length=64, editable=False)
    headers = models.JSONField(default=list, editable=False)
    columns = models.JSONField(
        default=dict, editable=False, help_text=_("Which column holds what: its number, and the name of a field.")
    )
    rows = models.JSONField(
        default=list, editable=False, help_text=_("What was read in the file, until somebody has decided.")
    )
    problem = models.TextField(_("why it was refused"), blank=True)
    problem_values = models.JSONField(default=dict, blank=True, editable=False)
    remarks = models.JSONField(_("remarks"), default=list, blank=True)
    plan = models.CharField(max_length=64, blank=True, editable=False, help_text=_("Digest of what was looked at."))
    size = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("rows refused"), default=0)
    created_at = models.DateTimeField(_("sent in"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("done", "cancelled", "failed")) | Q(ended_at__isnull=False, rows=[], file=""),
                name="people_list_ended_without_rows",
            ),
        ]
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def is_ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def is_confirmable(self) -> bool:
        """Of an organiser's list: one row refused means that nothing is written. Its open pairs are looked at apart."""
        return self.state == self.State.READY and not self.refused and self.created + self.changed > 0


class ListPage(PreviewPage):
    """Of the preview of an organiser's list, until it is written or given up."""

    sent = models.ForeignKey(PeopleList, models.CASCADE, related_name="pages", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sent", "kind", "number"], name="list_page_once")]

    def __str__(self) -> str:
        return f"{self.sent_id} {self.kind} {self.number}"


class ListPair(models.Model):
    """Two who may be one person: a row of a list, and somebody of the network or an earlier row. Kept until the list is
    written or given up, and the answer can be changed until then.

    ``key`` names the two (``12:v7``: row 12 and volunteer 7; ``12:r3``: rows 12 and 3). ``facts``: what a page shows of
    both, see events.night.people.pairing. ``kept``: of each field that differs, whose is kept; none: what is usual.
    """

    sent = models.ForeignKey(PeopleList, models.CASCADE, related_name="pairs", db_index=False)
    number = models.PositiveIntegerField(help_text=_("In the order of the list."))
    key = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    is_one = models.BooleanField(_("one person"), null=True)
    kept = models.JSONField(default=dict)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sent", "number"], name="list_pair_number_once"),
            models.UniqueConstraint(fields=["sent", "key"], name="list_pair_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sent_id} {self.key}"
