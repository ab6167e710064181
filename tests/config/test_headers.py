import datetime as dt

import pytest
import time_machine


@pytest.fixture
def policy(client):
    def policy(address):
        header = client.get(address)["Content-Security-Policy"]
        return dict(directive.split(" ", 1) for directive in header.split("; "))

    return policy


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/login/", "/en/account/login/", "/nulle-part/", "/healthz"])
def test_public_pages_allow_nothing_inline_and_nobody_else(policy, address):
    directives = policy(address)

    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert not any("unsafe" in sources or "http" in sources for sources in directives.values())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/cms/login/", "/admin/login/"])
def test_administrations_load_nothing_from_elsewhere(policy, address):
    directives = policy(address)

    assert (directives["default-src"], directives["frame-ancestors"]) == ("'self'", "'self'")
    assert not any("http" in sources or "*" in sources for sources in directives.values())


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "frames"), [("/account/login/", "DENY"), ("/cms/login/", "SAMEORIGIN")])
def test_other_security_headers(client, address, frames):
    headers = client.get(address).headers

    assert headers["X-Frame-Options"] == frames
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_security_txt(client, settings):
    settings.SECURITY_CONTACT = "mailto:securite@ville.example"
    settings.SITE_URL = "https://ville.example"
    with time_machine.travel(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC), tick=False):
        response = client.get("/.well-known/security.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "Contact: mailto:securite@ville.example",
        "Expires: 2026-08-29T12:00:00Z",
        "Preferred-Languages: fr, en",
        "Canonical: https://ville.example/.well-known/security.txt",
    ]


@pytest.mark.django_db
def test_security_txt_without_contact_does_not_exist(client, settings):
    settings.SECURITY_CONTACT = ""

    assert client.get("/.well-known/security.txt").status_code == 404
