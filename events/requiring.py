"""What a date asks for: the qualifications that one must hold on its day."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from events.models import Registration, Slot
from events.models.slots import SlotQuerySet
from volunteers import qualifying
from volunteers.models import Qualification, QualificationHeld, User, Volunteer


def require(slots: SlotQuerySet, qualifications: Iterable[Qualification], *, by: User) -> int:
    """Makes the slots ask for exactly these qualifications; returns how many asked for something else before.

    Nobody is told, and who is registered or waits stays so: what counts is what a slot asked for when one came
    (events.registering). Harmless twice. Locks each slot's row, so that no seat is taken on what it asked for before.
    """
    wanted = sorted({qualification.pk for qualification in qualifications})
    asks = " ".join(str(key) for key in wanted)
    with transaction.atomic():
        held = slots.select_for_update(no_key=True, of=("self",)).order_by("pk")
        changed = [slot for slot in held if slot.asks != asks]
        for slot in changed:
            slot.requires.set(wanted)
            slot.asks = asks
            slot.save(update_fields=["asks"])
    return len(changed)


def note_lacking(slot: Slot, rows: Iterable[Registration]) -> None:
    """Writes to each row, as ``lacks``, the names of what the slot asks for and its person does not hold on its day.

    Two queries where it asks for something.
    """
    if not slot.asks:
        return
    names = {one.pk: str(one) for one in Qualification.objects.filter(pk__in=slot.asked)}
    people = [row.volunteer_id for row in rows if row.volunteer_id]
    held = QualificationHeld.objects.filter(
        qualifying.valid_on(timezone.localdate(slot.starts_at)), volunteer__in=people, qualification__in=names
    )
    known = set(held.values_list("volunteer", "qualification"))
    for row in rows:
        missing = [name for key, name in names.items() if row.volunteer_id and (row.volunteer_id, key) not in known]
        row.lacks = ", ".join(missing)  # type: ignore[attr-defined]


def lacking(volunteer: Volunteer, slot: Slot) -> list[Qualification]:
    """What the slot asks for and the person does not hold on its day. No query where it asks for nothing, else one."""
    if not slot.asks:
        return []
    return qualifying.missing(volunteer, asked=slot.asked, on=timezone.localdate(slot.starts_at))
