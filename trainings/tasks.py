"""Celery's entry points."""

from celery import shared_task

from trainings import evaluating


@shared_task
def evaluate() -> None:
    """Asks about the sessions of yesterday, and closes what has been open long enough. Safe to run twice."""
    evaluating.close_due()
    evaluating.ask_due()
