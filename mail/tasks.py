"""Celery's entry points."""

import logging

from celery import shared_task
from django.core.cache import caches
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


PAUSE = 0.3  # seconds


def wake() -> None:
    """Asks a worker to look at the outbox now. A broker that is away only makes mail wait for the next beat.

    Asked again within PAUSE of the last time, it makes the worker look once more when that is over, for all who ask
    meanwhile: in a rush, telling the broker at each message would cost more than the message.
    """
    memory = caches["process"]
    if memory.get("mail.asked"):  # the worker will look later than now
        return
    rush = memory.get("mail.woken")
    memory.set("mail.asked" if rush else "mail.woken", True, PAUSE)
    try:
        deliver.apply_async(countdown=PAUSE if rush else 0, expires=60, retry=False)
    except (OperationalError, OSError):
        logger.warning("broker unreachable; mail will leave at the next beat")
