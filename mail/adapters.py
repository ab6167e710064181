"""What allauth writes to people leaves through the outbox, like every other message.

This is here and not with the accounts, since volunteers lie under mail and may not know it.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from mail import kinds, queuing
from mail.models import Message
from volunteers.models import User

# allauth's prefix → our kind. The others ("mfa/email/totp_activated"...) all say that something about the account's
# safety has changed, and share one kind, account/notice.
CODES = {
    "account/email/login_code": "account/login_code",
    "account/email/email_confirmation": "account/email_code",
    "account/email/email_confirmation_signup": "account/email_code",
    "account/email/password_reset_code": "account/password_code",
}
LETTERS = {
    "account/email/unknown_account": "account/unknown_account",
    "account/email/account_already_exists": "account/already_exists",
}
LABELS = {
    "account/login_code": _("a code to sign in"),
    "account/email_code": _("a code for your address"),
    "account/password_code": _("a code for a new password"),
    "account/unknown_account": _("no account at this address"),
    "account/already_exists": _("you have an account already"),
    "account/notice": _("a change to how you sign in"),
}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account adapter (ACCOUNT_ADAPTER)."""

    def generate_login_code(self) -> str:
        """A new one; but the same again when one opening of a form is sent twice for one address.

        Of the two requests of a double click each has a session of its own, on somebody's first visit, and one of them
        stays in the browser: whichever it is, the codes in both mails are good. The form's token tells the openings
        apart; nobody but its reader and us knows it, and it is mixed with our key.
        """
        form = self.request.POST if self.request else {}
        token, email = form.get("csrfmiddlewaretoken", ""), form.get("email", "").strip().lower()
        if not token or not email:
            return super().generate_login_code()
        period = int(time.time() // settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        mixed = salted_hmac("mail.adapters.login_code", f"{period}|{token}|{email}", algorithm="sha256")
        digits = f"{int(mixed.hexdigest(), 16) % 10**8:08d}"
        return f"{digits[:4]}-{digits[4:]}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queues what allauth would send. Codes go before everything else, and not at all once they have expired."""
        kind = CODES.get(template_prefix) or LETTERS.get(template_prefix) or "account/notice"
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        kept = {name: value for name, value in context.items() if isinstance(value, str)}
        if kind == "account/notice":
            kept["notice"] = template_prefix.rpartition("/")[2]
            kept["at"] = timezone.now().isoformat()
        if kind in CODES.values():
            expiry = timezone.now() + dt.timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
            kept["expires_at"] = expiry.isoformat()
        queuing.queue(
            kind,
            key=f"{kind}:{uuid.uuid4()}",
            to=email,
            user=user if isinstance(user, User) else None,
            language=translation.get_language() or "",
            context=kept,
            priority=Message.Priority.URGENT if kind in CODES.values() else Message.Priority.NORMAL,
        )


def register_kinds() -> None:
    """Tells mail.kinds about allauth's letters; called once, when the room is ready."""
    for name in sorted(set(CODES.values())):
        kinds.register(kinds.Kind(name, LABELS[name], compose_code, secret=True))
    for name in (*LETTERS.values(), "account/notice"):
        kinds.register(kinds.Kind(name, LABELS[name], compose_letter))


def compose_code(context: dict[str, Any]) -> kinds.Letter | None:
    """A code, or nothing once it has expired or its context was blanked."""
    if "code" not in context:
        return None
    expires_at = dt.datetime.fromisoformat(context["expires_at"])
    if expires_at <= timezone.now():
        return None
    return kinds.Letter({**context, "expires_at": expires_at})


def compose_letter(context: dict[str, Any]) -> kinds.Letter:
    """The stored context, its moment as a moment again."""
    if "at" in context:
        context = {**context, "at": dt.datetime.fromisoformat(context["at"])}
    return kinds.Letter(context)
