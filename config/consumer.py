"""The part of a Celery worker that listens to the broker."""

import logging

from celery.worker.consumer import Consumer

logger = logging.getLogger(__name__)


class PatientConsumer(Consumer):
    """Survives the loss of Redis while messages are held that are not acknowledged yet, such as one for a moment later.

    Celery 5.7.0 then ends the whole worker with an AttributeError: it takes the broken connection apart, and asks what
    is left of it to put these back. Nothing needs that: the database is the queue of record. To go when
    tests/config/test_redis.py passes without it.
    """

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError:
            logger.warning("broker lost with messages of its own; the database has what is left to do")
