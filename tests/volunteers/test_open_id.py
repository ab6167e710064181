"""Signing in by the city's own account, against a provider of the tests' own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from tests.factories.volunteers import UserFactory
from volunteers.models import User, Volunteer

pytestmark = pytest.mark.django_db


class Provider(HTTPServer):
    """The least that OpenID Connect asks: configuration, token, user information."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.person = {"sub": "42", "email": "Awa@Example.org", "email_verified": True, "given_name": "Awa"}
        self.asked = []
        self.configuration = {"issuer": self.url}
        for name, path in (("authorization", "/authorize"), ("token", "/token"), ("userinfo", "/me")):
            self.configuration[f"{name}_endpoint"] = self.url + path

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/.well-known/openid-configuration":
            self.answer(self.server.configuration)
        else:
            assert self.headers["Authorization"] == "Bearer opened"
            self.answer(self.server.person)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append({name: values[0] for name, values in parse_qs(body).items()})
        self.answer({"access_token": "opened", "token_type": "Bearer", "expires_in": 60})

    def answer(self, data):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def provider(settings):
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    app = {"provider_id": "city", "name": "Mon compte", "client_id": "maillage", "secret": "s3cret"}
    app["settings"] = {"server_url": server.url}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield server
    server.close()
    thread.join()


def go_through(client, provider):
    """Clicks the provider's button and comes back from it."""
    left = client.post(reverse("openid_connect_login", args=["city"]))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.url).query).items()}
    assert left.url.startswith(provider.url + "/authorize")
    assert asked["code_challenge_method"] == "S256"
    callback = reverse("openid_connect_callback", args=["city"])
    return client.get(callback, {"code": "abc", "state": asked["state"]})


def test_the_button_is_there_only_when_a_provider_is_set(client, provider, settings):
    with_provider = client.get(reverse("account_login")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    without = client.get(reverse("account_login")).content.decode()

    assert "Mon compte" in with_provider
    assert "Mon compte" not in without
    assert client.post(reverse("openid_connect_login", args=["city"])).status_code == 404


def test_a_new_person_gets_an_account_and_a_volunteer(client, provider):
    answer = go_through(client, provider)

    user = User.objects.get()
    assert answer.status_code == 302
    assert (user.email, user.first_name, user.unproved_since) == ("awa@example.org", "Awa", None)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Volunteer.objects.get().user == user
    assert EmailAddress.objects.get().verified
    assert set(provider.asked[0]) >= {"code", "code_verifier", "client_id"}


def test_a_verified_address_joins_the_account_that_has_it(client, provider):
    user = UserFactory(email="awa@example.org")

    go_through(client, provider)

    assert client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().user == user
    assert User.objects.count() == 1


@pytest.mark.parametrize("word", [False, None, "false"])
def test_an_address_that_the_provider_has_not_verified_opens_nothing(client, provider, word):
    UserFactory(email="awa@example.org")
    provider.person["email_verified"] = word

    answer = go_through(client, provider)

    assert (answer.status_code, answer.url) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session
    assert SocialAccount.objects.count() == 0


def test_the_second_factor_is_asked_after_the_provider_too(client, provider):
    user = UserFactory(email="awa@example.org")
    TOTP.activate(user, generate_totp_secret())

    answer = go_through(client, provider)

    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


SORRY = "The city&#x27;s accounts do not answer just now. Sign in with a code sent by mail."


@pytest.mark.parametrize("configuration", [b"<h1>Maintenance</h1>", [], {}, {"authorization_endpoint": 1}])
def test_a_provider_that_talks_nonsense_leads_back_to_the_code(client, provider, configuration):
    provider.configuration = configuration

    answer = client.post("/en/account/oidc/city/login/", follow=True)

    assert answer.redirect_chain == [("/en/account/login/", 302)]
    assert SORRY in answer.content.decode()


def test_a_provider_that_is_away_leads_back_to_the_code(client, provider):
    provider.close()

    answer = client.post("/en/account/oidc/city/login/", follow=True)

    assert answer.redirect_chain == [("/en/account/login/", 302)]
    assert SORRY in answer.content.decode()


@pytest.mark.parametrize("person", [b"", [], None])
def test_a_provider_that_talks_nonsense_of_somebody_opens_nothing(client, provider, person):
    provider.person = person

    answer = go_through(client, provider)

    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 0
    assert answer.status_code in (302, 401)


def test_a_provider_that_goes_away_meanwhile_leads_back_to_the_code(client, provider):
    left = client.post(reverse("openid_connect_login", args=["city"]))
    state = parse_qs(urlsplit(left.url).query)["state"][0]
    provider.close()

    answer = client.get("/en/account/oidc/city/login/callback/", {"code": "abc", "state": state}, follow=True)

    assert answer.redirect_chain == [("/en/account/login/", 302)]
    assert SORRY in answer.content.decode()
