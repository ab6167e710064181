"""Celery's entry points."""

from celery import shared_task

from events import registering


@shared_task
def expire_due() -> None:
    """Takes back the seats held past their time. Safe to run twice and side by side: each row is locked first."""
    registering.expire_due()
