"""When people meet for a slot, for templates that show one in many pages."""

from __future__ import annotations

from django import template

from events import by_date, occasions
from events.models import Registration, Slot
from events.occasions import Occasion

register = template.Library()


@register.simple_tag
def occasions_of(slot: Slot) -> list[Occasion]:
    """Each time that people meet; empty for a slot of one, which says so itself."""
    return occasions.of(slot) if slot.dates > 1 else []


@register.filter
def next_one(slot: Slot) -> Occasion:
    """The time that is on or comes next."""
    return occasions.next_of(slot)


@register.filter
def day_of(occasion: Occasion) -> str:
    """Its day and the hour at which it begins, briefly."""
    return by_date.day_of(occasion)


@register.filter
def attended(row: Registration, slot: Slot) -> str:
    """What became of a registration, in words: "2 of 3 dates"."""
    return by_date.in_words(row, slot)


@register.filter
def span(slot: Slot) -> str:
    """ "3 dates, from 5 to 19 December"; "" for a slot of one."""
    return occasions.span(slot.dates, slot.starts_at, slot.ends_at) if slot.dates > 1 else ""
