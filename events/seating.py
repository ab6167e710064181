"""A seat, who sits in it, and the message that says so: one statement, where the database can.

Everybody who registers for a date waits for the same row. In one statement PostgreSQL takes the row, writes what
belongs to the seat and commits, without a word to the program in between, which may be busy with somebody else.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from django.db import connection, models, transaction

from events.models import Registration, Slot
from mail import queuing
from mail.models import Message

SEAT = """
    WITH seat AS (
        UPDATE "events_slot" SET "seats_taken" = "seats_taken" + 1
        WHERE "id" = %s AND "state" = %s AND "seats_taken" < "capacity" RETURNING "id"
    ), registration AS ({registration} RETURNING "id"){message}
    SELECT "id" FROM registration
"""


def seat_at_once(slot: Slot, registration: Registration, message: Message | None) -> bool | None:
    """Whether a seat was free; if so the registration is saved in it, and the message queued.

    None where the database cannot do it (SQLite): nothing has been tried then. Raises IntegrityError, having changed
    nothing, when the person has an active registration already.
    """
    if connection.vendor != "postgresql":
        return None
    rows: list[models.Model] = [registration, message] if message else [registration]
    parameters = [slot.pk, Slot.State.OPEN.value, *(value for row in rows for value in _values(row))]
    undone_alone = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    with undone_alone, connection.cursor() as cursor:
        cursor.execute(_statement(with_message=message is not None), parameters)
        found = cursor.fetchone()
    if found is None:
        return False
    registration.pk = found[0]
    registration._state.adding, registration._state.db = False, connection.alias
    if message:
        queuing.wake_after_commit()
    return True


@functools.cache
def _statement(*, with_message: bool) -> str:
    message = f", told AS ({_insert(Message)})" if with_message else ""
    return SEAT.format(registration=_insert(Registration), message=message)


def _insert(model: type[models.Model]) -> str:
    """Writes one row of a model, if there is a seat for it."""
    columns = [field.column for field in _fields(model)]
    values = ", ".join(["%s"] * len(columns))
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM seat'  # noqa: S608  names of ours


@functools.cache
def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


def _values(row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, True), connection) for field in _fields(type(row))]
