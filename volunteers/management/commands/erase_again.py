"""``manage.py erase_again NUMBER...``: after a backup was restored."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from volunteers import erasing


class Command(BaseCommand):
    help = (
        "Erases the accounts of these numbers, which their owners had deleted before a backup brought them back. "
        "Run it before anybody new can sign up: a restored database gives the numbers after the backup's last one anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", nargs="+", type=int, help="A number of the table volunteers_erasure.")

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = erasing.erase_again(options["number"])
        for line, numbers in (("Erased", outcome.erased), ("Not there", outcome.absent)):
            self.stdout.write(f"{line}: {', '.join(map(str, numbers)) or 'none'}.")
        if outcome.refused:
            raise CommandError(
                "\n".join(f"Not erased, account {number}: {reason}" for number, reason in outcome.refused.items())
            )
