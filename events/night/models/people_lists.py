"""Lists of people sent in for a Night: what each holds, until somebody decides on it, and where people came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.night.models.participants import Participant


class PeopleList(models.Model):
    """One file, of the contact of an organisation (``partner``) or of an organiser. Changes of state happen in
    events.night.people.listing_people only.

    What it would change is worked out anew each time that it is looked at; confirming writes that, or nothing. The row
    stays as a record of where people came from, without its contents.
    """

    class State(models.TextChoices):
        READY = "ready", _("to be looked at")
        DONE = "done", _("written")
        CANCELLED = "cancelled", _("given up")

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
    sha256 = models.CharField(max_length=64, editable=False)
    headers = models.JSONField(default=list, editable=False)
    columns = models.JSONField(
        default=dict, editable=False, help_text=_("Which column holds what: its number, and the name of a field.")
    )
    rows = models.JSONField(
        default=list, editable=False, help_text=_("What was read in the file, until somebody has decided.")
    )
    answers = models.JSONField(
        default=dict,
        editable=False,
        help_text=_("Which pairs are one person, and which are two."),
    )
    created = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    created_at = models.DateTimeField(_("sent in"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready") | Q(ended_at__isnull=False, rows=[]), name="people_list_ended_without_rows"
            ),
        ]
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")

    def __str__(self) -> str:
        return self.name
