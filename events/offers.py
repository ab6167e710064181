"""The link that lets somebody answer an offered seat from the mail, without signing in."""

from __future__ import annotations

from django.core import signing

from events.models import Registration

SALT = "events.offers"


def token_of(registration: Registration) -> str:
    """Proves having received this very offer: it is worth nothing once the registration has changed again."""
    return signing.dumps([registration.pk, registration.sequence], salt=SALT, compress=False)


def registration_of(token: str) -> tuple[Registration, bool] | None:
    """The registration that the link is about, and whether the offer still stands; None for a forged link."""
    try:
        pk, sequence = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Registration.objects.select_related(
        "volunteer__user", "slot__network", "slot__venue__district", "slot__room"
    )
    registration = rows.filter(pk=pk).exclude(volunteer=None).first()
    if registration is None:
        return None
    offered = registration.pending_for == Registration.PendingFor.OFFER
    return registration, offered and registration.sequence == sequence
