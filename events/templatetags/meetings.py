"""When people meet for a slot, for templates that show one in many pages."""

from __future__ import annotations

from django import template

from events import by_date, kinds, missed, occasions
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
def next_for(row: Registration) -> Occasion:
    """The same for whoever has this registration: of those to which they come."""
    return missed.next_of(row)


@register.filter
def is_in_reserve(row: Registration) -> bool:
    """Does the person wait to be called on, whatever their number?"""
    return kinds.in_reserve(row)


@register.filter
def missed_by(row: Registration) -> frozenset[int]:
    """The numbers of the meetings to which the person has said that they cannot come."""
    return missed.numbers_of(row)


@register.filter
def missed_days(row: Registration) -> list[str]:
    """Those days, briefly, as far as they are still to come."""
    return [by_date.day_of(one) for one in missed.of(row) if one.is_future]


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
