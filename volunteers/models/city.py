"""The city as data: its districts, and the vocabularies that a profile chooses from."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from volunteers.models import outlines

UNSOUND = _(
    "This is no GeoJSON Polygon or MultiPolygon: each ring is a list of at least four pairs, longitude then latitude, "
    "of which the last is the first again."
)


class District(models.Model):
    """A district (arrondissement): what people live in, and what places and sectors belong to."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=80)
    latitude = models.FloatField(_("latitude"), help_text=_("Of the centroid, in degrees (WGS 84)."))
    longitude = models.FloatField(_("longitude"))
    area_km2 = models.FloatField(_("area (km²)"), null=True, blank=True)
    boundary = models.JSONField(
        _("boundary"), default=dict, blank=True, help_text=_("A GeoJSON Polygon or MultiPolygon (RFC 7946).")
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return f"{self.code.lstrip('0')} · {self.name}"

    def clean(self) -> None:
        """Refuses a boundary that no map could draw, and a centre that is not on the earth."""
        if not outlines.is_sound(self.boundary):
            raise ValidationError({"boundary": UNSOUND})
        if self.latitude is not None and not abs(self.latitude) < 90:
            raise ValidationError({"latitude": _("A latitude is between -90 and 90.")})
        if self.longitude is not None and not abs(self.longitude) <= 180:
            raise ValidationError({"longitude": _("A longitude is between -180 and 180.")})


class Interest(models.Model):
    """Something a volunteer would like to act on."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("interest")
        verbose_name_plural = _("interests")

    def __str__(self) -> str:
        return self.name


class SpokenLanguage(models.Model):
    """A language that people speak, by its ISO 639-1 (or 639-3) code."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["code"]
        verbose_name = _("spoken language")
        verbose_name_plural = _("spoken languages")

    def __str__(self) -> str:
        return self.name
