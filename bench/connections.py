"""Whether the web server's threads leave database connections behind."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import connection

from bench.loading import load
from bench.measuring import Figure
from bench.serving import WebServer

THREADS = 8


def left_behind() -> Iterator[Figure]:
    """The most connections seen under a load of 64 clients, and those that stay once the server has stopped."""
    with WebServer("bench.fresh", threads=THREADS) as ours:
        load(ours, "/trainings/", seconds=4, connections=64)
        most = _others()
    for _second in range(20):
        if not (left := _others()):
            break
        time.sleep(0.5)
    bound = 2 * THREADS
    yield Figure("connections-most", most, "connections", f"{bound}: two workers of {THREADS} threads", most / bound,
                 "<= 100%", most <= bound)  # fmt: skip
    yield Figure("connections-left", left, "connections", "none", left, "0 after the server stopped", left == 0)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
