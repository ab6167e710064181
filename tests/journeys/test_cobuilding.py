"""From an idea to a training that is full, in public: one journey, without JavaScript, on a phone, in French."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from events import registering
from events.models import Slot
from ideas.models import Idea
from ideas.telling import KIND
from mail.models import Message
from tests.factories.events import VenueFactory
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.journeys.conftest import text_of
from tests.office import inside
from trainings import evaluating
from trainings.models import Certificate, EvaluationAnswer
from volunteers.consenting import NEEDED, give

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def volunteer(name):
    one = VolunteerFactory(user=UserFactory(email=f"{name.lower()}@example.org", first_name=name))
    for purpose in NEEDED:
        give(one.user, purpose=purpose, form="tests")
    return one


def signed_in(page, sign_in, user):
    client = Client()
    client.force_login(user)
    sign_in(page, client)
    return page


@pytest.mark.long
def test_an_idea_becomes_a_training_and_the_board_tells_it(browser_page, sign_in, mailbox):
    network = NetworkFactory(slug="climate", name_fr="Volontaires du climat", tint="climate")
    call = CallFactory(network=network)
    awa, zoe, lou = (volunteer(name) for name in ("Awa", "Zoe", "Lou"))
    other = IdeaFactory(call=call, title="Changer une chambre à air", author=volunteer("Ali"))
    venue = VenueFactory()

    # Awa proposes.
    page = signed_in(browser_page(js=False), sign_in, awa.user)
    page.goto(f"/ideas/calls/{call.slug}/")
    page.locator("main a[href$='/propose/']").first.click()
    page.fill("[name=title]", "Réparer son vélo soi-même")
    page.fill("[name=text]", "Un atelier le samedi. Avec des outils à prêter.")
    page.locator("main form .button--next").click()
    page.locator("h1", has_text="Réparer son vélo soi-même").wait_for()
    idea = Idea.objects.get(author=awa)

    # Zoé supports.
    page = signed_in(browser_page(js=False), sign_in, zoe.user)
    page.goto(f"/ideas/{idea.pk}/")
    page.locator("#take-part form button").click()
    page.locator("#take-part button[name=back]").wait_for()

    # The organiser merges the other idea into it, answers, and makes the training.
    organiser = NetworkOrganiserFactory(network=network, user=UserFactory(email="paul@example.org", first_name="Paul"))
    page = browser_page(js=False)
    sign_in(page, inside(organiser.user))
    page.goto(f"/organise/ideas/calls/{call.pk}/")
    page.check(f"#i{idea.pk} [name=idea]")
    page.check(f"#i{other.pk} [name=idea]")
    page.locator("button[name=act][value=merge]").click()
    page.check(f"[name=into][value='{idea.pk}']")
    page.fill("[name=reason]", "La même envie, au même atelier.")
    page.locator("main form .button--next").click()
    page.wait_for_url(f"**/organise/ideas/calls/{call.pk}/**")
    page.goto(f"/organise/ideas/{idea.pk}/")
    page.locator(f"main a[href$='/organise/ideas/{idea.pk}/training/']").click()
    assert page.input_value("[name=title_fr]") == "Réparer son vélo soi-même"
    page.fill("[name=title_en]", "Repair your bicycle yourself")
    page.locator("form:not([action$='/existing/']) [name=reason]").fill("Oui, avec joie : samedi, à la maison du vélo.")
    page.locator("main form .button--next").click()
    page.wait_for_url("**/organise/trainings/*/")

    # A date of two seats, which two people take.
    starts = (timezone.localtime() + dt.timedelta(days=5)).replace(hour=18, minute=0, second=0, microsecond=0)
    page.locator("main a[href$='/sessions/new/']").first.click()
    page.fill("[name=starts_at]", starts.strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=ends_at]", starts.strftime("%Y-%m-%dT20:00"))
    page.select_option("[name=venue]", str(venue.pk))
    page.fill("[name=capacity]", "2")
    page.locator("main form .button--next").click()
    page.locator("form[action$='/publish/'] button").click()
    page.wait_for_url("**/organise/slots/**")
    slot = Slot.objects.get()
    for person in (awa, zoe):
        page = signed_in(browser_page(js=False), sign_in, person.user)
        page.goto(f"/trainings/sessions/{slot.pk}/")
        page.locator("main form .button--next").click()
        page.wait_for_url("**/registrations/**")

    # The evening comes: one mail each, which tells all of it.
    Message.objects.filter(kind=KIND).update(not_before=timezone.now())
    for address in ("awa@example.org", "zoe@example.org", "ali@example.org"):
        [news] = [mail for mail in mailbox.to(address) if "idée" in str(mail["Subject"])]
        text = text_of(news)
        assert f"/ideas/{idea.pk}/" in text
        assert "Oui, avec joie : samedi, à la maison du vélo." in text
    assert "La même envie, au même atelier." in text

    # Whoever comes by reads the whole story, in English too.
    page = browser_page(js=False, locale="en")
    page.goto("/en/ideas/")
    page.locator(f"main a[href$='/ideas/calls/{call.slug}/']").first.click()
    page.locator(f"main a[href$='/en/ideas/{idea.pk}/']").first.click()
    story = page.locator("main").inner_text()
    for words in ("Adopted", "Awa", "Oui, avec joie", "Changer une chambre à air", "La même envie"):
        assert words in story
    page.locator("main a[href*='/trainings/']").first.click()
    assert page.locator("h1").inner_text() == "Repair your bicycle yourself"
    training = page.locator("main").inner_text()
    assert "Full" in training and "Réparer son vélo soi-même" in training
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert registering.register(lou, slot=slot, by=lou.user).state == "waiting"

    # The day comes: attendance at the door, and afterwards a certificate that anybody can check.
    Slot.objects.update(starts_at=timezone.now() - dt.timedelta(minutes=30), ends_at=timezone.now() + MINUTE)
    page = browser_page(js=False)
    sign_in(page, inside(organiser.user))
    page.goto(f"/organise/slots/{slot.pk}/attendance/")
    seat = slot.registrations.get(volunteer=awa)
    page.locator(f"#p{seat.pk}").click()
    page.locator(f"#p{seat.pk}[aria-pressed=true]").wait_for()
    Slot.objects.update(ends_at=timezone.now() - MINUTE)
    page = signed_in(browser_page(js=False), sign_in, awa.user)
    page.goto(f"/my-space/certificates/{seat.uid}/")
    page.fill("[name=name]", "Awa Diallo")
    page.locator("main form .button--next").click()
    page.locator("main a[download]").first.wait_for()
    page = browser_page(js=False, locale="en")
    page.goto(f"/en/certificates/{Certificate.objects.get().number}/")
    assert "Awa Diallo" in page.locator("main").inner_text()

    # The day after, three questions by mail, answered without signing in; nobody finds out who said what.
    Slot.objects.update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    assert evaluating.ask_due(timezone.localtime().replace(hour=12)) == 1
    link = re.search(r"/trainings/evaluations/\S+", text_of(mailbox.to("awa@example.org")[-1]))[0]
    page = browser_page(js=False)
    page.goto(link)
    page.check("[name=score][value='5']")
    page.fill("[name=missing]", "La même chose, pour les freins.")
    page.locator("main form .button--next").click()
    assert page.locator("h1").inner_text() == "Merci"
    assert EvaluationAnswer.objects.get().missing == "La même chose, pour les freins."
