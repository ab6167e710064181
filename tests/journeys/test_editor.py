"""An editor signs in with a second factor, changes the front page, sees it beforehand, and publishes it."""

import re

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page

from cms.models import HomePage
from tests.factories.volunteers import UserFactory, VolunteerFactory
from tests.volunteers.test_backoffice import add_app, code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = {"fr": "Une lanterne au bord du canal", "en": "A lantern by the canal"}


@pytest.fixture
def editor():
    user = VolunteerFactory(user=UserFactory(email="lin@example.org", first_name="Lin")).user
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.mark.long
def test_editor_signs_in_previews_and_publishes_both_languages(browser_page, editor, mailbox):
    app = add_app(editor)
    page = browser_page(width=1280, height=900)
    page.goto("/cms/")
    page.fill("input[name=email]", editor.email)
    page.locator("main .button--next").click()
    page.wait_for_url("**/account/login/code/confirm/**")
    page.fill("input[name=code]", mailbox.code(editor.email))
    page.locator("main .button--next").click()
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.fill("input[name=code]", code_of(app))
    page.locator("main .button--next").first.click()
    page.wait_for_url("**/cms/")

    public = browser_page(js=False)
    for language, title in TITLES.items():
        home = HomePage.objects.get(locale__language_code=language)
        address = "/" if language == "fr" else "/en/"
        page.evaluate("localStorage.clear()")  # where Wagtail keeps which panel was open
        page.goto(f"/cms/pages/{home.pk}/edit/")
        page.fill("#id_hero_title", title)
        page.locator("[data-side-panel-toggle=preview]").click()
        preview = page.frame_locator("iframe[data-w-preview-target=iframe]").first
        preview.locator(f"h1:has-text('{title}')").wait_for(state="attached")
        public.goto(address)
        assert public.locator("h1").inner_text() == home.hero_title

        page.locator("footer [data-w-dropdown-target=toggle]").click()
        page.locator("button[name=action-publish]:visible").click()
        page.wait_for_url(re.compile(r"/cms/pages/\d+/(edit/)?$"))
        page.wait_for_selector(".messages .success")
        assert Page.objects.get(pk=home.pk).specific.hero_title == title
        public.wait_for_timeout(1000)  # what a page may be late by (config/microcache.py)
        public.goto(address)
        assert public.locator("h1").inner_text() == title
