"""The pieces of city that the teams of a headquarters walk, one team each."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

LARGEST_TEAM = 20


class PlaceKind(models.Model):
    """What a sector mostly is: streets, a station, a park... The city's own list."""

    class Colour(models.TextChoices):
        """Of its cells on the map. Each has a tone by day and one by night (static/css/maillage.css)."""

        SLATE = "slate", _("slate")
        BLUE = "blue", _("blue")
        TEAL = "teal", _("teal")
        GREEN = "green", _("green")
        OLIVE = "olive", _("olive")
        BROWN = "brown", _("brown")
        RED = "red", _("red")
        PLUM = "plum", _("plum")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.SLATE)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("kind of place")
        verbose_name_plural = _("kinds of places")

    def __str__(self) -> str:
        return self.name


class SectorQuerySet(models.QuerySet["Sector"]):
    def in_order(self) -> Self:
        """District by district, as one counts: 07-2 before 07-10."""
        return self.order_by("headquarters__district__code", Length("code"), "code")


class Sector(models.Model):
    """One piece of the city, and what its team must know and be."""

    class Walk(models.IntegerChoices):
        EASY = 0, _("easy: flat and short")
        USUAL = 1, _("usual: two hours on foot")
        HARD = 2, _("hard: long, steep or rough")

    edition = models.ForeignKey(
        "night.Edition",
        models.CASCADE,
        related_name="sectors",
        db_index=False,  # the constraint's begins with it
        editable=False,
        verbose_name=_("edition"),
        help_text=_("Its headquarters' own, in the row so that the database can hold each code to be one sector's."),
    )
    headquarters = models.ForeignKey(
        "night.Headquarters", models.CASCADE, related_name="sectors", verbose_name=_("headquarters")
    )
    code = models.CharField(_("code"), max_length=12, help_text=_("The district's code and a number: 07-6."))
    boundary = models.JSONField(
        _("boundary"), default=dict, blank=True, help_text=_("A GeoJSON Polygon or MultiPolygon (RFC 7946).")
    )
    kind = models.ForeignKey("night.PlaceKind", models.PROTECT, related_name="sectors", verbose_name=_("kind of place"))
    walk = models.PositiveSmallIntegerField(_("walking"), choices=Walk, default=Walk.USUAL)
    professionals_only = models.BooleanField(_("professionals only"), default=False)
    partner = models.ForeignKey(
        "night.Partner",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sectors",
        verbose_name=_("partner organisation"),
        help_text=_("Whose people make its team. Empty: anybody's."),
    )
    least = models.PositiveSmallIntegerField(_("smallest team"), default=3)
    target = models.PositiveSmallIntegerField(_("team aimed at"), default=4)
    most = models.PositiveSmallIntegerField(_("largest team"), default=5)
    rally_points = models.TextField(_("rally points"), blank=True)
    dangers = models.TextField(_("dangers"), blank=True)
    difficulties = models.TextField(_("known difficulties"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SectorQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "code"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="sector_code_in_edition"),
            models.CheckConstraint(condition=~Q(code=""), name="sector_has_a_code"),
            models.CheckConstraint(condition=Q(walk__lte=2), name="sector_walk_0_to_2"),
            models.CheckConstraint(
                condition=Q(least__gte=1, least__lte=F("target"), target__lte=F("most"), most__lte=LARGEST_TEAM),
                name="sector_sizes_in_order",
            ),
        ]
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return self.code


class SectorTag(models.Model):
    """A language or a qualification that the team together must have (a need), or had better have (a want)."""

    sector = models.ForeignKey(Sector, models.CASCADE, related_name="tags", verbose_name=_("sector"))
    language = models.ForeignKey(
        "volunteers.SpokenLanguage", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("language")
    )
    qualification = models.ForeignKey(
        "volunteers.Qualification",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("qualification"),
    )
    is_needed = models.BooleanField(_("needed"), default=False, help_text=_("Otherwise it is only wished for."))

    class Meta:
        ordering = ["-is_needed", "language__code", "qualification__slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(language=None, qualification__isnull=False) | Q(language__isnull=False, qualification=None),
                name="sector_tag_one_thing",
            ),
            models.UniqueConstraint(
                fields=["sector", "language"], condition=Q(language__isnull=False), name="sector_language_once"
            ),
            models.UniqueConstraint(
                fields=["sector", "qualification"],
                condition=Q(qualification__isnull=False),
                name="sector_qualification_once",
            ),
        ]
        verbose_name = _("tag of a sector")
        verbose_name_plural = _("tags of sectors")

    def __str__(self) -> str:
        return str(self.language or self.qualification)
