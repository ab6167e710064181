"""``manage.py remove_second_factors ADDRESS``: for somebody who has lost theirs, and their recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from volunteers.models import User


class Command(BaseCommand):
    help = (
        "Removes the authenticator app, passkeys and recovery codes of an account, and tells its owner by mail. Who "
        "needs a second factor sets up another at the next sign-in. Be sure of who asks: this opens the account to "
        "whoever reads its mail or knows its password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="The account's e-mail address.")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["address"]).first()
        if user is None:
            raise CommandError(f"No account has the address {options['address']}.")
        factors = Authenticator.objects.filter(user=user)
        kinds = ", ".join(sorted(set(factors.values_list("type", flat=True))))
        if not kinds:
            raise CommandError(f"{user.email} has no second factor: nothing was changed.")
        factors.delete()
        with translation.override(user.language):
            get_adapter().send_mail("mfa/email/second_factors_removed", user.email, {"user": user})
        self.stdout.write(f"Removed from {user.email}: {kinds}.")
