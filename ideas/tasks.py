"""Celery's entry points."""

from celery import shared_task

from ideas import answering, voting


@shared_task
def close_votes() -> None:
    """Counts the votes that have ended. Safe to run twice and side by side: the call's row is locked first."""
    voting.close_due()


@shared_task
def remind() -> None:
    """Tells those who must answer of the ideas that wait, once a day. Safe to run twice: a day's mail has one key."""
    answering.remind()
