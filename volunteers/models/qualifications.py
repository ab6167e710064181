"""Qualifications: the neutral notion that a training grants and a mission or a sector asks for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Qualification(models.Model):
    """Something one has learnt, such as "going towards" or leading a team."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")

    def __str__(self) -> str:
        return self.name


class QualificationHeld(models.Model):
    """A volunteer holds a qualification since a day, until another (or for good)."""

    volunteer = models.ForeignKey("volunteers.Volunteer", models.CASCADE, related_name="qualifications")
    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="holders")
    granted_on = models.DateField(_("granted on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "qualification"], name="qualification_held_once"),
        ]
        verbose_name = _("qualification held")
        verbose_name_plural = _("qualifications held")

    def __str__(self) -> str:
        return f"{self.volunteer_id} · {self.qualification_id}"
