"""Django's PostgreSQL, with values sent apart from statements that are prepared, and a pool that asks for nothing.

What is asked of PostgreSQL differs from one time to the next by its values alone. Sent apart, they leave a statement
that PostgreSQL plans once for a connection (``prepare_threshold``): to plan it again each time took longer than to run
it. Django's own setting for it is ``server_side_binding``; what PostgreSQL's protocol bounds is added here.

Before it hands out a connection, the pool makes sure that it still works. Its own way is an empty query: a round trip
more for each page. A server that was stopped or restarted has closed the line, and that can be seen from here.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.postgresql import base, features, operations
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseFeatures(features.DatabaseFeatures):
    # A statement's values are counted in two bytes (PostgreSQL, "Message Formats", Bind).
    max_query_params = 2**16 - 1


class DatabaseOperations(operations.DatabaseOperations):
    def bulk_batch_size(self, fields: Sequence[object], objs: Sequence[object]) -> int:
        """How many rows one statement takes; where rows are changed, each field of each comes with the row's key."""
        return DatabaseFeatures.max_query_params // max(1, 2 * len(fields))


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    _connection_pools: dict[str, ConnectionPool]  # Django's own, by alias
    _configure_connection: Callable[[Connection[Any]], None]

    @property
    def pool(self) -> ConnectionPool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if options and self.alias not in self._connection_pools:
            arguments = self.get_connection_params() | {"autocommit": True}
            pool = ConnectionPool(
                kwargs=arguments, open=False, configure=self._configure_connection, check=check, **options
            )
            self._connection_pools.setdefault(self.alias, pool)  # another thread's may have come first
        found: ConnectionPool | None = super().pool
        return found

    def get_connection_params(self) -> dict[str, Any]:
        """Nothing once there is a pool: it has its own, and they are worked out from many settings."""
        if self.alias in self._connection_pools and self.settings_dict["OPTIONS"].get("pool"):
            return {}
        params: dict[str, Any] = super().get_connection_params()
        return params

    def is_usable(self) -> bool:
        """Not after an error, but for DataError and IntegrityError: what is prepared may have been spoiled."""
        return not self.errors_occurred and bool(super().is_usable())

    def _close(self) -> None:
        if self.connection is not None and self.errors_occurred:
            self.connection.close()  # the pool makes another
        super()._close()  # type: ignore[misc]  # the stubs leave it out


def check(connection: Connection[Any]) -> None:
    """Raises OperationalError for a connection that the server has closed.

    One that nobody uses has nothing to say: what can be read from it is its end, or the server's farewell. (A server
    that vanished without a word is noticed by the query itself, within ``tcp_user_timeout``.)
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        connection.close()  # it does not know its state yet, and would go back among those in order
        raise OperationalError("the server has closed this connection")
