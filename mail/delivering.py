"""Sending what is due in the outbox, each message once, whatever happens to the worker meanwhile.

A worker claims a few rows under a name and a lease, and commits. Before each message it makes sure that the claim is
still its own (the fence), sends, and marks. A claim that has expired goes back to the queue. So a worker that is killed
loses nothing; at most the message it was just handing to the mail server may leave twice, with the same Message-ID,
since nobody can know whether the server had taken it.
"""

from __future__ import annotations

import datetime as dt
import enum
import logging
import smtplib
import time
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, NotSupportedError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from mail import kinds
from mail.models import Message, MessageQuerySet, Suppression
from mail.rendering import render

logger = logging.getLogger(__name__)

State = Message.State
BATCH = 20
LEASE = dt.timedelta(minutes=3)  # several times the longest that one message can take
RUN = 30  # seconds after which a run stops by itself, so that a worker can be stopped politely
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=10), dt.timedelta(minutes=15)
MOST_ATTEMPTS = 300  # with the waits above, a little over three days


class Refusal(enum.Enum):
    """What a failed attempt says about the next one."""

    LATER = "later"  # this message may pass another time
    NEVER = "never"  # this message will not pass
    NOBODY = "nobody"  # nor will any other: there is no such address
    AWAY = "away"  # the server, not the message, is the trouble


@dataclass
class Run:
    """One worker's turn: its name in the claims, and its one connection to the mail server."""

    worker: str
    server: BaseEmailBackend
    sent: int = 0
    sent_on_connection: int = 0

    def reopen(self) -> bool:
        """Whether a new connection could be had. One that carried nothing is not worth replacing."""
        _close(self.server)
        if not self.sent_on_connection:
            return False
        self.sent_on_connection = 0
        return _open(self.server)


def deliver_due() -> bool:
    """Sends what is due; returns whether something due was left for another turn, because this one was long.

    Several workers may do this side by side. A mail server that is away costs nobody an attempt.
    """
    now = timezone.now()
    take_back_expired(now)
    if not Message.objects.any_due(now):
        return False
    run = Run(worker=uuid.uuid4().hex, server=get_connection())
    if not _open(run.server):
        return False
    ends = time.monotonic() + RUN
    try:
        while batch := claim(run.worker):
            if not _deliver(batch, run):
                return False
            if time.monotonic() > ends:
                return Message.objects.any_due(timezone.now())
    finally:
        _close(run.server)
        logger.info("mail sent", extra={"sent": run.sent})
    return False


def take_back_expired(now: dt.datetime) -> int:
    """Puts what a dead or paused worker had claimed back into the queue; returns how many.

    A row that somebody holds at this moment waits for the next turn: nobody stands in line behind a paused worker.
    """
    with transaction.atomic():
        keys = list(
            _free(Message.objects.filter(state=State.SENDING, lease_until__lte=now)).values_list("pk", flat=True)
        )
        expired = Message.objects.filter(pk__in=keys, state=State.SENDING, lease_until__lte=now)
        return expired.update(state=State.QUEUED, claimed_by="", lease_until=None) if keys else 0


def send_again(messages: QuerySet[Message], *, now: dt.datetime) -> int:
    """Puts those of the messages that failed back into the queue, as new ones; returns how many.

    Codes are left out: theirs is forgotten by then.
    """
    secret = [name for name in kinds.names() if kinds.get(name).secret]
    failed = messages.filter(state=State.FAILED).exclude(kind__in=secret)
    return failed.update(state=State.QUEUED, attempts=0, not_before=now, error="")


def claim(worker: str) -> list[Message]:
    """Takes the next few messages for this worker, under a lease, passing over rows that another claims now."""
    now = timezone.now()
    with transaction.atomic():
        keys = list(_free(Message.objects.due(now)).values_list("pk", flat=True)[:BATCH])
        Message.objects.filter(pk__in=keys, state=State.QUEUED).update(
            state=State.SENDING, claimed_by=worker, lease_until=now + LEASE
        )
    # Only these: rows of an earlier claim that ran out are not the worker's any more, even if nobody took them back.
    mine = Message.objects.filter(pk__in=keys, claimed_by=worker, state=State.SENDING).select_related("user")
    return list(mine.order_by("priority", "not_before", "pk"))


def _free(rows: MessageQuerySet) -> MessageQuerySet:
    """The rows that nobody else holds, locked until the end of the transaction. SQLite has one writer at a time."""
    return rows.select_for_update(skip_locked=True) if connection.features.has_select_for_update_skip_locked else rows


def wait_before_next(attempts: int) -> dt.timedelta:
    """How long a message waits after that many attempts."""
    return min(FIRST_WAIT * 3 ** min(attempts - 1, 10), LONGEST_WAIT)


def still_mine(message: Message, worker: str) -> bool:
    """The fence: whether the claim still holds. Renews it, counts the attempt, and says when the next one may be.

    The next attempt's time is written now and not afterwards, so that a message which kills its worker waits too, and
    lets the others pass.
    """
    now = timezone.now()
    wait = wait_before_next(message.attempts + 1)
    claimed = Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_by=worker, lease_until__gt=now)
    return bool(claimed.update(attempts=F("attempts") + 1, not_before=now + wait, lease_until=now + LEASE))


def _deliver(batch: list[Message], run: Run) -> bool:
    """Sends these messages; returns False when the mail server went away before the end."""
    suppressed = set(
        Suppression.objects.filter(email__in={message.to.lower() for message in batch}).values_list("email", flat=True)
    )
    for message in batch:
        if not still_mine(message, run.worker):
            continue
        if message.kind not in kinds.names():  # queued by a newer version than this worker's, most likely
            _refused(message, Refusal.LATER, LookupError(f"unknown kind {message.kind}"), run.worker)
            continue
        email = _written(message, suppressed)
        if email is None:
            continue
        try:
            run.server.send_messages([email])
        except Exception as error:
            refusal = refusal_of(error)
            _refused(message, refusal, error, run.worker)
            if refusal is Refusal.AWAY and not run.reopen():
                _release(run.worker)
                return False
        else:
            run.sent += 1
            run.sent_on_connection += 1
            _finish(message, State.SENT)
            if message.to.lower() in suppressed:  # the address works again
                Suppression.objects.filter(email=message.to.lower(), source=Suppression.Source.BOUNCE).delete()
    return True


def _written(message: Message, suppressed: set[str]) -> EmailMessage | None:
    """The message written out; None when it will not leave, which is then recorded."""
    try:
        # Somebody who asks for a code now is there to read it, and could never sign in again without it.
        if message.to.lower() in suppressed and not kinds.get(message.kind).secret:
            _finish(message, State.DROPPED, "suppressed address")
            return None
        email = render(message)
    except (OperationalError, InterfaceError, NotSupportedError):
        raise  # the database's trouble, not the message's: the claim will expire
    except Exception as error:
        logger.exception("mail could not be written", extra={"kind": message.kind, "mail": str(message.uid)})
        _finish(message, State.FAILED, _words(error))
        return None
    if email is None:
        _finish(message, State.DROPPED)
    return email


def refusal_of(error: Exception) -> Refusal:
    """What this error of the mail server, or of the way to it, means for the message (RFC 5321, RFC 3463)."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reason = next(iter(error.recipients.values()))
            if code // 100 == 5:
                return Refusal.NOBODY if _no_such_address(code, reason) else Refusal.NEVER
            return Refusal.AWAY if code == 421 else Refusal.LATER
        case smtplib.SMTPSenderRefused():  # our own address: a mistake of ours, to be put right without losing mail
            return Refusal.AWAY if error.smtp_code == 421 else Refusal.LATER
        case smtplib.SMTPDataError():
            if error.smtp_code // 100 == 5:
                return Refusal.NEVER
            return Refusal.AWAY if error.smtp_code == 421 else Refusal.LATER
        case smtplib.SMTPNotSupportedError() | ValueError():
            return Refusal.NEVER
        case OSError():  # smtplib's other errors are such, and so is a full disk under /mailbox/
            return Refusal.AWAY
    return Refusal.LATER


def _no_such_address(code: int, reason: bytes | str) -> bool:
    """Whether a permanent refusal tells that the address does not exist, rather than that we are not wanted."""
    words = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    first = words.split(" ", 1)[0]
    if first.startswith("5.") and first.count(".") == 2:
        return first.startswith("5.1.") or first == "5.2.1"
    return code in {550, 551, 553}


def _refused(message: Message, refusal: Refusal, error: Exception, worker: str) -> None:
    """Records a failed attempt: another one later, or the end."""
    words = _words(error)
    logger.warning("mail not accepted", extra={"mail": str(message.uid), "refusal": refusal.value})
    if refusal is Refusal.NOBODY:
        Suppression.objects.get_or_create(email=message.to.lower(), defaults={"reason": words[:200]})
    if refusal in (Refusal.NOBODY, Refusal.NEVER) or message.attempts + 1 >= MOST_ATTEMPTS:
        _finish(message, State.FAILED, words)
    else:
        mine = Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_by=worker)
        mine.update(state=State.QUEUED, claimed_by="", lease_until=None, error=words)


def _finish(message: Message, state: str, error: str = "") -> None:
    """Marks the message as done with, whoever holds it by now: what has left has left.

    A secret is forgotten at once.
    """
    unsent = Message.objects.filter(pk=message.pk, state__in=Message.UNSENT)
    changes: dict[str, Any] = {"state": state, "error": error, "claimed_by": "", "lease_until": None}
    if state == State.SENT:
        changes["sent_at"] = timezone.now()
    if message.kind in kinds.names() and kinds.get(message.kind).secret:
        changes["context"] = {}
    unsent.update(**changes)


def _release(worker: str) -> None:
    """Gives back what this worker has claimed and not begun."""
    mine = Message.objects.filter(claimed_by=worker, state=State.SENDING)
    mine.update(state=State.QUEUED, claimed_by="", lease_until=None)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1000]


def _open(server: BaseEmailBackend) -> bool:
    try:
        server.open()
    except OSError as error:
        logger.warning("mail server unreachable", extra={"error": type(error).__name__})
        return False
    return True


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except OSError:
        logger.info("mail server closed first")
