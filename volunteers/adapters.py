"""What allauth asks about second factors and about accounts that come from another provider.

How its mail leaves is in mail.adapters.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from volunteers import lines
from volunteers.models import User, Volunteer


class MFAAdapter(DefaultMFAAdapter):
    """Second factors (MFA_ADAPTER)."""

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return _("Passkey") if type == "webauthn" else str(super().generate_authenticator_name(user, type))


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Signing in by the city's OpenID Connect provider (SOCIALACCOUNT_ADAPTER)."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Joins the provider's account to ours of the same address, only if the provider says it has verified it.

        Without that word anybody could take over an account by giving its address to a careless provider; such a
        person is asked to sign in by code instead.
        """
        if sociallogin.is_existing:
            return
        verified = next((row.email.lower() for row in sociallogin.email_addresses if row.verified is True), "")
        if not verified:
            messages.error(request, _("Your account there has no verified e-mail address. Sign in by code here."))
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        user = User.objects.filter(email=verified).first()
        if user is not None:
            EmailAddress.objects.update_or_create(
                user=user, email=verified, defaults={"verified": True, "primary": True}
            )
            sociallogin.connect(request, user)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account gets its volunteer and the language of the page."""
        sociallogin.user.language = get_language() or "fr"
        sociallogin.user.email = sociallogin.user.email.lower()
        for field in ("first_name", "last_name"):
            name = lines.tidy(getattr(sociallogin.user, field) or "")[:80]
            setattr(sociallogin.user, field, name if lines.can_be_shown(name) else "")
        user: User = super().save_user(request, sociallogin, form)
        Volunteer.objects.get_or_create(user=user)
        return user
