"""A mail server for tests: it keeps what it is given, and can refuse or be slow on demand."""

import email
import email.policy
import socket
import time
from email.message import EmailMessage
from types import TracebackType
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Server:
    """`messages` are the accepted messages, parsed; `recipients` their envelopes' addresses, in the same order.

    `refuse_with` (such as "451 Try later") answers every message with a refusal while it is set; `seconds` delays the
    answer, so that a sender can be killed while one message is in flight; `received` counts those that came in,
    answered or not. Nobody lives at the `unknown` addresses (in lower case).
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.unknown: set[str] = set()
        self.refuse_with = ""
        self.seconds = 0.0
        self.received = 0
        with socket.create_server((self.host, 0)) as free:
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname=self.host, port=self.port)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook for one recipient."""
        if address.lower() in self.unknown:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook for one message received in full."""
        self.received += 1
        time.sleep(self.seconds)
        if self.refuse_with:
            return self.refuse_with
        content = cast(bytes, envelope.original_content)
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        self.recipients.append(list(envelope.rcpt_tos))
        self.messages.append(message)
        return "250 Message accepted"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages accepted for this address, oldest first."""
        return [
            message for message, recipients in zip(self.messages, self.recipients, strict=True) if address in recipients
        ]

    def __enter__(self) -> "Server":
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
