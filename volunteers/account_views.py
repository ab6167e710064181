"""allauth's views with what ours add: guesses counted, an even pace, the code before the password."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage, LoginStage
from allauth.core import ratelimit
from allauth.socialaccount.providers.openid_connect import views as openid_views
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from volunteers import addresses, guessing, signing_up
from volunteers.forms import CodeForm, SignUpForm
from volunteers.pacing import evenly_paced

logger = logging.getLogger(__name__)
# What allauth lets through when the provider is away (requests' errors are OSErrors), or answers by something that is
# not JSON, is no object, or lacks what OpenID Connect asks for.
NO_USE = (OSError, ValueError, LookupError, TypeError, AttributeError)


class CountedGuesses:
    """Gives the code's form the name under which its guesses are counted, and ends the process once they are used."""

    asking_page = "account_login"  # where to ask for another code

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        if "code" in kwargs:
            kwargs["guesses_key"] = guessing.key_of_process(self._process.state)  # type: ignore[attr-defined]
        return kwargs

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Allauth's own answer to the last guess would be to try again later."""
        process = self._process  # type: ignore[attr-defined]
        if not isinstance(form, CodeForm):
            response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
            return response
        if form.exhausted:
            process.abort()
        elif form.has_error("code", "required") or process.record_invalid_attempt():
            return self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined]
        messages.error(self.request, _("This code was tried too often. Ask for a new one."))  # type: ignore[attr-defined]
        page = "account_email" if self.request.user.is_authenticated else self.asking_page  # type: ignore[attr-defined]
        return redirect(self.passthrough_next_url(reverse(page)))  # type: ignore[attr-defined]


class AnotherAddress:
    """Lets who waits for a code ask in another way: allauth would lead back to the code's page."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        if isinstance(stage, LoginByCodeStage):
            return None
        response: HttpResponse = super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc]
        return response


@method_decorator([never_cache, evenly_paced], name="dispatch")
class SignInView(AnotherAddress, allauth_views.RequestLoginCodeView):
    """The sign-in page: an address, to which a code goes. Passkey and password are one link away."""

    template_name = "account/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        if form._user is not None:
            signing_up.register_address(form._user)
        self.request.session.set_expiry(signing_up.WAITING_SECONDS)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.refused_for and signing_up.awaits_code(self.request, form.refused_for):
            messages.info(self.request, signing_up.SENT_ALREADY)
            return redirect(self.get_success_url())
        response: HttpResponse = super().form_invalid(form)
        return response


@method_decorator(evenly_paced, name="dispatch")
class PasswordSignInView(AnotherAddress, allauth_views.LoginView):
    """Signing in by password."""

    template_name = "account/login_password.html"


@method_decorator(login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"), name="dispatch")
class CodeView(CountedGuesses, allauth_views.ConfirmLoginCodeView):
    """The code that signs in; says which seat is being held meanwhile."""

    def get_next_url(self) -> str | None:
        """In the language of this page: it may have been changed since the address was made."""
        address: str | None = super().get_next_url()
        return addresses.in_language(address, get_language() or settings.LANGUAGE_CODE) if address else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        wish = self.request.session.get("signing_up")
        if isinstance(wish, dict):  # the session keeps moments as ISO 8601
            moments = {name: parse_datetime(wish.get(name) or "") for name in ("expires_at", "starts_at")}
            context["signing_up"] = wish | moments
        else:
            context["signing_up"] = None
        context["becoming"] = signing_up.SESSION_KEY in self.request.session
        form_url = reverse("account_signup" if context["becoming"] else "account_login")
        form_url = self.passthrough_next_url(form_url)
        context["change_url"] = (context["signing_up"] or {}).get("form_url") or form_url
        return context

    @cached_property
    def _action(self) -> str:
        return "resend" if self.request.POST.get("action") == "resend" else "verify"

    def _resend_form_valid(self, form: BaseForm) -> HttpResponse:
        """Sends again what was sent, also to an address without account; counted like every code asked for."""
        process = self._process
        allowed = process.can_resend and ratelimit.consume(
            self.request, action="request_login_code", key=process.state["email"]
        )
        if allowed:
            process.generate_code()
            process.send()
            process.record_resend()
            process.persist()
            messages.success(self.request, _("We have sent another message. Only the last code works."))
        else:
            messages.info(self.request, signing_up.SENT_ALREADY)
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


class EmailCodeView(CountedGuesses, allauth_views.ConfirmEmailVerificationCodeView):
    """The code that proves a new address."""


@method_decorator(evenly_paced, name="dispatch")
class PasswordResetView(allauth_views.PasswordResetView):
    """Asking for the code that lets one choose a new password."""


class PasswordCodeView(CountedGuesses, allauth_views.ConfirmPasswordResetCodeView):
    """That code."""

    asking_page = "account_reset_password"


@never_cache
@evenly_paced
def sign_up(request: HttpRequest) -> HttpResponse:
    """Becoming a volunteer without a date in mind. Known and unknown addresses both get a code and the same page."""
    next_url = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, request.is_secure()):
        next_url = resolve_url(settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url)
    if limited := ratelimit.consume_or_429(request, action="signup"):
        return limited
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        volunteer = signing_up.person_for(form.cleaned_data["email"], language=get_language() or "fr")
        signing_up.remember(request, volunteer.user, first_name=form.cleaned_data["first_name"], form="sign-up page")
        return signing_up.prove_address(request, volunteer.user, next_url=next_url)
    return render(request, "account/signup.html", {"form": form, "next": next_url})


def leading_back(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A provider that gives no answer of use leads back to the sign-in page, where the code by mail works."""

    @wraps(view)
    def wrapped(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except NO_USE:
            logger.exception("the OpenID Connect provider gives no answer of use")
            messages.error(request, _("The city's accounts do not answer just now. Sign in with a code sent by mail."))
            return redirect("account_login")

    return wrapped


city_sign_in = leading_back(openid_views.login)
city_callback = leading_back(openid_views.callback)
