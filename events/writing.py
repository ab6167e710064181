"""An organiser writes to the people registered for a slot."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.scheduling import ChangeRefused
from mail import queuing
from mail.models import Message
from volunteers.models import User

State = Registration.State
PendingFor = Registration.PendingFor


class AnotherWordLeft(ChangeRefused):
    """This opening of the form has sent another text already."""


def recipients(slot: Slot, *, states: Collection[str]) -> RegistrationQuerySet:
    """The registrations in those states whose people can be written to: one each, the address proved.

    Of somebody who cancelled and came back, the latest counts; somebody who came back is not among the cancelled.
    """
    rows = slot.registrations.filter(state__in=states).exclude(volunteer=None).exclude(pending_for=PendingFor.CODE)
    never_told = Q(end_reason=Registration.EndReason.EXPIRED, confirmed_at=None, queue_number=None)
    back = slot.registrations.active().exclude(volunteer=None).values("volunteer")
    ended_for_good = Q(state__in=Registration.ACTIVE) | ~Q(volunteer__in=back)
    return rows.exclude(never_told).filter(ended_for_good)


def write(slot: Slot, *, states: Collection[str], subject: str, body: str, key: str, by: User) -> int:
    """Queues one message for each person registered in those states; returns how many are in the outbox.

    ``key`` belongs to one opening of the form: the same text a second time, by a double click, sends nothing more,
    and another text is refused (AnotherWordLeft). Plain text. Refuses an empty text, a subject of several lines, and
    an empty audience.
    """
    subject, body = subject.strip(), body.strip()
    if not subject or not body:
        raise ChangeRefused(_("A message needs a subject and a text."))
    if len(subject.splitlines()) > 1:
        raise ChangeRefused(_("The subject is one line."))
    rows = recipients(slot, states=states).select_related("volunteer__user").order_by("pk")
    told = {row.volunteer: row for row in rows if row.volunteer}  # the latest of each person
    if not told:
        raise ChangeRefused(_("Nobody is in the groups that you chose."))
    keys = f"word:{slot.pk}:{key}:"
    with transaction.atomic():
        queuing.queue_many(
            queuing.draft(
                "events/word-from-organiser",
                key=f"{keys}{volunteer.pk}",
                user=volunteer.user,
                context={"registration": str(row.uid), "subject": subject, "body": body, "by": by.pk},
                priority=Message.Priority.NORMAL,
            )
            for volunteer, row in told.items()
        )
        # Looked at after writing, which waits for whoever was writing the same keys at the same moment.
        others = Message.objects.filter(key__startswith=keys)
        if others.exclude(context__subject=subject, context__body=body).exists():
            raise AnotherWordLeft(
                _(
                    "Your first text has left already, and this one has not been sent. "
                    "Send again to write a second message."
                )
            )
    return len(told)
