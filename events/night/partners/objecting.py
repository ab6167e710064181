"""Somebody whom others have named says no: by the link in the message that told them, without signing in."""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.utils import timezone

from events.night.models import NamedPerson
from events.night.sign_up import withdrawing

SALT = "events.night.objecting"


def token_of(person: NamedPerson) -> str:
    """Proves having received the message about having been named."""
    return signing.dumps([person.pk], salt=SALT, compress=False)


def person_of(token: str) -> NamedPerson | None:
    """Who is named; None for a forged link, and when nobody names them any more."""
    try:
        (pk,) = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = NamedPerson.objects.select_related(
        "partner", "edition__network", "participant__volunteer__user", "headquarters__district"
    )
    return rows.filter(pk=pk).first()


def object_to(person: NamedPerson) -> None:
    """They do not take part, and what was said of them is forgotten but for the name and the address, so that the same
    organisation cannot name them again. Harmless twice.

    Who had signed up by themselves, or is named by somebody else as well, still takes part. Refuses once people have
    come to the headquarters, as withdrawing does. Holds what withdrawing holds, then the row.
    """
    with transaction.atomic():
        participant = person.participant
        if participant and participant.is_active and person.brought:
            others = participant.named_by.filter(objected_at=None).exclude(pk=person.pk)
            if heir := others.order_by("pk").first():
                NamedPerson.objects.filter(pk=person.pk).update(brought=False)
                NamedPerson.objects.filter(pk=heir.pk).update(brought=True)
            else:
                withdrawing.withdraw(participant, by=participant.volunteer.user)
        row = NamedPerson.objects.select_for_update(no_key=True).filter(pk=person.pk, objected_at=None).first()
        if row is None:
            return
        row.objected_at, row.phone, row.leader = timezone.now(), "", False
        row.headquarters = row.sector = None
        row.save()
        row.languages.clear()
        row.clearances.clear()
