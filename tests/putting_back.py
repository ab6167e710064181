"""After a test that commits: the tables emptied, and what was there before any test put back.

Django empties every table, then builds the rows again from JSON, object by object: a second and a half each time.
Here the rows are copied once, in the database itself, and come back from there: a twentieth of it.
"""

import contextlib

from django.db import connection, transaction

COPY = "migrated_"  # before the name of a table


def keep_rows() -> None:
    """Copies the rows that are there before any test; called once for each database."""
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE "{COPY}{table}" AS SELECT * FROM "{table}"')


def put_back() -> None:
    """Empties all tables, and fills those that have a copy."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        copies = [name for name in connection.introspection.table_names(cursor) if name.startswith(COPY)]
    statements = [f'DELETE FROM "{table}"' for table in tables()]
    statements += [f'INSERT INTO "{copy.removeprefix(COPY)}" SELECT * FROM "{copy}"' for copy in copies]
    unchecked = contextlib.nullcontext() if is_postgresql else connection.constraint_checks_disabled()
    with unchecked, transaction.atomic(), connection.cursor() as cursor:
        if is_postgresql:  # keys are checked by triggers, which are for who writes first
            statements = [";".join(["SET LOCAL session_replication_role = replica", *statements])]
        for statement in statements:
            cursor.execute(statement)


def tables() -> list[str]:
    """The tables of all models."""
    return connection.introspection.django_table_names(only_existing=True, include_views=False)
