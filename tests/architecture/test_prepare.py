"""A later start does nothing only when there is nothing to do."""

import importlib
import json
import sqlite3
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """The script, with a folder that an earlier start has left."""
    monkeypatch.setenv("DATABASE_POOL_SIZE", "0")  # which it sets
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.syspath_prepend(ROOT / "scripts")
    for name in ("prepare", "failures"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    script = importlib.import_module("prepare")
    script.VAR, script.STAMP = tmp_path, tmp_path / "prepared-from"
    (tmp_path / "static").mkdir()
    change(tmp_path, "CREATE TABLE django_migrations (id)", "CREATE TABLE volunteers_user (id)")
    change(tmp_path, "INSERT INTO django_migrations VALUES (1), (2)", "INSERT INTO volunteers_user VALUES (1)")
    script.STAMP.write_text(json.dumps(script.facts()))
    return script


def change(folder, *statements):
    with sqlite3.connect(folder / "maillage.sqlite3") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_what_is_as_it_was_is_not_done_again(prepare):
    assert prepare.is_prepared()


CHANGES = {
    "an older backup": lambda folder, _patch: change(folder, "DELETE FROM django_migrations WHERE id = 2"),
    "nobody in it": lambda folder, _patch: change(folder, "DELETE FROM volunteers_user"),
    "no database": lambda folder, _patch: (folder / "maillage.sqlite3").unlink(),
    "a damaged database": lambda folder, _patch: (folder / "maillage.sqlite3").write_bytes(b"x" * 9000),
    "no static files": lambda folder, _patch: (folder / "static").rmdir(),
    "never finished": lambda folder, _patch: (folder / "prepared-from").unlink(),
    "half written": lambda folder, _patch: (folder / "prepared-from").write_text("[1,"),
    "another variable": lambda _folder, patch: patch.setenv("HOLD_MINUTES", "20"),
    "a database elsewhere": lambda _folder, patch: patch.setenv("DATABASE_URL", "postgres://x@localhost/x"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_is_looked_at(prepare, tmp_path, monkeypatch, what):
    CHANGES[what](tmp_path, monkeypatch)

    assert not prepare.is_prepared()
    assert what != "no database" or not (tmp_path / "maillage.sqlite3").exists()


def test_another_migration_is_applied(prepare, monkeypatch):
    file = ROOT / "events" / "migrations" / "0001_initial.py"
    read = type(file).read_bytes
    monkeypatch.setattr(type(file), "read_bytes", lambda self: read(self) + b"#" * (self == file))

    assert not prepare.is_prepared()
