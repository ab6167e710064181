import psycopg
import pytest
from django.db import connections

from config.postgresql.base import DatabaseWrapper


@pytest.fixture
def pooled(transactional_db):
    """The tests' database through the product's pool of one connection."""
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.fail("runs on PostgreSQL only")
    options = connection.settings_dict["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1, "timeout": 3}}
    wrapper = DatabaseWrapper(connection.settings_dict | {"OPTIONS": options}, alias="pooled")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper, sql):
    """As one request does: a connection from the pool, given back at the end."""
    with wrapper.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()[0]
    wrapper.close()
    return found


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
