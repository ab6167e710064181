"""The pages of the demonstration's mailbox. Anybody may read them: nothing but a demonstration has one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from mail import mailbox

# The message's own page, in a frame: it may bring styles and nothing else, and its links open elsewhere.
LETTER_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:", "'self'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


P = ParamSpec("P")


def demonstration_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Such an address does not exist in a real installation."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _message_or_404(name: str) -> EmailMessage:
    message = mailbox.read(name)
    if message is None:
        raise Http404
    return message


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    return list(message.iter_attachments())


@require_safe
@demonstration_only
def messages(request: HttpRequest) -> HttpResponse:
    """The newest messages, and what else a visitor needs."""
    to = request.GET.get("to", "").strip()
    context = {
        "to": to,
        "entries": mailbox.entries(to=to),
        "notes": [note for notes in mailbox.demo_notes for note in notes()],
    }
    return render(request, "mail/mailbox.html", context)


@require_safe
@demonstration_only
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: its text, its html in a frame, its attachments."""
    found = _message_or_404(name)
    text = cast(Any, found.get_body(("plain",)))
    context = {
        "name": name,
        "message": found,
        "written_at": mailbox.written_at(found),
        "language": mailbox.language_of(found),
        "text": text.get_content() if text else "",
        "has_html": found.get_body(("html",)) is not None,
        "attachments": [
            {"filename": part.get_filename(), "type": part.get_content_type()} for part in _attachments(found)
        ],
    }
    return render(request, "mail/message.html", context)


@require_safe
@demonstration_only
@xframe_options_sameorigin
@csp(LETTER_POLICY)  # type: ignore[arg-type]  # typed for views without arguments
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """The message's html alone, with a policy of its own."""
    found = _message_or_404(name)
    body = cast(Any, found.get_body(("html",)))
    if body is None:
        raise Http404
    html = body.get_content().replace("<head>", '<head><base target="_blank">', 1)
    for part in _attachments(found):
        if shown_as := str(part.get("Content-ID", "")).strip("<>"):
            content = base64.b64encode(cast(bytes, part.get_payload(decode=True))).decode()
            html = html.replace(f'"cid:{shown_as}"', f'"data:{part.get_content_type()};base64,{content}"')
    return HttpResponse(html)


@require_safe
@demonstration_only
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The message's attachment of that number (from 0), as a file to keep."""
    parts = _attachments(_message_or_404(name))
    if number >= len(parts):
        raise Http404
    content = cast(bytes, parts[number].get_payload(decode=True))
    headers = {"Content-Disposition": content_disposition_header(True, parts[number].get_filename("file")) or ""}
    return HttpResponse(content, content_type=parts[number].get_content_type(), headers=headers)
