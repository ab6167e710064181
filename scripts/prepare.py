"""What must be true before the server starts: database migrated, demonstration loaded once, static files collected.

One process for all of it, since starting Django is what takes the time; and none of it where an earlier start has done
it and nothing has changed since.
"""

import hashlib
import io
import json
import logging
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import failures

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
VAR = ROOT / (os.environ.get("VAR_DIR") or "var")
STAMP = VAR / "prepared-from"
os.environ["DATABASE_POOL_SIZE"] = "0"  # one connection: and when there is none, PostgreSQL's own reason at once


def facts() -> list[Any]:
    """What an earlier start's work depends on: the files it was made from, the variables that the settings read, and
    what SQLite's file then held. Asked without Django. Raises sqlite3.Error or OSError where that cannot be told.
    """
    settings = ROOT / "config" / "settings.py"
    names = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings.read_text())
    variables = json.dumps([(name, os.environ.get(name)) for name in names]).encode()
    files = [settings, ROOT / "requirements.lock", *ROOT.glob("[a-z]*/migrations/*.py"), *(ROOT / "static").rglob("*")]
    read = b"".join(str(file).encode() + file.read_bytes() for file in sorted(files) if file.is_file())
    file = VAR / "maillage.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True)) as connection:
        migrated = connection.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
        people = connection.execute("SELECT EXISTS (SELECT 1 FROM volunteers_user)").fetchone()
    return [hashlib.sha256(variables + read).hexdigest(), *migrated, *people, (VAR / "static").is_dir()]


def is_prepared() -> bool:
    """Whether nothing is to be done, as far as can be told without Django: never of a database elsewhere."""
    if os.environ.get("DATABASE_URL") or failures.obstacle(VAR / "maillage.sqlite3"):
        return False
    try:
        return bool(json.loads(STAMP.read_text()) == facts())
    except (OSError, ValueError, sqlite3.Error):
        return False


def prepare() -> None:
    """Does what is missing and skips what is there."""
    import django  # noqa: PLC0415 - a full disk while it loads must be told like any other

    django.setup()
    logging.disable(logging.INFO)  # a page published by the demonstration is no news for whoever starts it
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs the applications
    from django.core.management import call_command  # noqa: PLC0415 - as above

    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:  # its way to say that some are to be applied
        print("Preparing the database", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO and not get_user_model().objects.exists():
        print("First start: loading the demonstration city (about a minute)", flush=True)
        call_command("demo", stdout=io.StringIO())  # it also shows the accounts, which run.py does at the end
    if not settings.DEBUG:
        collect_static(Path(settings.STATIC_ROOT))
    if not os.environ.get("DATABASE_URL"):
        STAMP.write_text(json.dumps(facts()))


def collect_static(target: Path) -> None:
    """Hashes and compresses the static files when they, or the libraries that bring some, have changed."""
    from django.core.management import call_command  # noqa: PLC0415 - needs the applications

    stamp = target.with_name("static-made-from")
    files = [ROOT / "requirements.lock", *sorted(file for file in (ROOT / "static").rglob("*") if file.is_file())]
    made_from = hashlib.sha256(b"".join(str(file).encode() + file.read_bytes() for file in files)).hexdigest()
    if stamp.exists() and stamp.read_text() == made_from:
        return
    print("Collecting static files", flush=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(made_from)


def database() -> Path:
    """The SQLite file, as far as the settings could be read."""
    from django.conf import settings  # noqa: PLC0415 - as above

    if settings.configured and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return Path(settings.DATABASES["default"]["NAME"])
    return VAR / "maillage.sqlite3"


if __name__ == "__main__":
    try:
        if not is_prepared():
            prepare()
    except Exception as error:
        if said := failures.sentence(error, database()):
            sys.exit(said)
        raise
