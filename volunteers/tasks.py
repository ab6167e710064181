"""Celery's entry points."""

from celery import shared_task

from volunteers import erasing, guessing


@shared_task
def erase_unproved() -> None:
    """Erases the accounts nobody proved, and yesterday's counts of guesses. Safe to run twice."""
    erasing.erase_unproved()
    guessing.forget_old()
