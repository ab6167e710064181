"""What stands before the views: where people are signed in, and the door of the back office."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import override

from volunteers import backoffice
from volunteers.models import User

SEEN_EVERY = 600
SEEN_KEY = "seen_at"

AREAS = re.compile(r"^/(?:[a-z]{2}/)?(?P<area>organise|cms|admin)(?:/|$)")


class BackOfficeMiddleware:
    """Guards /organise/, /cms/ and /admin/ whatever the view, at every request.

    Nobody signed in: to the one sign-in page (Django's and Wagtail's own are never reached). No role, or no longer:
    403, so that a session does not outlive its role. No second factor yet: to the page that sets one up. One that was
    not shown in this session: asked now. What the person may do inside is each room's permissions.py.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = AREAS.match(request.path_info)
        if not found:
            return self.get_response(request)
        away = self.turn_away(request, found["area"])
        if away or found["area"] == "organise":
            return away or self.get_response(request)
        return self.answer_in(request.user.language, request)  # type: ignore[union-attr]  # turn_away knows it

    def answer_in(self, language: str, request: HttpRequest) -> HttpResponse:
        """The two administrations have one address for all languages: they speak the account's.

        Somebody who chose another one in Wagtail gets that one in there.
        """
        with override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    def turn_away(self, request: HttpRequest, area: str) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User):
            return self.send_to(request, "account_login")
        if not backoffice.may_enter(user, area):
            raise PermissionDenied
        if backoffice.showed_second_factor(request):
            return None
        if not backoffice.has_second_factor(user):
            return self.send_to(request, "volunteers:second-factor")
        return self.send_to(request, backoffice.page_asking_factor(user))

    def send_to(self, request: HttpRequest, page: str) -> HttpResponse:
        """Leads to a page that comes back here afterwards."""
        back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path_info
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': back})}")


class WayBackMiddleware:
    """Whoever sends a form while signed out comes back, once signed in, to the page that it was on.

    What they sent is not done, and the address of a form need not be a page: most answer to nothing but POST.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == 302:
            page, _mark, query = response["Location"].partition("?")
            asked = QueryDict(query, mutable=True)
            if page == reverse("account_login") and asked.get("next") in (request.path, request.get_full_path()):
                asked["next"] = self.page_of(request)
                response["Location"] = f"{page}?{asked.urlencode()}"
        return response

    def page_of(self, request: HttpRequest) -> str:
        """The page of ours that the form was on, if the browser says; else the area's first page, or the site's."""
        said = request.headers.get("Referer", "")
        if url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure()):
            found = urlsplit(said)
            return f"{found.path or '/'}{'?' if found.query else ''}{found.query}"
        area = AREAS.match(request.path_info)
        return f"/{area['area']}/" if area else "/"


class DeviceMiddleware:
    """Notes when and from where a session was last seen, once in SEEN_EVERY seconds.

    allauth's own tracking (USERSESSIONS_TRACK_ACTIVITY) writes at every request, registrations included.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie nobody is signed in, and nothing is read: public pages stay free of it.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = time.time()
            if now - request.session.get(SEEN_KEY, 0) >= SEEN_EVERY:
                UserSession.objects.create_from_request(request)
                request.session[SEEN_KEY] = now
        return self.get_response(request)
