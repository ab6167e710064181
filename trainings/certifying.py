"""Certificates: made by whoever was there, checked by whoever is shown one, revoked by an organiser who says why,
and may undo it."""

from __future__ import annotations

import secrets
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Registration
from events.scheduling import ChangeRefused
from mail import queuing
from trainings.models import Certificate, Grant
from volunteers.models import User

LETTERS = "346789CDFGHJKMNPQRTWXY"  # none that is taken for another
GROUPS, GROUP = 4, 5  # 20 letters of 22: 89 bits, which nobody guesses


class Standing(StrEnum):
    """What whoever checks a certificate is told. EXPIRED: the qualification on it is no longer valid."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


def issue(registration: Registration, *, name: str, by: User) -> Certificate:
    """Makes the certificate of that registration, under the name that its bearer gives. Sends nothing.

    Harmless twice: the one that stands is returned, its name as it was. Refuses whoever was not marked present, a date
    that is not over, an empty name, and a certificate that was revoked, unless the qualification was granted again
    since. Locks the registration's row.
    """
    name = name.strip()
    if not name:
        raise ChangeRefused(_("Write the name that the certificate shall bear."))
    with transaction.atomic():
        row = (
            Registration.objects.select_for_update(no_key=True, of=("self",))
            .select_related("slot")
            .get(pk=registration.pk)
        )
        if not can_have(row):
            raise ChangeRefused(_("A certificate is for whoever was marked present, once the date is over."))
        made = list(row.certificates.order_by("-pk"))
        if made and made[0].revoked_at is None:
            return made[0]
        if made and not may_make_again(made[0]):
            raise ChangeRefused(_("This certificate was revoked: ask the organisers."))
        return Certificate.objects.create(registration=row, number=_number(), name=name)


def can_have(registration: Registration) -> bool:
    """Was the person there to the end, of a date that is over?"""
    return (
        registration.state == Registration.State.CONFIRMED
        and registration.attendance == Registration.Attendance.PRESENT
        and registration.slot.ends_at <= timezone.now()
    )


def may_make_again(revoked: Certificate) -> bool:
    """Was it revoked only with the qualification on it, or has that been granted again since?

    The person was there, then: another certificate says no more than that, or says what is so again.
    """
    grant = getattr(revoked.registration, "grant", None)
    if grant is None or revoked.revoked_at is None:
        return False
    return bool(grant.granted_at > revoked.revoked_at if grant.stands else grant.revoked_at == revoked.revoked_at)


def withdraw(certificate: Certificate, *, by: User) -> None:
    """Its bearer no longer wants it to be read: the number is unknown from now on, and another can be made.

    Harmless twice. Refuses one that was revoked, which goes on saying so.
    """
    rows = Certificate.objects.filter(pk=certificate.pk)
    if not rows.filter(revoked_at=None).delete()[0] and rows.exists():
        raise ChangeRefused(_("This certificate was revoked: it cannot be withdrawn."))


def revoke(certificate: Certificate, *, reason: str, by: User) -> Certificate:
    """It is no longer valid, and says so and since when. Tells its bearer why. Harmless twice: the first reason stays.

    Refuses without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ChangeRefused(_("Say why: the person will read it."))
    with transaction.atomic():
        now = timezone.now()
        standing = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
        changed = standing.update(revoked_at=now, revoked_by=by, reason=reason)
        certificate.refresh_from_db()
        volunteer = certificate.registration.volunteer
        if changed and volunteer:
            queuing.queue(
                "trainings/certificate-revoked",
                key=f"certificate-revoked:{certificate.pk}:{certificate.revocations.count()}",
                user=volunteer.user,
                context={"certificate": certificate.pk},
            )
    return certificate


def restore(certificate: Certificate, *, by: User) -> Certificate:
    """Undoes its revocation, which is kept: it is valid again, under the same number. Tells its bearer. Harmless twice.

    Refuses one that was revoked with its qualification (``revoke_with``): that is granted again; one whose bearer has
    made another since, or is no longer marked present. Locks the registration's row.
    """
    with transaction.atomic():
        registration = Registration.objects.select_for_update(no_key=True).get(pk=certificate.registration_id)
        row = Certificate.objects.select_related("registration__volunteer__user").get(pk=certificate.pk)
        if row.revoked_at is None:
            return row
        if went_with_qualification(row):
            raise ChangeRefused(_("It was revoked with the qualification: grant that again, and another can be made."))
        if not can_have(registration):
            raise ChangeRefused(_("A certificate is for whoever was marked present, once the date is over."))
        if registration.certificates.filter(revoked_at=None).exists():
            raise ChangeRefused(_("Another certificate has been made since: this one stays revoked."))
        undone = row.revocations.create(
            revoked_at=row.revoked_at,
            revoked_by=row.revoked_by,
            reason=row.reason,
            undone_at=timezone.now(),
            undone_by=by,
        )
        row.revoked_at, row.revoked_by, row.reason = None, None, ""
        row.save(update_fields=["revoked_at", "revoked_by", "reason"])
        if volunteer := row.registration.volunteer:
            queuing.queue(
                "trainings/certificate-restored",
                key=f"certificate-restored:{undone.pk}",
                user=volunteer.user,
                context={"certificate": row.pk},
            )
    return row


def went_with_qualification(revoked: Certificate) -> bool:
    """Was it revoked in the moment in which its qualification was taken back, and not by itself?"""
    grant = getattr(revoked.registration, "grant", None)
    return grant is not None and not grant.stands and grant.revoked_at == revoked.revoked_at


def revoke_with(grant: Grant) -> int:
    """With a qualification taken back goes the certificate that says it, inside the caller's transaction.

    The same moment and reason; no message, since the caller writes one. Returns how many.
    """
    standing = Certificate.objects.filter(registration=grant.registration_id, revoked_at=None)
    return standing.update(revoked_at=grant.revoked_at, revoked_by=grant.revoked_by, reason=grant.reason)


def readable() -> QuerySet[Certificate]:
    """With all that a certificate says."""
    return Certificate.objects.select_related(
        "registration__slot__session__training__given_by",
        "registration__slot__network",
        "registration__grant__qualification",
    )


def found(number: str) -> Certificate | None:
    """The certificate of that number, as people type it; None for one that there is not, or no longer."""
    bare = "".join(number.upper().split()).replace("-", "")
    if len(bare) != GROUPS * GROUP or not set(bare) <= set(LETTERS):
        return None
    return readable().filter(number=_grouped(bare)).exclude(registration__volunteer=None).first()


def standing(certificate: Certificate) -> Standing:
    """Of a ``readable`` certificate, today. Whoever was marked otherwise since was not there."""
    if certificate.revoked_at is not None or not can_have(certificate.registration):
        return Standing.REVOKED
    grant = getattr(certificate.registration, "grant", None)
    if grant and grant.stands and grant.expires_on and grant.expires_on < timezone.localdate():
        return Standing.EXPIRED
    return Standing.VALID


def _number() -> str:
    return _grouped("".join(secrets.choice(LETTERS) for _letter in range(GROUPS * GROUP)))


def _grouped(bare: str) -> str:
    return "-".join(bare[start : start + GROUP] for start in range(0, len(bare), GROUP))
