"""Two friends sign up for a Night on their phones: one without script, the other by the first one's link."""

import pytest
from wagtail.models import Locale

from cms.models import HomePage, NightPage
from events.night.models import Participant
from tests.factories.events import RegistrationFactory
from tests.factories.night_people import open_night
from tests.journeys.test_citizen import calendars, fill_sign_up, give_code, heading, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AWA, BO = "awa@example.org", "bo@example.org"


@pytest.fixture
def night():
    """Two headquarters, of which the first is full."""
    edition = open_night(1, 5)
    RegistrationFactory(slot=edition.headquarters.first().slot)
    home = HomePage.objects.get(locale=Locale.get_default())
    home.add_child(instance=NightPage(title="La Nuit", slug="nuit", edition=edition, locale=home.locale))
    return edition


def test_alone_and_then_with_a_friend(browser_page, night, mailbox, axe, settings, live_server):
    settings.SITE_URL = live_server.url
    first, second = night.headquarters.all()
    page = browser_page(js=False)
    page.goto("/nuit/")
    page.locator("a.button--next").click()
    page.wait_for_url("**/sign-up/")
    fill_sign_up(page)
    send(page)
    give_code(page, mailbox.code(AWA))
    page.wait_for_url(f"**/night/{night.pk}/sign-up/")
    page.select_option("select[name=first]", str(first.pk))
    page.check("input[name=reach][value=any]")
    page.check("input[name=role][value=lead]")
    send(page)
    page.check(f"input[name=way][value=seat-{second.pk}]")
    send(page)
    page.wait_for_url("**/mine/")
    assert heading(page) == "Vous êtes de la Nuit"
    assert len(calendars(mailbox.to(AWA)[-1])) == 1
    page.locator("#friends button").click()
    link = page.locator("#friends-link").input_value()

    friend = browser_page(js=True, dark=True)
    friend.goto(link)
    assert heading(friend) == "Awa vous invite à la Nuit"
    axe(friend)
    send(friend)
    fill_sign_up(friend, BO)
    send(friend)
    give_code(friend, mailbox.code(BO))
    friend.wait_for_url("**/sign-up/?friends=*")
    axe(friend)
    send(friend)
    friend.check(f"input[name=way][value=seat-{second.pk}]")
    axe(friend)
    send(friend)
    friend.wait_for_url("**/mine/")
    axe(friend)
    assert "Awa" in friend.locator("#friends").inner_text()

    awa, bo = Participant.objects.order_by("pk")
    assert (awa.leader, awa.group, bo.registration.slot_id) == (True, bo.group, second.slot_id)

    page.reload()
    page.locator("main form[action$='/withdraw/'] button").click()
    assert heading(page) == "Vous ne participez pas"
    send(page)
    assert heading(page) == "Vous êtes de la Nuit"
    assert Participant.objects.active().count() == 2
