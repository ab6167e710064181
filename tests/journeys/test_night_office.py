"""A Night's ground comes from a file; a headquarters that lacks people gets some who were asked elsewhere."""

import json
import re

import pytest
from django.urls import reverse

from events.night.board import moving
from events.night.models import Choice, Sector
from events.night.sign_up import withdrawing
from mail.models import Message
from tests.events.night.sectors.test_importing import part, quarters
from tests.factories.night import EditionFactory, HeadquartersFactory, PlaceKindFactory
from tests.factories.night_board import board_night, person, where
from tests.factories.volunteers import NetworkOrganiserFactory, SquareDistrictFactory, UserFactory
from tests.journeys.conftest import text_of
from tests.journeys.test_readiness_and_papers import seen
from tests.office import inside
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def upload(name, data):
    return {"name": name, "mimeType": "application/geo+json", "buffer": data}


def test_sectors_come_from_a_file_that_is_looked_at_on_a_map(browser_page, sign_in, axe):
    edition = EditionFactory()
    HeadquartersFactory(edition=edition, district=SquareDistrictFactory(code="07", name="Palais-Bourbon"))
    PlaceKindFactory(slug="street")
    overlapping = json.loads(quarters())
    overlapping["features"][1]["geometry"]["coordinates"] = [part(0)]
    page = browser_page(locale="en", width=1280)
    sign_in(page, inside(NetworkOrganiserFactory(network=edition.network, user=UserFactory(language="en")).user))
    page.goto(f"/en{reverse('organise-night:edition', args=[edition.pk])}")
    page.locator("main a[href$='/imports/new/']").first.click()
    seen(page, axe)

    page.set_input_files("input[type=file]", upload("plan.geojson", b"{"))
    page.locator("main button.button--next").click()
    assert page.locator("main [aria-invalid]").count() == 1
    seen(page, axe)
    page.set_input_files("input[type=file]", upload("plan.geojson", json.dumps(overlapping).encode()))
    page.locator("main button.button--next").click()
    assert page.locator("#faults ~ ul li", has_text="07-2").count()
    seen(page, axe)
    page.locator("main button[formaction$='/cancel/']").click()
    assert not Sector.objects.exists()

    page.goto(f"/en{reverse('organise-night:import-new', args=[edition.pk])}")
    page.set_input_files("input[type=file]", upload("plan.geojson", quarters()))
    page.locator("main button.button--next").click()
    assert page.locator("main svg").count()
    assert not Sector.objects.exists()
    page.locator("main form button.button--next").dblclick()
    wait_until(lambda: Sector.objects.count() == 4)
    page.wait_for_load_state()
    seen(page, axe)


def test_people_who_wait_elsewhere_are_asked_and_sent_where_they_lack(
    browser_page, sign_in, axe, mailbox, run_queued_tasks, settings, live_server
):
    """At 11 a team of one, and nobody waits; at 12 two wait, who accept 12 alone."""
    settings.SITE_URL = live_server.url
    night = board_night(sectors=1, reserve=2)
    for name in ("11-1 b", "11-1 c", "11 r a", "11 r b"):
        withdrawing.let_go(person(name))
    Message.objects.all().delete()
    page = browser_page(width=1280, dark=True)
    sign_in(page, inside(NetworkOrganiserFactory(network=night.network, user=UserFactory(language="fr")).user))

    page.goto(reverse("organise-night:board-balance", args=[night.pk]))
    seen(page, axe)
    page.locator("main table a[href*='/ask/people/']").click()
    page.locator("main button.button--next").click()
    page.locator("main button[name=confirmed]").click()
    page.wait_for_url("**/balance/")
    (mail,) = mailbox.to(person("12 r b").volunteer.user.email)
    phone = browser_page(js=False)
    phone.goto(re.search(r"http\S+/night/\S+", text_of(mail)).group())
    phone.locator("button[value=yes]").click()
    assert Choice.objects.filter(participant=person("12 r b")).count() == 2

    page.goto(reverse("organise-night:board-recompose", args=[night.pk]))
    seen(page, axe)
    page.locator("main button.button--next").click()
    page.locator("main progress").wait_for()
    run_queued_tasks()
    page.reload()
    page.locator("main a[href$='/choose/']").click()
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert where("12 r b") == "11-1"

    # Whoever coordinates 11, on a phone, without script: theirs alone.
    place, other = night.headquarters.order_by("district__code")
    user = UserFactory(language="fr")
    place.slot.people_in_charge.add(user)
    small = browser_page(js=False)
    sign_in(small, inside(user))
    small.goto(reverse("organise-night:board-of", args=[place.pk]))
    small.locator(f"#p{person('12 r b').pk} a").click()
    small.locator("button[name=to]", has_text=re.compile("Réserve|réserve")).first.click()
    assert where("12 r b") == "11-1"  # the team would be too small: asked about first
    small.locator("#ask button.button--next").click()
    assert where("12 r b") == "11!"
    assert small.goto(reverse("organise-night:board-of", args=[other.pk])).status == 404
    assert moving.number_of(night)
