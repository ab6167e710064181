"""Pages of errors, in both languages. No test here may use the database unless it says so: nor may the pages."""

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.urls import path
from django.utils import translation

from config.errors import server_error


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


@pytest.mark.django_db
def test_form_without_its_token_is_refused_in_our_words(settings):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/account/login/", {"email": "ana@example.org"})

    assert response.status_code == 403
    assert "error-page" in response.content.decode()
