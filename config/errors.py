"""The pages shown when something broke, when a request cannot be read, and while the database is away: none asks the
database. And what becomes of a form whose token no longer stands."""

import sys

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, NotSupportedError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

# Also a statement or a lock that took too long, and a table that changed under what was prepared (config.postgresql).
AWAY = (OperationalError, InterfaceError, NotSupportedError)
RETRY_AFTER = 10  # seconds
UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError)  # what Django answers by 400

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


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: 503 with Retry-After when it is the database that does not answer, 500 otherwise.

    And 400 when it is the page of another refusal that came upon a body that cannot be read: those look for a form's
    token in it. This one does not, and so cannot fail for the same reason.
    """
    error = sys.exc_info()[1]
    if isinstance(error, UNREADABLE):
        return bad_request(request, error)
    away = isinstance(error, AWAY)
    page = page_in_its_language(request, "503.html" if away else "500.html")
    if away:
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(page, status=500)


def bad_request(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """handler400: a body, a Host or anything else that is not as it must be."""
    return HttpResponse(page_in_its_language(request, "400.html"), status=400)


def page_in_its_language(request: HttpRequest, template: str) -> str:
    """An error's page, made of nothing but the address: not of the session, the person, or the form."""
    with translation.override(translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
        return render_to_string(template)


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
