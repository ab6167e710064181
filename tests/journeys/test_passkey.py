"""A passkey is added to an account, then opens it alone: Chromium's own virtual authenticator holds it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_passkey_is_added_then_signs_in_by_itself(browser_page, sign_in, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # the tests' server speaks http
    awa = VolunteerFactory(user=UserFactory(email="awa@example.org", first_name="Awa")).user
    EmailAddress.objects.create(user=awa, email=awa.email, primary=True, verified=True)
    client = Client()
    client.force_login(awa)
    page = browser_page()
    sign_in(page, client)
    phone = page.context.new_cdp_session(page)
    phone.send("WebAuthn.enable")
    phone.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})

    page.goto("/my-space/security/")
    page.locator("main a[href$='/webauthn/add/']").click()
    page.fill("input[name=name]", "Mon téléphone")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda address: "/webauthn/add/" not in address)
    page.goto("/my-space/security/")
    assert "Mon téléphone" in page.locator("main").inner_text()

    page.context.clear_cookies()
    page.goto("/account/login/?next=/my-space/networks/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile(r"^[^?]*/my-space/networks/$"))
    assert page.locator(".site-tools a[href='/my-space/']").count() == 1
