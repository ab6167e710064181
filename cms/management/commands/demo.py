"""``manage.py demo``: the demonstration city."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.demo import accounts, building


class Command(BaseCommand):
    help = "Fills an empty database with a demonstration city. Changes nothing when the city is already there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=building.SIZES, default="default")
        parser.add_argument("--seed", type=int, default=1, help="The same seed gives the same city.")
        parser.add_argument("--fresh", action="store_true", help="Replace the demonstration city by a new one.")
        parser.add_argument("--accounts", action="store_true", help="Only show how to sign in.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["accounts"]:
            self.build(building.SIZES[options["size"]], seed=options["seed"], fresh=options["fresh"])
        self.show_accounts()

    def build(self, size: building.Size, *, seed: int, fresh: bool) -> None:
        if building.is_built() and not fresh:
            self.stdout.write("The demonstration city is already there (--fresh replaces it).")
            return
        try:
            if fresh and building.is_built():
                building.remove()
            building.build(size, seed=seed)
        except building.DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Built: {size.volunteers} volunteers, {size.sessions} sessions.")

    def show_accounts(self) -> None:
        if not settings.DEMO:
            self.stdout.write("Demo accounts exist only with DEMO=1.")
            return
        self.stdout.write("Demo accounts (the code changes every 30 seconds):")
        for access in accounts.accesses():
            second = f"   code {access.code}" if access.code else ""
            self.stdout.write(f"  {access.account.email:<26} {access.password}{second}   ({access.account.role})")
