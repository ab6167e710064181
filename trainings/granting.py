"""The next dates of the trainings that grant a qualification: the way to it, for whoever lacks it."""

from __future__ import annotations

from collections.abc import Collection

from events.eligibility import Way
from events.models import Slot
from trainings import listing
from trainings.models import Session

DATES = 3


def next_dates(keys: Collection[int]) -> dict[int, list[Way]]:
    """For each qualification (by key) the next dates, three at most, that one may sign up for without holding it.

    Two queries, whatever is asked.
    """
    granting = Session.objects.filter(training__grants__in=keys, slot__in=Slot.objects.open())
    chosen: dict[int, list[int]] = {}
    columns = granting.order_by("slot__starts_at", "pk").values_list("slot", "training__grants", "slot__asks")
    for slot, key, asks in columns:
        dates = chosen.setdefault(key or 0, [])
        if len(dates) < DATES and str(key) not in asks.split():
            dates.append(slot)
    slots = [slot for dates in chosen.values() for slot in dates]
    rows, _ = listing.page_of_rows(listing.upcoming().filter(slot__in=slots), limit=len(slots)) if slots else ([], 0)
    ways = {row.slot_id: Way(row.title, row.title_lang, row.url, row.starts_at, row.place) for row in rows}
    return {key: [ways[slot] for slot in dates if slot in ways] for key, dates in chosen.items()}
