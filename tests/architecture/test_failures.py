"""What stops a start is told in one sentence, which names the place; what nobody foresaw keeps its traceback."""

import errno
import sqlite3
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.utils import OperationalError

from scripts import failures


@pytest.fixture
def database(tmp_path):
    return tmp_path / "maillage.sqlite3"


def told(act, database):
    """The sentence for what this raises, wrapped as Django does."""
    with pytest.raises(OperationalError) as caught:
        try:
            act()
        except Exception as error:
            raise OperationalError(str(error)) from error
    return failures.sentence(caught.value, database)


def use(file):
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE volunteers (id)")
    connection.close()


def test_file_that_is_no_database(database):
    database.write_text("a shopping list " * 1000)

    assert told(lambda: use(database), database).startswith(f"{database} is damaged, or is no SQLite database: ")


def test_damaged_database(database):
    use(database)
    database.write_bytes(database.read_bytes()[:100] + b"\xff" * 8000)

    assert told(lambda: use(database), database).startswith(f"{database} is damaged")


def test_somebody_else_s_tables(database):
    use(database)

    assert told(lambda: use(database), database).startswith(f"{database} is the database of another program: move it")


def test_locked_database(database):
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    assert told(lambda: sqlite3.connect(database, timeout=0).execute("BEGIN IMMEDIATE"), database).startswith(
        f"Another program keeps {database} locked"
    )
    other.close()


@pytest.mark.parametrize(
    ("code", "sentence"), [(errno.ENOSPC, "The disk is full"), (errno.EROFS, "{folder} cannot be written")]
)
def test_why_sqlite_cannot_use_its_file_is_found_by_trying(database, monkeypatch, code, sentence):
    def refuse(dir):
        raise OSError(code, "no", f"{dir}/tmp123")

    def act():
        use(database / "no folder" / "x.sqlite3")  # unable to open database file

    use(database)
    assert told(act, database) is None
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)

    assert told(act, database).startswith(sentence.format(folder=database.parent))


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / "var").touch()

    said = told((tmp_path / "var").mkdir, tmp_path / "var" / "maillage.sqlite3")

    assert said.startswith(f"{tmp_path / 'var'} is in the way: move it elsewhere, or choose another folder")


def test_full_disk(database):
    def write():
        with Path("/dev/full").open("w") as full:
            full.write("x")

    assert told(write, database).startswith(f"The disk is full, and {database.parent} is on it: free some space")


def test_server_that_does_not_answer(database):
    said = told(lambda: psycopg.connect("postgres://127.0.0.1:1/maillage"), database)

    assert said.startswith("PostgreSQL does not let us in (connection failed: ")
    assert said.endswith("): start it, or set DATABASE_URL right.")
    assert "\n" not in said


def test_other_version_s_database(database):
    assert failures.sentence(InconsistentMigrationHistory("x"), database).startswith("The database was made by another")


def test_settings_have_their_own_words(database):
    assert failures.sentence(ImproperlyConfigured("HOLD_MINUTES: a number"), database) == "HOLD_MINUTES: a number"


def test_what_nobody_foresaw_has_no_sentence(database):
    assert failures.sentence(RuntimeError("a bug"), database) is None
    assert told(lambda: sqlite3.connect(":memory:").execute("SELECT nothing"), database) is None
