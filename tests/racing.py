"""Races with real connections: everybody waits at the same gate, then runs at once."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection


def at_once(function: Callable[..., Any], arguments: Iterable[Any], *, seconds: float = 60) -> list[Any]:
    """Calls `function(argument)` for each argument, all at the same instant, in a thread and a connection each.

    Returns, in the order of the arguments, what each call returned or the exception it raised. Fails when one of
    them has not ended after `seconds`. Needs a test that commits (`transactional_db`).
    """
    arguments = list(arguments)
    gate = threading.Barrier(len(arguments))
    results: list[Any] = [None] * len(arguments)

    def run(place: int, argument: Any) -> None:
        try:
            connection.ensure_connection()
            gate.wait(seconds)
            results[place] = function(argument)
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, argument), daemon=True) for place, argument in enumerate(arguments)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not [thread for thread in threads if thread.is_alive()], "a call has not ended"
    return results
