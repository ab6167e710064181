"""What the messages about qualifications and certificates say, made at the moment they leave."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from mail.kinds import Letter
from trainings.models import Certificate, Grant


def compose_granted(context: dict[str, Any]) -> Letter | None:
    """The qualification is the person's; None when it was taken back before the message left."""
    grant = _grant(context)
    return Letter(_about(grant)) if grant and grant.stands and grant.times == context["times"] else None


def compose_taken_back(context: dict[str, Any]) -> Letter | None:
    """It no longer is; None when it was granted again before the message left."""
    grant = _grant(context)
    return Letter(_about(grant)) if grant and not grant.stands and grant.times == context["times"] else None


def compose_revoked(context: dict[str, Any]) -> Letter | None:
    """A certificate is no longer valid, and why."""
    related = ("registration__volunteer__user", "registration__slot")
    certificate = Certificate.objects.select_related(*related).filter(pk=context["certificate"]).first()
    if certificate is None or certificate.revoked_at is None or certificate.registration.volunteer is None:
        return None
    return Letter(_of(certificate.registration) | {"certificate": certificate, "reason": certificate.reason})


def compose_restored(context: dict[str, Any]) -> Letter | None:
    """A certificate is valid again; None when it was revoked anew before the message left."""
    related = ("registration__volunteer__user", "registration__slot")
    certificate = Certificate.objects.select_related(*related).filter(pk=context["certificate"]).first()
    if certificate is None or certificate.revoked_at is not None or certificate.registration.volunteer is None:
        return None
    return Letter(_of(certificate.registration) | {"certificate": certificate})


def _grant(context: dict[str, Any]) -> Grant | None:
    rows = Grant.objects.select_related("registration__volunteer__user", "registration__slot", "qualification")
    return rows.filter(registration__uid=context["registration"]).exclude(registration__volunteer=None).first()


def _about(grant: Grant) -> dict[str, Any]:
    return _of(grant.registration) | {"grant": grant, "qualification": grant.qualification, "reason": grant.reason}


def _of(registration: Any) -> dict[str, Any]:
    return {
        "slot": registration.slot,
        "first_name": registration.volunteer.user.first_name,
        "certificate_url": settings.SITE_URL + reverse("certificates:certificate", args=[registration.uid]),
        "all_url": settings.SITE_URL + reverse("certificates:mine"),
    }
