"""The journal of consents: giving and withdrawing each write a line, nothing is ever changed or removed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from volunteers.models import Consent, User

Purpose = Consent.Purpose
Action = Consent.Action

# The version of each text that people agree to: change it whenever the words change, so that the journal tells
# which words somebody said yes to.
TEXT_VERSIONS = {Purpose.CHARTER: "2026-09", Purpose.ADULT: "2026-09", Purpose.NEWSLETTER: "2026-09"}

# Without these nobody can be a volunteer: withdrawing them is leaving, which is another page.
NEEDED = (Purpose.CHARTER, Purpose.ADULT)


class ConsentRefused(Exception):
    """Why a consent could not be given or withdrawn, in a sentence fit for the person."""


def current_consents(user: User) -> dict[str, Consent]:
    """The last line written for each purpose, in one query. A purpose never spoken of is absent."""
    return {line.purpose: line for line in user.consents.order_by("at", "pk")}


def is_given(user: User, purpose: str) -> bool:
    """Does the last line of this purpose say yes?"""
    line = user.consents.filter(purpose=purpose).order_by("at", "pk").last()
    return line is not None and line.action == Action.GIVEN


def missing(user: User) -> list[str]:
    """What a volunteer needs to agree to and has not: people from an import or another provider, for instance."""
    current = current_consents(user)
    return [need for need in NEEDED if need not in current or current[need].action != Action.GIVEN]


def give(user: User, *, purpose: str, form: str) -> None:
    """Writes that the person agrees to the present text, from ``form``. Harmless when they already did.

    Locks the account's row, so that a double click writes one line.
    """
    _write(user, purpose=purpose, action=Action.GIVEN, form=form)


def withdraw(user: User, *, purpose: str, form: str) -> None:
    """Writes that the person takes back a consent. Harmless when it is not given.

    Raises ConsentRefused for what a volunteer cannot do without (the charter, the age).
    """
    if purpose in NEEDED:
        raise ConsentRefused(_("Volunteers need this one. To leave for good, delete your account."))
    _write(user, purpose=purpose, action=Action.WITHDRAWN, form=form)


def _write(user: User, *, purpose: str, action: str, form: str) -> None:
    version = TEXT_VERSIONS[Purpose(purpose)]
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        last = user.consents.filter(purpose=purpose).order_by("at", "pk").last()
        if last is None and action == Action.WITHDRAWN:
            return
        if last is not None and last.action == action and (action == Action.WITHDRAWN or last.text_version == version):
            return
        Consent.objects.create(user=user, purpose=purpose, action=action, text_version=version, form=form)
