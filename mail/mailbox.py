"""The demonstration's mailbox: messages kept as files under VAR_DIR/mailbox, one .eml each, that /mailbox/ shows."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage as ParsedMessage
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"\d{19}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Entry:
    """One line of the list. ``name`` is the file's, without its ending."""

    name: str
    at: dt.datetime
    to: str
    subject: str
    language: str


@dataclass(frozen=True)
class Note:
    """Something that a visitor of the demonstration needs and no message tells, such as an account's current code."""

    label: str
    value: str


# Functions that give the notes of the moment; each is called whenever the list of messages is shown.
demo_notes: list[Callable[[], Iterable[Note]]] = []


class MailboxBackend(BaseEmailBackend):
    """Django's mail backend of a demonstration: nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Writes each message whole or not at all. Raises OSError where the disk refuses."""
        _folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = _path(f"{time.time_ns():019}-{secrets.token_hex(4)}")
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.replace(path)
        return len(email_messages)


def entries(*, to: str = "", most: int = 100) -> list[Entry]:
    """The newest messages first, at most ``most``; only those whose address contains ``to``, if it is given."""
    found: list[Entry] = []
    parser = BytesHeaderParser(policy=email.policy.default)
    for path in sorted(_folder().glob("*.eml"), reverse=True):
        with path.open("rb") as file:
            headers = parser.parse(file)
        if to.lower() in str(headers["To"]).lower():
            to_whom, subject = str(headers["To"]), str(headers["Subject"])
            found.append(Entry(path.stem, _moment(path.stem), to_whom, subject, language_of(headers)))
        if len(found) == most:
            break
    return found


def read(name: str) -> ParsedMessage | None:
    """The message of that name, None when there is none."""
    if not NAME.fullmatch(name) or not _path(name).exists():
        return None
    parser = BytesParser(policy=email.policy.default)
    return parser.parsebytes(_path(name).read_bytes())


def language_of(message: Message) -> str:
    """Of its words, which need not be the reader's: "fr", or "" when the message does not say."""
    return str(message["Content-Language"] or "")


def written_at(message: ParsedMessage) -> dt.datetime | None:
    """When it says it was written. "-0000" means UTC (RFC 5322, 3.3), which Python reads as no time zone at all."""
    moment = getattr(message["Date"], "datetime", None)
    return moment.replace(tzinfo=dt.UTC) if moment and moment.tzinfo is None else moment


def forget(before: dt.datetime) -> None:
    """Deletes the files written before this moment."""
    for path in _folder().glob("*.eml"):
        if _moment(path.stem) < before:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "mailbox"


def _path(name: str) -> Path:
    return _folder() / f"{name}.eml"


def _moment(name: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(name.split("-")[0]) / 1e9, tz=dt.UTC)
