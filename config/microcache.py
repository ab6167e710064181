"""Whole pages kept in memory for a third of a second, for people who are not signed in, and sent compressed.

What thousands look at in the same minute (the programme, once the newsletter is out) is made three times a second,
and still right within a second of an edit or of a seat taken. A view asks for it with ``response.microcache = True``;
it promises that the page is the same for everybody. Such a page holds no secret, which is why it may be compressed
whatever else is in it (BREACH guesses secrets from the length of answers); other pages are left to a proxy.
"""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

LIFETIME = 0.3  # seconds, counted from before the page was made; see also KEPT_SECONDS
MOST_BYTES = 32 * 1024 * 1024  # in each process
LONGEST_QUERY = 512  # characters; longer ones are nobody's links
PATIENCE = 5.0  # seconds that a request waits for another one's page
# What a page may depend on and still be kept. The language is in the path, cookies are none (see may_share), and
# htmx's headers are in the key.
HARMLESS_VARY = {"accept-language", "cookie", "accept-encoding", "hx-request", "hx-target", "hx-boosted"}

# Named in Accept-Encoding, and not with a weight of zero (RFC 9110, 12.5.3).
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One kept answer, as it is and through gzip. ``route`` is for the request's line in the log."""

    content: bytes
    headers: dict[str, tuple[str, str]]
    packed: bytes
    packed_headers: dict[str, tuple[str, str]]
    route: str
    until: float

    @classmethod
    def of(cls, request: HttpRequest, response: HttpResponse, until: float) -> Page:
        patch_vary_headers(response, ["Accept-Encoding"])
        packed = gzip.compress(response.content, 6, mtime=0)
        headers: dict[str, tuple[str, str]] = dict(response.headers._store)
        encoded = {
            "content-encoding": ("Content-Encoding", "gzip"),
            "content-length": ("Content-Length", str(len(packed))),
        }
        route = request.resolver_match.route if request.resolver_match else ""
        return cls(response.content, headers, packed, headers | encoded, route, until)

    @property
    def size(self) -> int:
        return len(self.content) + len(self.packed)

    def answer(self, request: HttpRequest) -> HttpResponse:
        packed = GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        response = HttpResponse(b"" if request.method == "HEAD" else self.packed if packed else self.content)
        # Past the mapping's own checks, which these headers have passed once: they cost as much as all the rest here.
        response.headers._store.update(self.packed_headers if packed else self.headers)
        response.route = self.route  # type: ignore[attr-defined]
        response.microcache = True  # type: ignore[attr-defined]
        return response


@dataclass
class Flight:
    """A page being made, for all who ask for it meanwhile."""

    started: float
    done: threading.Event = field(default_factory=threading.Event)
    page: Page | None = None


class MicroCache:
    """Middleware; only the request's log line comes before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.lock = threading.Lock()
        self.pages: OrderedDict[Key, Page] = OrderedDict()  # oldest first: all live equally long
        self.bytes = 0
        self.flights: dict[Key, Flight] = {}
        self.unshared: set[str] = set()  # paths whose pages are not kept: nobody should wait for them

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not may_share(request):
            return self.get_response(request)
        key = key_of(request)
        now = time.monotonic()
        page = self.pages.get(key)
        if page is not None and page.until > now:
            return page.answer(request)
        if request.path_info in self.unshared:
            return self._make(request, key, Flight(now))
        with self.lock:
            flight = self.flights.get(key)
            first = flight is None or flight.started + LIFETIME < now
            if flight is None or first:
                flight = self.flights[key] = Flight(now)
        if first:
            return self._make(request, key, flight)
        flight.done.wait(PATIENCE)
        return flight.page.answer(request) if flight.page else self.get_response(request)

    def _make(self, request: HttpRequest, key: Key, flight: Flight) -> HttpResponseBase:
        """Has the page made, keeps it where it may be, and lets those who wait go on."""
        try:
            response = self.get_response(request)
            if isinstance(response, HttpResponse) and may_keep(request, response):
                flight.page = Page.of(request, response, until=flight.started + LIFETIME)
            self._remember(request, key, flight.page)
            return flight.page.answer(request) if flight.page else response
        finally:
            with self.lock:
                if self.flights.get(key) is flight:
                    del self.flights[key]
            flight.done.set()

    def _remember(self, request: HttpRequest, key: Key, page: Page | None) -> None:
        with self.lock:
            if page is None:
                if len(self.unshared) > 1000:
                    self.unshared.clear()
                self.unshared.add(request.path_info)
                return
            self.unshared.discard(request.path_info)
            if old := self.pages.pop(key, None):
                self.bytes -= old.size
            self.pages[key] = page
            self.bytes += page.size
            now = time.monotonic()
            while self.pages:
                oldest = next(iter(self.pages.values()))
                if oldest.until > now and self.bytes <= MOST_BYTES:
                    break
                self.pages.popitem(last=False)
                self.bytes -= oldest.size


def may_share(request: HttpRequest) -> bool:
    """Whether this request could be anybody's: it carries nothing that tells one person from another.

    The CSRF cookie may be there, since a page that uses it is never kept.
    """
    meta = request.META
    return (
        request.method in ("GET", "HEAD")
        and (not meta.get("HTTP_COOKIE") or request.COOKIES.keys() <= {settings.CSRF_COOKIE_NAME})
        and "HTTP_AUTHORIZATION" not in meta
        and len(meta.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and not request.path_info.startswith(settings.STATIC_URL)
        and not hasattr(request, "is_dummy")  # a draft that an editor looks at
    )


def key_of(request: HttpRequest) -> Key:
    """All that a page may depend on."""
    meta = request.META
    return (
        request.scheme or "",
        meta.get("HTTP_HOST") or f"{meta.get('SERVER_NAME')}:{meta.get('SERVER_PORT')}",
        request.path,
        meta.get("QUERY_STRING", ""),
        meta.get("HTTP_HX_REQUEST", ""),
        meta.get("HTTP_HX_TARGET", ""),
        meta.get("HTTP_HX_BOOSTED", ""),
    )


def may_keep(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer may be given to others: its view said so, and nothing in it speaks against."""
    vary = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    control = response.get("Cache-Control", "").lower()
    return (
        getattr(response, "microcache", False) is True
        and request.method == "GET"
        and response.status_code == 200
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and vary <= HARMLESS_VARY
        and "private" not in control
        and "no-store" not in control
        and not getattr(request, "_csp_nonce", None)
        and not getattr(getattr(request, "user", None), "is_authenticated", False)
    )
