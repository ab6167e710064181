"""What is logged, as one JSON object a line: never a person.

Addresses are logged as their route (``calendar/<token>.ics``), since a path may be a secret; query strings never.
Errors keep their type and where they happened, not their words, which often quote what somebody typed.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

logger = logging.getLogger("maillage.requests")
ADDRESS = re.compile(r"[^\s@<>\"'=(,]+@[^\s@<>\"',;)]+")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(JsonFormatter):
    """One line of JSON for each record, without personal data."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="at",
            # What Django and Celery add for handlers of their own: it quotes addresses and arguments.
            reserved_attrs=[
                *RESERVED_ATTRS,
                "request",
                "server_time",
                "status_code",
                "data",
                "context",
                "params",
                "sql",
            ],
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data["message"] = ADDRESS.sub("…@…", str(log_data["message"]))
        return log_data

    def formatException(self, ei: ExcInfo) -> str:
        """The chain of errors, outermost first: each one's type and the places it came through."""
        lines = []
        error = ei[1]
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            frames = traceback.extract_tb(error.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


class HidePaths(logging.Filter):
    """Django's own lines about a request name its route instead of its path."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if arg == request.path else arg for arg in record.args)
        return True


class RequestLog:
    """Middleware, the first: one line for each request, with its route, status and time in milliseconds.

    The line and the answer carry the same ``X-Request-ID``; a proxy's own is kept when it looks like one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if given and REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        logger.info(
            "request",
            extra={
                "request_id": request_id,
                "method": request.method,
                "route": getattr(response, "route", None) or route_of(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return response


def route_of(request: HttpRequest) -> str:
    """The pattern that the address matched; nothing that anybody could have typed."""
    return request.resolver_match.route if request.resolver_match else "(none)"
