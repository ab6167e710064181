"""How long what is kept: data, shown on the privacy page.

The rooms above add theirs from their AppConfig.ready().
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import text
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    """``table`` is the database's name of what is kept; ``job`` the task that deletes it, "" where the person does."""

    table: str
    what: str | Promise
    why: str | Promise
    duration: str | Promise
    job: str


_rules: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    """Adds a rule; the same table a second time replaces it."""
    _rules[rule.table] = rule


def rules() -> list[Rule]:
    return list(_rules.values())


for _rule in (
    Rule(
        "volunteers_user",
        _("Your account and profile"),
        _("To sign you up and to write to you"),
        text.format_lazy(
            _(
                "Until you delete your account, or {months} months after you last signed in or took part. "
                "We write to you a month before."
            ),
            months=settings.IDLE_MONTHS,
        ),
        "volunteers.tasks.erase_idle",
    ),
    Rule(
        "volunteers_user.unproved_since",
        _("An address that nobody has confirmed"),
        _("To wait for the code"),
        _("7 days"),
        "volunteers.tasks.erase_unproved",
    ),
    Rule(
        "volunteers_consent",
        _("What you agreed to, and when"),
        _("To be able to show it"),
        _("Until you delete your account"),
        "",
    ),
    Rule(
        "volunteers_guesses",
        _("How many times a code was tried"),
        _("To protect your account"),
        _("1 day"),
        "volunteers.tasks.erase_unproved",
    ),
    Rule(
        "usersessions_usersession",
        _("Where you are signed in: browser and network address"),
        _("So that you can see it and sign out"),
        _("Until you sign out, two weeks at most"),
        "",
    ),
    Rule(
        "django_session",
        _("A page that waits for a code: your address, and what you typed"),
        _("To finish what you began"),
        _("2 hours"),
        "volunteers.tasks.erase_unproved",
    ),
    Rule(
        "volunteers_erasure",
        _("The number of a deleted account, without any name"),
        _("To delete it again if a backup had to be restored"),
        _("For good"),
        "",
    ),
    Rule(
        "VAR_DIR/private/imports",
        _("Lists of people sent in by organisers, and their previews"),
        _("To look at a list before it is written, and to tell afterwards where it came from"),
        _("30 days, or until one of these people deletes their account"),
        "volunteers.tasks.sweep_imports",
    ),
):
    register(_rule)
