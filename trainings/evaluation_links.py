"""The link by which somebody answers the questions about a session from the mail, without signing in."""

from __future__ import annotations

from django.core import signing

from events.models import Registration

SALT = "trainings.evaluations"


def token_of(registration: Registration) -> str:
    """Proves having received the questions; it answers once (``trainings.evaluating``)."""
    return signing.dumps(registration.pk, salt=SALT, compress=False)


def registration_of(token: str) -> Registration | None:
    """The registration that the link is about; None for a forged link, or when it or the person is gone."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Registration.objects.select_related("slot__network", "slot__venue", "slot__room")
    return rows.filter(pk=pk).exclude(volunteer=None).first()
