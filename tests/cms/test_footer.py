"""The links of the footer, chosen in the settings: each in the reader's language, and none to what nobody can read."""

import pytest
from django.core.cache import caches
from django.utils.translation import override

from cms.appearance import appearance
from cms.models import HomePage, SiteSettings, StandardPage

pytestmark = pytest.mark.django_db


def page(slug, language="fr", **more):
    home = HomePage.objects.get(locale__language_code=language)
    return home.add_child(instance=StandardPage(slug=slug, title=slug, **more))


def footer(language, *links):
    """What the footer shows in this language, as (words, address), with these links chosen."""
    chosen = [{"type": "link", "value": {"label_fr": "Mentions", "label_en": "Notices"} | link} for link in links]
    SiteSettings.objects.update_or_create(defaults={"footer_links": chosen, "contact_email": ""})
    caches["process"].clear()
    with override(language):
        return [(item.title, item.url) for item in appearance().footer_menu]


def test_a_page_is_led_to_in_the_readers_language_and_in_its_own_where_it_has_none():
    french, only_french = page("mentions"), page("seul")
    page("notices", "en", translation_key=french.translation_key)
    links = [{"page": french.pk, "url": ""}, {"page": only_french.pk, "url": ""}]

    assert footer("fr", *links) == [("Mentions", "/mentions/"), ("Mentions", "/seul/")]
    assert footer("en", *links) == [("Notices", "/en/notices/"), ("Notices", "/seul/")]


def test_a_page_that_is_not_published_or_is_gone_has_no_link():
    draft = page("brouillon", live=False)

    assert footer("fr", {"page": draft.pk, "url": ""}, {"page": 999_999, "url": ""}) == []


def test_an_address_stands_as_it_was_written():
    assert footer("en", {"page": None, "url": "https://paris.example/"}) == [("Notices", "https://paris.example/")]


def test_a_row_stored_before_a_field_was_there_breaks_no_page():
    assert footer("fr", {"url": "/agenda/"}, {"page": None}) == [("Mentions", "/agenda/")]


@pytest.mark.parametrize("number", [1, 30])
def test_queries_do_not_grow_with_the_links(number, django_assert_num_queries):
    links = [{"page": page(f"page-{count}").pk, "url": ""} for count in range(number)]
    footer("fr", *links)
    caches["process"].clear()

    with django_assert_num_queries(2):
        appearance()
