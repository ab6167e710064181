"""Celery's entry points."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from mail.delivering import deliver_due
from mail.forgetting import forget_old

logger = logging.getLogger(__name__)


@shared_task
def deliver() -> None:
    """Sends what is due. Safe to run twice and side by side: claims are fenced."""
    if deliver_due():
        wake()


@shared_task
def forget() -> None:
    """Deletes old messages, once a day."""
    forget_old()


@shared_task
def warn_idle() -> None:
    """Tells people whose account nobody uses that it will be erased, once a day. Safe to run twice."""
    from mail import idling  # noqa: PLC0415 - it queues, and queuing wakes the task above

    idling.warn_idle()


def wake() -> None:
    """Asks a worker to look at the outbox now. A broker that is away only makes mail wait for the next beat."""
    try:
        deliver.apply_async(expires=60, retry=False)
    except (OperationalError, OSError):
        logger.warning("broker unreachable; mail will leave at the next beat")
