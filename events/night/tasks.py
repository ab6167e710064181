"""Celery's entry points."""

from celery import shared_task
from django.utils import timezone

from events.night import personal
from events.night.board import moving
from events.night.cards import deadlines, replacing, telling
from events.night.composing import running
from events.night.papers import making
from events.night.people import listing_people, taking_up
from events.night.readiness import appealing


@shared_task
def compose(pk: int) -> None:
    """Composes a roster that was asked for. Safe to run twice and side by side: whoever comes first claims it."""
    running.compose(pk)


@shared_task
def make_paper(pk: int) -> None:
    """Makes a paper that was asked for. Safe to run twice and side by side: whoever comes first claims it."""
    making.make(pk)


@shared_task
def take_up_list(pk: int) -> None:
    """Reads, compares or writes a list of people. Safe to run twice and side by side: whoever comes first claims it."""
    taking_up.take_up(pk)


@shared_task
def sweep() -> None:
    """Takes up the rosters, papers and lists of people that were left behind. Safe to run twice."""
    running.sweep()
    making.sweep()
    taking_up.sweep()


@shared_task
def forget() -> None:
    """Deletes the rosters that were not chosen, the boards' journals, what others said of people and what these were
    asked, 90 days after the night, its papers, 30 days after, and lists of people on which nobody has decided for 30
    days. Safe to run twice."""
    running.forget()
    moving.forget()
    personal.forget_named()
    making.forget()
    appealing.forget()
    listing_people.forget(before=timezone.now() - listing_people.KEPT)


@shared_task
def tell() -> None:
    """Tells those whose cards are due. Safe to run twice and side by side: each card is held while it is told."""
    telling.tell_due()


@shared_task
def replace() -> None:
    """Looks for somebody for each place that came free. Safe to run twice: whoever comes second finds it filled."""
    replacing.fill_open()


@shared_task
def sweep_cards() -> None:
    """Goes on with what was left of all that, reminds whoever has not answered, and replaces them after the deadline.
    Safe to run twice and side by side."""
    telling.tell_due()
    deadlines.remind_due()
    deadlines.lapse_due()
    replacing.fill_open()
