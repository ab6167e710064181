"""Pages of errors, in both languages. No test here may use the database unless it says so: nor may the pages."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client
from django.urls import path, reverse
from django.utils import translation

from config.errors import server_error
from mail.models import Message
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory


def broken(request: HttpRequest):
    raise RuntimeError("a bug")


def away(request: HttpRequest):
    raise OperationalError("connection refused")


urlpatterns = [path("broken/", broken), path("away/", away), path("en/broken/", broken)]
handler500 = server_error


@pytest.fixture
def broken_site(client, settings):
    """Only the middleware that works without a database, around views that fail."""
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    client.raise_request_exception = False
    return client


@pytest.fixture
def pages(settings, monkeypatch):
    """The site's own addresses, with views that fail in front."""
    import sys

    from config import urls

    monkeypatch.setattr(urls, "urlpatterns", [*urlpatterns, *urls.urlpatterns])
    module = sys.modules["config.urls"]
    from django.urls import clear_url_caches

    clear_url_caches()
    yield module
    monkeypatch.undo()
    clear_url_caches()


@pytest.mark.parametrize(("address", "language"), [("/broken/", "fr"), ("/en/broken/", "en")])
def test_broken_page_needs_no_database(broken_site, pages, address, language):
    with translation.override("en" if language == "fr" else "fr"):  # another request's, still active in the thread
        response = broken_site.get(address)

    assert response.status_code == 500
    assert f'<html lang="{language}"' in response.content.decode()
    assert "a bug" not in response.content.decode()


def test_database_that_is_away_is_said_with_a_moment_to_come_back(broken_site, pages):
    response = broken_site.get("/away/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert '<html lang="fr"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "language"), [("/nulle-part/", "fr"), ("/en/nowhere/", "en")])
def test_no_page_there(client, address, language):
    response = client.get(address)

    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()


FORM = "application/x-www-form-urlencoded"
UNREADABLE = {
    "another charset": {"content_type": f"{FORM}; charset=utf-16", "data": "email=ana@example.org"},
    "too large": {"content_type": FORM, "data": "x" * 3_000_000},
    "too many fields": {"content_type": FORM, "data": "x=1&" * 1500},
    "damaged parts": {"content_type": "multipart/form-data", "data": "--x"},
    "another host": {"headers": {"host": "evil.example"}, "data": {}},
}


@pytest.mark.django_db
@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize(("address", "language"), [("/account/login/", "fr"), ("/en/account/login/", "en")])
def test_request_that_cannot_be_read_gets_a_page_with_every_header(strict, settings, sent, address, language):
    settings.ALLOWED_HOSTS = ["testserver"]
    readable = strict.get(address)  # brings the token's cookie, with which the form's is looked for
    with translation.override("en" if language == "fr" else "fr"):
        response = strict.post(address, **sent)

    assert response.status_code == 400
    assert f'<html lang="{language}"' in response.content.decode()
    assert "error-page" in response.content.decode()
    for header in ("Content-Security-Policy", "Permissions-Policy", "X-Frame-Options", "X-Content-Type-Options"):
        assert response[header] == readable[header]


@pytest.mark.django_db
def test_request_that_cannot_be_read_is_no_error_of_ours(strict, caplog):
    strict.get("/account/login/")
    caplog.set_level("INFO")

    strict.post("/account/login/", **UNREADABLE["another charset"])

    (line,) = caplog.records
    assert (line.name, line.levelname, line.status) == ("maillage.requests", "INFO", 400)


@pytest.mark.django_db
def test_body_that_cannot_be_read_sent_to_no_page(strict):
    """The page for that looks for a form's token, and so reads the body in its turn."""
    strict.raise_request_exception = False
    strict.get("/account/login/")  # brings the token's cookie

    response = strict.post("/en/nowhere.txt", **UNREADABLE["another charset"])

    assert response.status_code == 400
    assert "error-page" in response.content.decode()


@pytest.fixture
def strict():
    """A browser whose forms need their token."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.django_db
def test_form_without_its_token_is_refused_in_our_words(strict):
    response = strict.post("/account/login/", {"email": "ana@example.org"})

    assert response.status_code == 403
    assert "error-page" in response.content.decode()


@pytest.mark.django_db
def test_form_of_another_page_is_refused_to_who_is_signed_in_too(strict):
    volunteer = VolunteerFactory()
    strict.force_login(volunteer.user)

    response = strict.post(reverse("volunteers:consents"), {"purpose": "charter", "action": "give"})

    assert response.status_code == 403
    assert not volunteer.user.consents.exists()


@pytest.mark.django_db
def test_registration_form_from_before_sign_in_leads_to_ones_registration(strict):
    mine = RegistrationFactory(slot=SessionFactory().slot)
    strict.force_login(mine.volunteer.user)
    form = {"csrfmiddlewaretoken": "x" * 64, "email": "other@example.org", "first_name": "O", "charter": "on"}

    response = strict.post(f"/en/agenda/{mine.slot_id}/register/", form, follow=True)

    assert [address for address, _ in response.redirect_chain] == [
        f"/en/agenda/{mine.slot_id}/register/",
        f"/en/registrations/{mine.uid}/",
    ]
    assert "You are signed in already. Look again before you send." in response.content.decode()
    assert (mine.slot.registrations.count(), Message.objects.count()) == (1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page", ["account_signup", "account_login", "account_login_password", "account_confirm_login_code"]
)
def test_entrance_form_from_before_sign_in_leads_on(strict, page):
    strict.force_login(VolunteerFactory().user)
    form = {"csrfmiddlewaretoken": "x" * 64, "code": "1234-5678"}

    response = strict.post(reverse(page) + "?next=/privacy/retention/", form, follow=True)

    assert [address for address, _ in response.redirect_chain] == [
        reverse(page) + "?next=/privacy/retention/",
        "/privacy/retention/",
    ]
    assert response.status_code == 200
