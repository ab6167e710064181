"""The folder that serves as broker where there is no Redis: kombu's, which a half-written file does not stop.

kombu writes a message, and the list of queues, where the worker reads them: whoever is killed in between leaves an
empty file there, and the worker ends on it, at every start (kombu 5.7). What such a file asked for is found again in
the database by the next sweep.
"""

from __future__ import annotations

import logging
from typing import Any

from kombu.transport import filesystem

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The next message that can be read, at once. Raises kombu's Empty when none is left."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # that file is out of the queue already
                logger.warning("a message that was not written to its end is left out")

    def get_table(self, exchange: str) -> Any:
        try:
            return super().get_table(exchange)
        except ValueError:
            return []

    def _queue_bind(self, exchange: str, routing_key: Any, pattern: Any, queue: Any) -> None:
        try:
            super()._queue_bind(exchange, routing_key, pattern, queue)
        except ValueError:
            logger.warning("a list of queues that was not written to its end is made again")
            (self.control_folder / f"{exchange}.exchange").unlink(missing_ok=True)
            super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    Channel = Channel
