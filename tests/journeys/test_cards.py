"""Teams are published; somebody on a phone cannot come, somebody in reserve gets their card, the organiser sees it."""

import re

import pytest

from events.night.models import Card
from mail.models import Message
from mail.rendering import render
from tests.factories.night_board import board_night, person, where
from tests.factories.volunteers import NetworkOrganiserFactory
from tests.journeys.conftest import text_of
from tests.journeys.test_citizen import calendars, heading
from tests.journeys.test_everyone import LOOKS, MEASURE, shown
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def link(message):
    return re.search(r"/night/card/\S+", text_of(message)).group()


def test_who_cannot_come_is_replaced_and_the_organiser_sees_it(
    browser_page, sign_in, mailbox, axe, settings, live_server
):
    settings.SITE_URL = live_server.url
    night = board_night(headquarters=1, sectors=2)
    night.headquarters.update(contact="Zoé, 06 12 34 56 78", meal="Soupe à 19 h")
    email = {name: person(name).volunteer.user.email for name in ("11-1 b", "11 r a")}
    organiser = browser_page(width=1280)
    sign_in(organiser, inside(NetworkOrganiserFactory(network=night.network, user__language="fr").user))
    organiser.goto(f"/organise/night/{night.pk}/")
    organiser.get_by_role("link", name="Suite").or_(organiser.locator("a.button--next")).first.click()
    assert heading(organiser) == "Publier les équipes"
    axe(organiser)
    organiser.locator("main button.button--next").click()
    organiser.wait_for_url("**/cards/")
    (mail,) = [one for one in mailbox.to(email["11-1 b"]) if "Votre équipe" in one["Subject"]]
    assert len(calendars(mail)) == 1

    phone = browser_page(dark=True)
    phone.set_content(shown(render(Message.objects.get(kind="night/card", user__email=email["11-1 b"]))))
    axe(phone, LOOKS)
    phone.goto(link(mail))
    assert heading(phone) == "Votre équipe 11-1"
    axe(phone)
    for letters in ("100%", "200%"):
        assert phone.evaluate(MEASURE, [360, letters]) <= 360
    phone.locator("button[value=cannot]").click()
    assert heading(phone) == "Vous ne venez pas cette fois"
    axe(phone)

    placed = mailbox.to(email["11 r a"])[-1]
    assert "Une place pour vous dans l’équipe 11-1" in placed["Subject"]
    other = browser_page(js=False)
    other.goto(link(placed))
    assert heading(other) == "Votre équipe 11-1"
    other.locator("button[value=coming]").click()
    assert "Vous avez dit que vous venez" in other.locator("#answer").inner_text()

    organiser.goto(f"/organise/night/{night.pk}/cards/")
    axe(organiser)
    organiser.locator("tbody th a").click()
    axe(organiser)
    row = organiser.locator("tr", has_text="11 r a").first.inner_text()
    assert ("11-1" in row, "Vient" in row) == (True, True)
    assert (where("11-1 b"), where("11 r a")) == (None, "11-1")
    assert Card.objects.get(participant=person("11 r a")).answer == "coming"
