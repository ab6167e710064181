"""How many seats some slots have left at this very moment, for lists that are looked at by many."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from events.models import Registration, Slot


class Seats(NamedTuple):
    """What changes in a slot from one minute to the next."""

    state: str
    capacity: int
    taken: int
    waiting: int


# Written here, since Django needs three times as long to write it as PostgreSQL to answer it. Only a full slot has
# people waiting: they are counted for those alone.
NOW = f"""
    SELECT id, state, capacity, seats_taken,
           CASE WHEN seats_taken < capacity THEN 0 ELSE (
               SELECT count(*) FROM {Registration._meta.db_table}
               WHERE slot_id = {Slot._meta.db_table}.id AND state = '{Registration.State.WAITING}') END
    FROM {Slot._meta.db_table} WHERE id IN (%s)
"""  # noqa: S608  made of names of ours


def seats_now(slots: Collection[int]) -> dict[int, Seats]:
    """Their seats by their keys, in one query; a slot that is no more is left out."""
    if not slots:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NOW % ",".join(["%s"] * len(slots)), list(slots))
        return {pk: Seats(*facts) for pk, *facts in cursor.fetchall()}
