"""Putting messages into the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from mail.models import Message
from mail.tasks import wake
from volunteers.models import User


def draft(
    kind: str,
    *,
    key: str,
    to: str = "",
    user: User | None = None,
    language: str = "",
    context: dict[str, Any] | None = None,
    priority: int = Message.Priority.NORMAL,
    not_before: dt.datetime | None = None,
) -> Message:
    """A message not yet in the outbox, for ``queue_many``. Address and language default to the account's."""
    if not to and not user:
        raise ValueError("a message goes to somebody")
    message = Message(
        kind=kind,
        key=key,
        to=to or (user.email if user else ""),
        user=user,
        language=language or (user.language if user else "fr"),
        context=context or {},
        priority=priority,
    )
    if not_before:
        message.not_before = not_before
    return message


def queue(kind: str, *, key: str, **what: Any) -> None:
    """Queues one message inside the caller's transaction; the same ``key`` a second time changes nothing."""
    queue_many([draft(kind, key=key, **what)])


def queue_many(messages: Iterable[Message]) -> None:
    """Queues messages in one statement per thousand, and wakes a worker once the transaction has committed."""
    Message.objects.bulk_create(messages, batch_size=1000, ignore_conflicts=True)
    wake_after_commit()


def wake_after_commit() -> None:
    """For who writes a drafted message into the outbox itself."""
    transaction.on_commit(wake)
