"""What a session gave somebody: a qualification granted, a certificate made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Grant(models.Model):
    """A session has given somebody its training's qualification. What the person holds is in ``volunteers``.

    Changes in trainings.awarding only.
    """

    registration = models.OneToOneField("events.Registration", models.CASCADE, related_name="grant")
    qualification = models.ForeignKey("volunteers.Qualification", models.PROTECT, related_name="grants")
    granted_on = models.DateField(_("granted on"), help_text=_("The session's day."))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    held_since = models.DateField(null=True, help_text=_("Since when the person held it before, from elsewhere."))
    held_until = models.DateField(null=True)
    times = models.PositiveSmallIntegerField(
        default=1, help_text=_("How many times it was granted, after taking back.")
    )
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["granted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                name="grant_taken_back_for_a_reason",
            ),
        ]
        verbose_name = _("qualification granted")
        verbose_name_plural = _("qualifications granted")

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.qualification_id}"

    @property
    def stands(self) -> bool:
        return self.revoked_at is None


class Certificate(models.Model):
    """That somebody was there, on a paper that can be checked. Made by its bearer, under the name that they give.

    Changes in trainings.certifying only.
    """

    registration = models.ForeignKey("events.Registration", models.CASCADE, related_name="certificates")
    number = models.CharField(
        _("number"), max_length=24, unique=True, help_text=_("Public, and not to be guessed: see trainings.certifying.")
    )
    name = models.CharField(_("name"), max_length=160, help_text=_("As its bearer wants it to be read."))
    issued_at = models.DateTimeField(_("issued at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(revoked_at=None), name="certificate_one_that_stands"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                name="certificate_revoked_for_a_reason",
            ),
        ]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return self.number


class Revocation(models.Model):
    """A certificate's revocation that was undone: when, why and by whom it was made, and undone. Append-only.

    The one that stands is in the certificate itself.
    """

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="revocations")
    revoked_at = models.DateTimeField(_("revoked at"))
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=300)
    undone_at = models.DateTimeField(_("undone at"))
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["undone_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="revocation_for_a_reason"),
            models.CheckConstraint(condition=Q(undone_at__gte=F("revoked_at")), name="revocation_undone_after_it"),
        ]
        verbose_name = _("undone revocation")
        verbose_name_plural = _("undone revocations")

    def __str__(self) -> str:
        return f"{self.certificate_id} · {self.undone_at:%Y-%m-%d}"
