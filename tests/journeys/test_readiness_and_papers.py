"""Before a Night and on paper: who is short of what, asking for help, the answer, the map by state, the papers."""

import pytest
from django.urls import reverse

from events.night.models import Asked, Edition, Participant, Sector
from events.night.papers import links
from events.night.readiness import appealing
from mail.models import Message
from tests.factories.night import SectorFactory
from tests.factories.night_papers import night_with_teams, shape
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def width_of(page):
    return page.evaluate("document.documentElement.scrollWidth")


def seen(page, axe, *, widths=(360, 1280)):
    """Nothing that axe-core finds, nothing wider than the screen, at either width."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 780})
        axe(page)
        assert width_of(page) <= width, page.url


def test_a_headquarters_asks_for_leaders_and_somebody_says_yes(browser_page, sign_in, axe):
    night = open_night(60, 60)
    one, _two = night.headquarters.all()
    for place in night.headquarters.all():
        SectorFactory(headquarters=place, code=f"{place.district.code}-1", least=1, target=2, most=3)
    enrol(VolunteerFactory(), one, reach="prefs", experienced=True)
    Message.objects.all().delete()
    page = browser_page(dark=True)
    sign_in(page, inside(NetworkOrganiserFactory(network=night.network, user=UserFactory(language="fr")).user))

    page.goto(reverse("organise-night:readiness", args=[night.pk]))
    seen(page, axe)
    page.locator("main table a[href$='/ask/leaders/']").first.click()
    seen(page, axe)
    page.fill("textarea[name=body_fr]", "Il manque une personne responsable.")
    page.locator("main button.button--next").click()
    seen(page, axe)
    page.locator("main button[name=confirmed]").click()
    page.wait_for_url("**/readiness/")
    seen(page, axe)

    asked = Asked.objects.select_related("appeal").get()
    assert asked.appeal.body_fr == "Il manque une personne responsable."
    link = reverse("night:appeal", args=[appealing.token_of(asked)])
    page.goto(link)  # as somebody else
    seen(page, axe)
    phone = browser_page(js=False)
    phone.goto(link)
    assert not Participant.objects.filter(leader=True).exists()
    phone.locator("button[value=yes]").click()
    assert phone.locator("main h1").inner_text() == "Merci\xa0!"
    assert Participant.objects.get().leader


def test_papers_are_made_and_the_map_shows_the_teams(
    browser_page, sign_in, axe, run_queued_tasks, settings, live_server
):
    settings.SITE_URL = live_server.url
    night = night_with_teams()
    Edition.objects.filter(pk=night.pk).update(charter_url="")
    SectorFactory(headquarters=night.headquarters.get(), code="11-3", boundary=shape(2.33))
    page = browser_page()
    sign_in(page, inside(NetworkOrganiserFactory(network=night.network, user=UserFactory(language="fr")).user))

    page.goto(reverse("organise-night:papers", args=[night.pk]))
    seen(page, axe)
    page.select_option("select[name=what]", "packs")
    page.locator("main form.form button.button--next").click()
    page.locator("#papers .badge--pending").wait_for()
    seen(page, axe)
    run_queued_tasks()
    page.locator("#papers .badge--confirmed").wait_for()  # the page asks by itself
    seen(page, axe)
    with page.expect_download() as download:
        page.locator("#papers th a").click()
    assert download.value.suggested_filename == f"packs-{night.night_on.isoformat()}-fr.pdf"

    page.goto(reverse("organise-night:sectors", args=[night.pk]) + "?by=state")
    seen(page, axe)

    phone = browser_page(dark=True)
    phone.goto(links.address_of(Sector.objects.get(code="11-1")))
    assert "Quais glissants" in phone.locator("main").inner_text()
    seen(phone, axe)
