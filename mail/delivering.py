"""Sending what is due in the outbox."""


def deliver_due() -> None:
    """Claims, sends and marks until nothing is due."""
