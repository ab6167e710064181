"""A person leaves, or asks what is kept: their certificates, and what sessions granted them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from trainings.models import Certificate, Grant
from volunteers.exporting import Row, Section
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Deletes their certificates, whose numbers are unknown from now on, and what sessions granted. Harmless twice."""
    Certificate.objects.filter(registration__volunteer__user=user).delete()
    Grant.objects.filter(registration__volunteer__user=user).delete()


def _certificates(user: User) -> Iterable[Row]:
    rows = Certificate.objects.filter(registration__volunteer__user=user).select_related("registration__slot")
    for row in rows.order_by("pk").prefetch_related("revocations"):
        yield {
            "title": row.registration.slot.title,
            "starts_at": row.registration.slot.starts_at,
            "name": row.name,
            "number": row.number,
            "issued_at": row.issued_at,
            "revoked_at": row.revoked_at,
            "reason": row.reason,
            "undone": " · ".join(past.reason for past in row.revocations.all()),
        }


CERTIFICATES = Section(
    "certificates",
    _("Your certificates"),
    {
        "title": _("date"),
        "starts_at": _("starts at"),
        "name": _("name"),
        "number": _("number"),
        "issued_at": _("made"),
        "revoked_at": _("revoked"),
        "reason": _("why"),
        "undone": _("why it was revoked before, which was undone"),
    },
    _certificates,
)
KEPT = Rule(
    "trainings_certificate",
    _("Certificates that you made, with the name that you gave"),
    _("So that whoever you show one can check it"),
    _("Until you withdraw it or delete your account; then its number is unknown"),
    "",
)
