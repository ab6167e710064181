"""The migrated database that every run of tests begins with, kept as one file for each kind.

Migrating takes longer than most runs of tests, so its result is kept from one run to the next, for as long as no
migration and no library has changed. `python -m tests.migrated postgresql sqlite` makes what is missing.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache" / "d" / "migrated"


def postgresql() -> Path:
    """The data of a server that has it, as tests/postgres.py saves them."""
    from tests.postgres import Server

    if not (kept := place("tar")).exists():
        server = Server()
        try:
            migrate(server.url)
            server.save(kept)
        finally:
            server.stop()
    return kept


def sqlite() -> Path:
    """The file itself."""
    if not (kept := place("sqlite3")).exists():
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            migrate(f"sqlite:///{folder}/migrated.sqlite3")
            with sqlite3.connect(f"{folder}/migrated.sqlite3") as connection:
                connection.execute("VACUUM INTO ?", [f"{folder}/whole.sqlite3"])
            shutil.move(f"{folder}/whole.sqlite3", kept)
    return kept


def place(kind: str) -> Path:
    """Where it is kept, under a name made from everything that decides what it looks like; those of other days go."""
    files = [ROOT / "requirements-dev.lock", *sorted(ROOT.glob("[a-z]*/**/migrations/*.py"))]
    name = hashlib.sha256(b"".join(str(file).encode() + file.read_bytes() for file in files)).hexdigest()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    for other in set(KEPT.glob(f"*.{kind}")) - {KEPT / f"{name}.{kind}"}:
        other.unlink(missing_ok=True)
    return KEPT / f"{name}.{kind}"


def migrate(url: str) -> None:
    """Runs all migrations on this database, in a process of its own."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {"DATABASE_URL": url, "TESTS_FOLDER": folder, "TESTS_TEMPLATE": ""}
        environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        if subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode:
            sys.exit("The migrations fail (above), and nothing can be tested without them.")


if __name__ == "__main__":
    for kind in sys.argv[1:]:
        {"postgresql": postgresql, "sqlite": sqlite}[kind]()
