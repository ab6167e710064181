"""The page shown when something broke, and the one shown while the database is away: neither asks the database.
And what becomes of a form whose token no longer stands."""

import sys

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.csrf import requires_csrf_token

AWAY = (OperationalError, InterfaceError)  # also a statement or a lock that took too long
RETRY_AFTER = 10  # seconds

# Pages for who is not signed in yet. The token changes at sign-in, so that these, open in another tab, are too old.
ENTRANCES = {
    "events:register",
    "account_signup",
    "account_login",
    "account_request_login_code",
    "account_login_password",
    "account_confirm_login_code",
    "mfa_authenticate",
}


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: 503 with Retry-After when it is the database that does not answer, 500 otherwise."""
    away = isinstance(sys.exc_info()[1], AWAY)
    with translation.override(translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
        page = render_to_string("503.html" if away else "500.html")
    if away:
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(page, status=500)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: 403, but an entrance's form from before one's sign-in leads to that page as it is now.

    Nothing of what was sent is read but that it brings a token: another site's form has none.
    """
    match = request.resolver_match
    is_ours = match is not None and match.view_name in ENTRANCES and "csrfmiddlewaretoken" in request.POST
    if is_ours and request.user.is_authenticated:
        messages.info(request, _("You are signed in already. Look again before you send."))
        return HttpResponseRedirect(request.get_full_path())
    answer: HttpResponse = csrf_failure(request, reason)
    return answer
