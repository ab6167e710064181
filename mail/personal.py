"""What the outbox holds about a person: shown to them, and let go with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mail import kinds
from mail.models import Message, Suppression
from volunteers.exporting import Section
from volunteers.models import User
from volunteers.retention import Rule


def messages_of(user: User) -> Iterable[dict[str, Any]]:
    """The messages to this account or to its address, without what they held (codes among it)."""
    rows = Message.objects.filter(Q(user=user) | Q(to=user.email)).order_by("created_at")
    for row in rows:
        yield {"kind": row.kind, "to": row.to, "state": row.get_state_display(), "at": row.created_at}


MESSAGES = Section(
    "messages",
    _("Messages we sent you"),
    {"kind": _("kind"), "to": _("to"), "state": _("state"), "at": _("when")},
    messages_of,
    {"kind": kinds.label},
)


def let_go(user: User) -> None:
    """Deletes what was or would be sent to this person, and the note that their address refuses mail."""
    Message.objects.filter(Q(user=user) | Q(to=user.email)).delete()
    Suppression.objects.filter(email=user.email).delete()


KEPT = (
    Rule(
        "mail_message",
        _("To whom we wrote, and about what"),
        _("To send each message once, and to see what became of it"),
        _("30 days"),
        "mail.tasks.forget",
    ),
    Rule(
        "mail_suppression",
        _("Addresses that do not exist"),
        _("To write to them no more"),
        _("Until the address works again, or you delete your account"),
        "",
    ),
)
