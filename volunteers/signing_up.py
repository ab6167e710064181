"""Becoming a volunteer: an address, the code that proves it, and what one agreed to.

Whoever types an address has proved nothing yet. So an account made here is empty (no name, no consent, an unverified
address) until the code has come back, and one that stays so is erased after a week (volunteers.erasing).
"""

from __future__ import annotations

import time

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from volunteers import consenting
from volunteers.models import Consent, User, Volunteer

SESSION_KEY = "sign_up_form"
SENT_ALREADY = _("A code was sent to this address a moment ago. Use that one, or ask again a little later.")
WAITING_SECONDS = 3600  # how long a session lasts that waits for a code: it holds the code and the address


def person_for(email: str, *, language: str) -> Volunteer:
    """The volunteer of that address, made if new: no password, no name, no consent, the address unverified.

    ``language`` is the one of the page, kept for a new account only. Safe when two requests bring the same new
    address at once. Sends nothing.
    """
    email = email.strip().lower()
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        if user is None:
            try:
                with transaction.atomic():
                    user = User.objects.create_user(email, language=language, unproved_since=timezone.now())
            except IntegrityError:  # somebody else's request has just made it
                user = User.objects.get(email=email)
        register_address(user)
        return Volunteer.objects.get_or_create(user=user)[0]


def register_address(user: User) -> None:
    """Makes allauth's row for the account's address, unverified: accounts from a command or an import have none."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})


def prove_address(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Sends the sign-in code and leads to the page that asks for it, which goes on to ``next_url``.

    Answers 429 when too many codes were asked for this address or from this network; a code already under way for
    the same address is not sent twice in that case: its page is shown again, and says so.
    """
    code_page = f"{reverse('account_confirm_login_code')}?{urlencode({'next': next_url})}"
    if not ratelimit.consume(request, action="request_login_code", key=user.email):
        if awaits_code(request, user.email):
            messages.info(request, SENT_ALREADY)
            return HttpResponseRedirect(code_page)
        return ratelimit.respond_429(request)
    request.session.set_expiry(WAITING_SECONDS)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=user.email)
    return HttpResponseRedirect(code_page)


def complete(user: User, *, first_name: str, form: str) -> None:
    """Once the address is proved: fills the name if there is none, and journals the charter and the age.

    ``form`` says where the boxes were ticked. Harmless twice.
    """
    if first_name and not user.first_name:
        user.first_name = first_name
        user.save(update_fields=["first_name"])
    for purpose in (Consent.Purpose.CHARTER, Consent.Purpose.ADULT):
        consenting.give(user, purpose=purpose, form=form)


def remember(request: HttpRequest, user: User, *, first_name: str, form: str) -> None:
    """Keeps in this session what the form said, until ``finish`` knows that the address is theirs."""
    request.session[SESSION_KEY] = {"user": user.pk, "first_name": first_name, "form": form}


def finish(request: HttpRequest, user: User) -> None:
    """At sign-in: the account is proved, has its volunteer, and gets what this very session remembered for it."""
    Volunteer.objects.get_or_create(user=user)
    User.objects.filter(pk=user.pk, unproved_since__isnull=False).update(unproved_since=None)
    request.session.set_expiry(settings.SESSION_COOKIE_AGE)
    kept = request.session.pop(SESSION_KEY, None)
    if kept and kept["user"] == user.pk:
        complete(user, first_name=kept["first_name"], form=kept["form"])


def awaits_code(request: HttpRequest, email: str) -> bool:
    """Whether this session waits for a code of that address, and in time. Of an address without account too."""
    login = request.session.get("account_login")
    stages = login["state"].get("stages", {}) if isinstance(login, dict) else {}
    code = stages.get("login_by_code", {}).get("data", {})
    in_time = time.time() - code.get("at", 0) <= settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
    return in_time and code.get("email") == email
