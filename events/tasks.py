"""Celery's entry points."""

from celery import shared_task

from events import registering, reminding, walking_in


@shared_task
def expire_due() -> None:
    """Takes back the seats held past their time. Safe to run twice and side by side: each row is locked first."""
    registering.expire_due()


@shared_task
def remind() -> None:
    """Reminds those who have a seat, a week and a day before. Safe to run twice and side by side: keys are unique."""
    reminding.remind()


@shared_task
def forget_walk_ins() -> None:
    """Lets go of the names of those who came without an account, a month after. Safe to run twice."""
    walking_in.forget_names()
