"""The texts that people agree to: chosen in the settings, led to from the forms."""

import re

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils.translation import override

from cms.models import HomePage, SiteSettings, StandardPage
from tests.factories.events import SlotFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="([^"]+)" target="_blank" rel="noopener">')


def charter(slug="the-charter"):
    """A charter in French and English, as translations of each other; returns the French one."""
    pages = [
        HomePage.objects.get(locale__language_code=language).add_child(
            instance=StandardPage(slug=slug, title="Charter")
        )
        for language in ("fr", "en")
    ]
    StandardPage.objects.filter(pk=pages[1].pk).update(translation_key=pages[0].translation_key)
    return pages[0]


def choose(**pages):
    SiteSettings.objects.update_or_create(defaults=pages)
    caches["process"].clear()


def links(client, language, page="account_signup", *args):
    with override(language):
        return LINK.findall(client.get(reverse(page, args=args)).text)


def test_boxes_lead_to_the_charter_in_the_readers_language(client):
    choose(charter_page=charter(), privacy_page=charter("what-we-keep"))
    slot = SessionFactory(slot=SlotFactory()).slot

    assert links(client, "fr") == ["/the-charter/", "/what-we-keep/"]
    assert links(client, "en") == ["/en/the-charter/", "/en/what-we-keep/"]
    assert links(client, "en", "events:register", slot.pk) == ["/en/the-charter/", "/en/what-we-keep/"]


def test_who_came_by_a_list_is_led_to_the_charter(client):
    choose(charter_page=charter())
    slot = SessionFactory(slot=SlotFactory()).slot
    client.force_login(VolunteerFactory().user)

    assert links(client, "en", "events:register", slot.pk) == ["/en/the-charter/"]
    with override("en"):
        assert 'href="/en/the-charter/"' in client.get(reverse("volunteers:consents")).text


def test_a_text_without_translation_is_led_to_in_its_own_language(client):
    page = charter()
    page.get_translations().get().delete()
    choose(charter_page=page)

    assert links(client, "en") == ["/the-charter/"]


@pytest.mark.parametrize("unpublished", [True, False])
def test_without_a_published_page_the_box_leads_nowhere(client, unpublished):
    page = charter()
    choose(charter_page=page)
    assert links(client, "fr") == ["/the-charter/"]

    if unpublished:
        page.unpublish()
    else:
        page.delete()
    caches["process"].clear()

    answer = client.get(reverse("account_signup"))
    assert LINK.findall(answer.text) == []
    assert 'name="charter"' in answer.text


def test_what_is_wrong_is_said_without_the_link(client):
    choose(charter_page=charter())

    answer = client.post(reverse("account_signup"), {"adult": "on"})

    summary = answer.text.split('class="error-summary"')[1].split("</div>")[0]
    assert summary.count("<li>") == summary.count("<a ") == 3
    assert "the-charter" not in summary
