"""Who is named for a Night by somebody else: by a partner organisation, or by a list of the organisers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from events.night.models.participants import Participant


class PartnerQuerySet(models.QuerySet["Partner"]):
    def with_sizes(self) -> Self:
        """Adds ``named``: how many people it has named, whoever does not come included."""
        return self.annotate(named=Count("people"))


class Partner(models.Model):
    """An organisation whose people go out on a Night. Its contact, who needs no account, names them behind a link.

    The link is signed and holds ``link_number``: another number ends the links before it, no ``link_expires_at`` all of
    them (events.night.partners.inviting). What it may say of its people: ``qualifications``. The sectors that it has
    (``Sector.partner``) are for the people that it names for them, and for nobody else.
    """

    edition = models.ForeignKey(
        "night.Edition",
        models.CASCADE,
        related_name="partners",
        db_index=False,  # the constraint's begins with it
        editable=False,
        verbose_name=_("edition"),
    )
    name = models.CharField(_("name of the organisation"), max_length=120)
    contact_name = models.CharField(_("name of its contact"), max_length=120)
    contact_email = models.EmailField(_("e-mail address of its contact"))
    language = models.CharField(_("language of its contact"), max_length=5, choices=settings.LANGUAGES, default="fr")
    qualifications = models.ManyToManyField(
        "volunteers.Qualification", blank=True, related_name="+", verbose_name=_("clearances that it brings")
    )
    headquarters = models.ForeignKey(
        "night.Headquarters",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("headquarters of its people"),
    )
    expected = models.PositiveSmallIntegerField(_("people expected"), null=True, blank=True)
    link_number = models.PositiveIntegerField(default=0, editable=False)
    link_expires_at = models.DateTimeField(_("link open until"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("link sent at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "name"], name="partner_name_in_edition"),
            models.CheckConstraint(condition=Q(expected=None) | Q(expected__gte=1), name="partner_expects_somebody"),
        ]
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")

    def __str__(self) -> str:
        return self.name

    def has_link(self, now: dt.datetime | None = None) -> bool:
        """Is a link open now?"""
        return self.link_expires_at is not None and self.link_expires_at > (now or timezone.now())


class NamedPersonQuerySet(models.QuerySet["NamedPerson"]):
    def coming(self) -> Self:
        """Those who take part, as far as we know."""
        return self.filter(objected_at=None, participant__state=Participant.State.ACTIVE)

    def for_teams(self, edition: Any) -> Self:
        """Those who come and are named for the team of a sector, the first named first."""
        return self.coming().filter(edition=edition, sector__isnull=False).order_by("created_at", "pk")


class NamedPerson(models.Model):
    """What somebody else said of a person: all that they see of them, whatever the person's account holds.

    ``participant``: their part in the Night, which this row has made (``brought``) or found there. Written by
    events.night.people.bringing and events.night.partners.objecting only.
    """

    edition = models.ForeignKey("night.Edition", models.CASCADE, related_name="named", verbose_name=_("edition"))
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="people", verbose_name=_("partner organisation")
    )
    participant = models.ForeignKey(
        "night.Participant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="named_by",
        verbose_name=_("participant"),
    )
    brought = models.BooleanField(default=False, editable=False)
    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    phone = PhoneNumberField(_("telephone"), blank=True)
    leader = models.BooleanField(_("may lead a team"), default=False)
    max_walk = models.PositiveSmallIntegerField(_("walking"), choices=Participant.Walk, default=Participant.Walk.USUAL)
    languages = models.ManyToManyField("volunteers.SpokenLanguage", blank=True, verbose_name=_("languages spoken"))
    clearances = models.ManyToManyField(
        "volunteers.Qualification", blank=True, related_name="+", verbose_name=_("clearances")
    )
    headquarters = models.ForeignKey(
        "night.Headquarters",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("headquarters"),
    )
    sector = models.ForeignKey(
        "night.Sector", models.SET_NULL, null=True, blank=True, related_name="named", verbose_name=_("sector")
    )
    sent = models.ForeignKey(
        "night.PeopleList",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="people",
        verbose_name=_("list of people"),
        help_text=_("The file that said so last, if one did."),
    )
    row = models.PositiveIntegerField(_("row of the file"), null=True, blank=True, editable=False)
    origins = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Of two put together: the row of the file that a field comes from; 0: what was known."),
    )
    objected_at = models.DateTimeField(_("objected at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NamedPersonQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "email"], condition=Q(partner__isnull=False), name="named_person_once_a_partner"
            ),
            models.UniqueConstraint(
                fields=["edition", "email"], condition=Q(partner=None), name="named_person_once_an_edition"
            ),
            models.UniqueConstraint(
                fields=["participant"], condition=Q(brought=True), name="named_person_brought_once"
            ),
            models.CheckConstraint(condition=Q(max_walk__lte=2), name="named_person_walk_0_to_2"),
        ]
        verbose_name = _("person named by others")
        verbose_name_plural = _("people named by others")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.partner_id} · {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
