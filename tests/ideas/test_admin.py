"""Calls and ideas in Django's administration: to look at."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return inside(UserFactory(administrator=True))


def url(model, page, *args):
    return reverse(f"admin:ideas_{model}_{page}", args=args)


@pytest.mark.parametrize("model", ["call", "idea"])
def test_each_is_listed_searched_and_read(administrator, model):
    row = IdeaFactory(call=CallFactory(title_fr="Quoi apprendre ?"), title="Apprendre")
    pk = row.call_id if model == "call" else row.pk

    pages = [administrator.get(url(model, "changelist"), {"q": "appr"}), administrator.get(url(model, "change", pk))]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("pprendre" in page.content.decode() for page in pages)


@pytest.mark.parametrize("model", ["call", "idea"])
def test_nothing_is_changed_here(administrator, model):
    idea = IdeaFactory()
    pk = idea.call_id if model == "call" else idea.pk

    asked = [
        administrator.get(url(model, "add")).status_code,
        administrator.post(url(model, "change", pk), {"title": "X", "title_fr": "X"}).status_code,
        administrator.post(url(model, "delete", pk), {"post": "yes"}).status_code,
    ]

    assert asked == [403, 403, 403]
    idea.refresh_from_db()
    assert (idea.title == "X", idea.call.title_fr == "X") == (False, False)


def test_ballots_are_nowhere():
    registered = {
        model.__name__ for model in admin.site._registry if model in apps.get_app_config("ideas").get_models()
    }

    assert registered == {"Call", "Idea"}
