"""Celery's entry points."""

from celery import shared_task

from volunteers import devices, erasing, forgetting_lists, guessing, idling, importing


@shared_task
def erase_unproved() -> None:
    """Erases the accounts nobody proved, yesterday's counts of guesses, and ended sessions. Safe to run twice."""
    erasing.erase_unproved()
    guessing.forget_old()
    devices.forget_ended()


@shared_task
def erase_idle() -> None:
    """Erases the accounts that nobody uses, a month after saying so. Safe to run twice."""
    idling.erase_idle()


@shared_task
def prepare_import(pk: int) -> None:
    """Reads a list sent in and writes its preview. Safe to run twice."""
    importing.prepare(pk)


@shared_task
def write_import(pk: int) -> None:
    """Writes a confirmed list. Safe to run twice."""
    importing.write(pk)


@shared_task
def sweep_imports() -> None:
    """Takes up the lists that were left behind, and deletes files older than 30 days. Safe to run twice."""
    importing.sweep()
    forgetting_lists.forget_old()
    forgetting_lists.forget_strayed_lists()
