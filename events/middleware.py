"""The door for calendars."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from events import feeds

FEED = re.compile(r"/calendar/([\w-]{20,64})\.ics")


class CalendarDoor:
    """Answers the feeds at once: calendars have no session, language or sign-in for the next middlewares to look for.

    Comes after the one that leads to https. An address that is nobody's goes on, to the site's own page for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and (feed := FEED.fullmatch(request.path_info)):
            try:
                response = feeds.calendar_feed(request, feed[1])
            except Http404:
                return self.get_response(request)
            # For the line of the request in the log: the address itself is a secret.
            response.route = "calendar/<str:token>.ics"  # type: ignore[attr-defined]
            return response
        return self.get_response(request)
