"""Forgetting old messages."""

import datetime as dt

from django.utils import timezone

from mail import mailbox
from mail.models import Message

KEPT = dt.timedelta(days=30)  # from the day the message was queued


def forget_old() -> int:
    """Deletes messages that are done with and older than 30 days, and the demonstration's copies; returns how many."""
    before = timezone.now() - KEPT
    mailbox.forget(before)
    return Message.objects.filter(created_at__lt=before).exclude(state__in=Message.UNSENT).delete()[0]
