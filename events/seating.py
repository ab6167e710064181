"""A seat or a place in the waiting list, whose it is, and the message that says so: one statement, where possible.

Everybody who registers for a date waits for the same row. In one statement PostgreSQL takes the row, writes what
belongs to it and commits, without a word to the program in between, which may be busy with somebody else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from events.models import Registration, Slot
from mail import queuing
from mail.models import Message

# Slot.is_open, of the row as it is once its turn has come; and it asks for what the person was found to hold.
OPEN = """
    "id" = %s AND "state" = %s AND "starts_at" > %s
    AND ("opens_at" IS NULL OR "opens_at" <= %s) AND ("closes_at" IS NULL OR "closes_at" > %s)
    AND "asks" = %s
"""
SEAT = """
    UPDATE "events_slot" SET "seats_taken" = "seats_taken" + 1
    WHERE {open} AND "approval" = %s AND "seats_taken" < "capacity"
    RETURNING NULL::integer AS "queue_number"
"""
# Not while somebody is known to hold a seat past their time: it is to be taken back first. The state stands in the
# statement, since PostgreSQL plans by it (index registration_expiring): as a value, each time anew.
NUMBER = """
    UPDATE "events_slot" SET "queue_last" = "queue_last" + 1
    WHERE {open} AND "seats_taken" >= "capacity" AND NOT EXISTS (
        SELECT FROM "events_registration" late
        WHERE late."slot_id" = "events_slot"."id" AND late."state" = 'pending' AND late."expires_at" <= %s
    )
    RETURNING "queue_last" AS "queue_number"
"""
GIVEN = "queue_number"  # by the slot's row


def seat_at_once(slot: Slot, registration: Registration, message: Message | None, now: dt.datetime) -> bool:
    """Whether a seat was free on the terms that were read; if so the registration is saved in it, the message queued.

    Never on SQLite, which cannot do it: nothing is tried then. Raises IntegrityError, having changed nothing, when the
    person has an active registration already.
    """
    return _at_once(SEAT, [*_open(slot, now), slot.approval], registration, message)


def number_at_once(slot: Slot, registration: Registration, message: Message, now: dt.datetime) -> bool:
    """Whether the date is open and full; if so the registration is saved with its number in the waiting list.

    The message is queued. Not when a seat is about to come free. As for ``seat_at_once``, never on SQLite; raises
    IntegrityError alike.
    """
    return _at_once(NUMBER, [*_open(slot, now), now], registration, message)


def _open(slot: Slot, now: dt.datetime) -> list[Any]:
    return [slot.pk, Slot.State.OPEN.value, now, now, now, slot.asks]


def _at_once(change: str, parameters: list[Any], registration: Registration, message: Message | None) -> bool:
    connection = connections[DEFAULT_DB_ALIAS]  # itself: to ask which it is for each of thirty values takes time
    if connection.vendor != "postgresql":
        return False
    for row in (registration, message):
        parameters += _values(row, connection) if row else []
    undone_alone = transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()
    with undone_alone, connection.cursor() as cursor:
        cursor.execute(_statement(change, with_message=message is not None), parameters)
        found = cursor.fetchone()
    if found is None:
        return False
    registration.pk, registration.queue_number = found
    registration._state.adding, registration._state.db = False, connection.alias
    if message:
        queuing.wake_after_commit()
    return True


@functools.cache
def _statement(change: str, *, with_message: bool) -> str:
    slot, registration = change.format(open=OPEN), _insert(Registration, GIVEN)
    message = f", told AS ({_insert(Message)})" if with_message else ""
    return f"""
        WITH slot AS ({slot}), registration AS ({registration} RETURNING "id", "{GIVEN}"){message}
        SELECT "id", "{GIVEN}" FROM registration
    """  # noqa: S608  names of ours


def _insert(model: type[models.Model], *given: str) -> str:
    """Writes one row of a model, if the slot was changed; columns that are ``given`` come from the slot's row."""
    columns = [field.column for field in _fields(model)]
    names = ", ".join(f'"{column}"' for column in (*columns, *given))
    values = ", ".join(["%s"] * len(columns) + [f'"{column}"' for column in given])
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM slot'  # noqa: S608  names of ours


@functools.cache
def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key and field.column != GIVEN]


def _values(row: models.Model, connection: BaseDatabaseWrapper) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, True), connection) for field in _fields(type(row))]
