"""Django's PostgreSQL, whose pool sees a broken connection without asking the server.

Before it hands out a connection, the pool makes sure that it still works. Its own way is an empty query: a round trip
more for each page. A server that was stopped or restarted has closed the line, and that can be seen from here.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
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
