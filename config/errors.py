"""The page shown when something broke, and the one shown while the database is away. Neither asks the database."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import requires_csrf_token

AWAY = (OperationalError, InterfaceError)  # also a statement or a lock that took too long
RETRY_AFTER = 10  # seconds


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: 503 with Retry-After when it is the database that does not answer, 500 otherwise."""
    away = isinstance(sys.exc_info()[1], AWAY)
    with translation.override(translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
        page = render_to_string("503.html" if away else "500.html")
    if away:
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(page, status=500)
