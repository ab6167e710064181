import runpy

import psycopg
import pytest
from django.db import NotSupportedError, connections

from config.postgresql.base import DatabaseWrapper
from volunteers.models import Network


@pytest.fixture
def pooled(transactional_db, settings, monkeypatch):
    """The tests' database through the product's pool, of one connection."""
    here = connections["default"].settings_dict
    monkeypatch.setenv("DATABASE_POOL_SIZE", "1")
    options = runpy.run_path(str(settings.BASE_DIR / "config" / "settings.py"))["DATABASES"]["default"]["OPTIONS"]
    wrapper = DatabaseWrapper(here | {"OPTIONS": here["OPTIONS"] | options}, alias="pooled")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper, sql, values=()):
    """As one request does: a connection from the pool, given back at the end."""
    try:
        with wrapper.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]
    finally:
        wrapper.close_if_unusable_or_obsolete()


def test_connection_that_the_server_has_cut_is_replaced_unseen(pooled):
    first = ask(pooled, "SELECT pg_backend_pid()")
    assert ask(pooled, "SELECT pg_backend_pid()") == first

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 3000)", [first])

    assert ask(pooled, "SELECT pg_backend_pid()") != first


def test_connection_in_order_is_not_asked(pooled, monkeypatch):
    asked = []
    execute = psycopg.Connection.execute
    monkeypatch.setattr(
        psycopg.Connection, "execute", lambda self, *args, **more: asked.append(args) or execute(self, *args, **more)
    )

    for _ in range(3):
        ask(pooled, "SELECT 1")

    assert asked == []


NAME = "SELECT name FROM growing WHERE id = %s"
PREPARED = f"SELECT count(*) FROM pg_prepared_statements WHERE statement = '{NAME.replace('%s', '$1')}'"


@pytest.fixture
def growing(pooled):
    """A table of nine names."""
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE growing AS SELECT n AS id, 'n' || n AS name FROM generate_series(1, 9) n")
        yield
        cursor.execute("DROP TABLE growing")


def all_names(wrapper):
    return [ask(wrapper, NAME, [n]) for n in range(1, 10)]


def test_a_statement_is_planned_once_whatever_its_values(pooled, growing):
    assert all_names(pooled) == [f"n{n}" for n in range(1, 10)]

    assert ask(pooled, PREPARED) == 1


def test_what_was_prepared_is_prepared_anew_after_something_was_undone(pooled, growing):
    before = all_names(pooled)

    with pooled.cursor() as cursor:
        for sql in ("BEGIN", "DELETE FROM growing", "ROLLBACK"):
            cursor.execute(sql)

    assert all_names(pooled) == before
    assert ask(pooled, PREPARED) == 1


def test_a_table_that_changes_meanwhile_costs_each_connection_one_answer(pooled, growing):
    before = all_names(pooled)
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE growing ALTER name TYPE varchar(9)")

    with pytest.raises(NotSupportedError, match="cached plan"):
        ask(pooled, NAME, [1])

    assert all_names(pooled) == before


def test_a_statement_takes_no_more_values_than_the_protocol_does(db):
    assert Network.objects.in_bulk(range(70_000)) == {}
    assert connections["default"].ops.bulk_batch_size(["pk", "pk", "name"], range(70_000)) == 10_922
