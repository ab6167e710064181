"""Writing a message out: from a row of the outbox to what goes to the mail server."""

from __future__ import annotations

from email.encoders import encode_base64
from email.headerregistry import ContentTypeHeader
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from mail import kinds
from mail.models import Message


def render(message: Message) -> EmailMultiAlternatives | None:
    """The e-mail in the message's language, or None when there is nothing left to say.

    Text, html and subject come from templates/mail/<kind>.{txt,html,subject.txt}. Besides what the kind composed they
    know ``site_url`` (put it before every address), ``site_name``, ``subject``, ``language`` and ``recipient`` (the
    account, or None). A second rendering has the same Message-ID. Raises whatever is wrong with the address, the kind
    or its templates.
    """
    validate_email(message.to)
    with translation.override(message.language):
        letter = kinds.get(message.kind).compose(message.context)
        if letter is None:
            return None
        context: dict[str, Any] = {
            "site_url": settings.SITE_URL,
            "site_name": parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
            "language": message.language,
            "recipient": message.user,
            **letter.context,
        }
        # A line break would start another header; a name with one in it must not cost the person the message.
        context["subject"] = " ".join(_plain(f"mail/{message.kind}.subject.txt", context).split())
        email = EmailMultiAlternatives(
            subject=context["subject"],
            body=_plain(f"mail/{message.kind}.txt", context).strip() + "\n",
            to=[message.to],
            headers={
                "Message-ID": f"<{message.uid}@{urlsplit(settings.SITE_URL).hostname}>",
                "Auto-Submitted": "auto-generated",  # RFC 3834: out-of-office replies stay at home
                "Content-Language": message.language,
            },
        )
        email.attach_alternative(get_template(f"mail/{message.kind}.html").render(context), "text/html")
    for attachment in letter.attachments:
        email.attach(_part(attachment))
    return email


def _plain(template: str, context: dict[str, Any]) -> str:
    """The template as plain text: nothing is escaped, since no browser reads it."""
    compiled: Any = get_template(template)
    return str(compiled.template.render(Context(context, autoescape=False)))


def _part(attachment: kinds.Attachment) -> MIMEBase:
    """The attachment with every parameter of its type, which Django's own ``attach`` would lose or mangle."""
    header = cast(ContentTypeHeader, SMTP.header_factory("Content-Type", attachment.mimetype))
    part: MIMEBase
    if header.maintype == "text":
        part = MIMEText(attachment.content.decode(), header.subtype, "utf-8")
    else:
        part = MIMEBase(header.maintype, header.subtype)
        part.set_payload(attachment.content)
        encode_base64(part)
    for name, value in header.params.items():
        if name != "charset":
            part.set_param(name, value)
    part.add_header(
        "Content-Disposition", "inline" if attachment.shown_as else "attachment", filename=attachment.filename
    )
    if attachment.shown_as:
        part.add_header("Content-ID", f"<{attachment.shown_as}>")
    return part
