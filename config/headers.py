"""Security headers that no library of ours sets, and the policy of the two administrations; security.txt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

ADMINISTRATIONS: tuple[str, ...] = tuple(settings.CONTENT_SECURITY_POLICY["EXCLUDE_URL_PREFIXES"])
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
PERMISSIONS_WITH_CAMERA = PERMISSIONS.replace("camera=()", "camera=(self)")  # for a page that reads codes
# Wagtail's and Django's administrations write inline scripts and styles, and Wagtail previews pages in frames. They
# load nothing from elsewhere and can be framed by nobody else all the same.
ADMINISTRATION_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)


class PublicPolicy(CSPMiddleware):
    """django-csp, but for the policy of nearly every answer: it is written once, and not anew for each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        own = any(name.startswith("_csp_") for name in vars(response)) or hasattr(request, "_csp_nonce")
        if own or settings.DEBUG:  # where Django's page about an error has styles inside
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class SecurityHeaders:
    """Middleware, outside the one above: the two administrations have a policy of their own.

    A view that needs the camera says so: ``response.camera = True``. Nothing else may use it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        camera = getattr(response, "camera", False)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_WITH_CAMERA if camera else PERMISSIONS)
        if request.path_info.startswith(ADMINISTRATIONS):
            # Set, whatever was there: Wagtail makes a preview from a request of its own to the page's public address,
            # which comes back with the public policy, framed by nobody.
            response.headers[HEADER] = ADMINISTRATION_POLICY
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116); 404 while SECURITY_CONTACT is not set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    # RFC 9116 wants a date, less than a year away; the page is made anew each time, so it is never past.
    expires = (timezone.now() + dt.timedelta(days=180)).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
