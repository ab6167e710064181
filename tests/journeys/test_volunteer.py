"""Somebody signed in: one click, a clash said before it is made, and everything that is theirs in my space."""

import datetime as dt
import json

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from events.models import Registration
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import DistrictFactory, NetworkFactory, UserFactory, VolunteerFactory
from volunteers.consenting import give
from volunteers.models import Consent, User, Volunteer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def awa():
    """A volunteer of the charter, with one date a week from now."""
    volunteer = VolunteerFactory(user=UserFactory(email="awa@example.org", first_name="Awa"))
    for purpose in (Consent.Purpose.CHARTER, Consent.Purpose.ADULT):
        give(volunteer.user, purpose=purpose, form="registration")
    starts_at = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(days=7)
    RegistrationFactory(volunteer=volunteer, slot=SlotFactory(title_fr="Réparer son vélo", starts_at=starts_at))
    return volunteer


@pytest.fixture
def open_as_awa(browser_page, sign_in, awa):
    """Opens a page where Awa is signed in."""
    client = Client()
    client.force_login(awa.user)

    def open_page(**options):
        page = browser_page(**options)
        sign_in(page, client)
        return page

    return open_page


def said(page):
    """The message after an action, its unbreakable spaces made plain."""
    return " ".join(page.locator("#toasts .toast p").inner_text().split())


@pytest.mark.parametrize("js", [False, True])
def test_one_click_takes_a_seat(open_as_awa, awa, mailbox, js):
    slot = SlotFactory(title_fr="Aller vers", starts_at=timezone.now() + dt.timedelta(days=9))
    page = open_as_awa(js=js)
    page.goto(f"/agenda/{slot.pk}/register/")

    page.locator("main form .button--next").click()
    page.wait_for_url("**/registrations/*/")

    assert said(page) == "Votre place est confirmée. Un message est en route vers vous."
    assert Registration.objects.get(slot=slot).state == "confirmed"
    assert [subject.split(" : ")[0] for subject in plain(mailbox.subjects(awa.user.email))] == [
        "Votre place est confirmée"
    ]


def plain(lines):
    return [" ".join(line.split()) for line in lines]


def test_clash_is_said_before_a_seat_is_taken(open_as_awa, awa, mailbox):
    other = awa.registrations.get().slot
    slot = SlotFactory(starts_at=other.starts_at + dt.timedelta(hours=1))
    page = open_as_awa()
    page.goto(f"/agenda/{slot.pk}/register/")

    warning = page.locator("main [role=alert]")
    assert "Vous avez déjà quelque chose à ce moment-là" in warning.inner_text()
    assert "Réparer son vélo" in warning.inner_text()
    assert Registration.objects.filter(slot=slot).count() == 0
    page.locator("main form .button--next").click()
    page.wait_for_url("**/registrations/*/")

    assert Registration.objects.get(slot=slot).state == "confirmed"


def test_form_opened_before_the_clash_is_asked_again(open_as_awa, awa):
    """Two tabs: the second date is asked for from a page that knew nothing of the first."""
    first, second = (SlotFactory(starts_at=timezone.now() + dt.timedelta(days=20)) for _ in range(2))
    page = open_as_awa(js=False)
    tab = page.context.new_page()
    page.goto(f"/agenda/{first.pk}/register/")
    tab.goto(f"/agenda/{second.pk}/register/")

    page.locator("main form .button--next").click()
    tab.locator("main form .button--next").click()

    assert tab.locator("main [role=alert]").count() == 1
    assert list(awa.registrations.filter(slot__in=[first, second]).values_list("slot", flat=True)) == [first.pk]


def test_profile_networks_and_consents_are_changed_and_kept(open_as_awa, awa):
    DistrictFactory(code="11", name="Popincourt")
    NetworkFactory(slug="climate", name_fr="Volontaires du climat")
    page = open_as_awa(js=False)

    page.goto("/my-space/profile/")
    page.fill("input[name=phone]", "06 12 34 56 78")
    page.get_by_label("Popincourt").check()
    page.locator("main form .button--next").click()
    assert said(page) == "Votre profil est enregistré."
    page.goto("/my-space/networks/")
    page.locator("form[action$='/climate/join/'] button").click()
    assert page.locator("form[action$='/climate/leave/']").count() == 1
    page.locator("form[action$='/climate/leave/'] button").click()
    page.goto("/my-space/consents/")
    forms = page.locator("form:has(input[name=purpose])")
    purpose = forms.first.locator("input[name=purpose]").get_attribute("value")
    forms.first.locator("button").click()
    given = awa.user.consents.filter(purpose=purpose).latest("pk").action
    page.locator(f"form:has(input[value='{purpose}']) button").click()

    profile = Volunteer.objects.get(pk=awa.pk)
    assert (str(profile.phone), [district.code for district in profile.districts.all()]) == ("+33612345678", ["11"])
    assert [stay.left_at is None for stay in awa.memberships.all()] == [False]
    assert (given, awa.user.consents.filter(purpose=purpose).latest("pk").action) == ("given", "withdrawn")


def test_calendar_feed_is_read_and_its_address_renewed(open_as_awa, awa):
    page = open_as_awa()
    page.goto("/my-space/")
    old = page.input_value("#feed-address").removeprefix("http://testserver")
    [entry] = icalendar.Calendar.from_ical(page.request.get(old).body()).events
    page.locator("form[action$='/calendar/renew/'] button").click()
    page.wait_for_selector("#toasts .toast")
    new = page.input_value("#feed-address").removeprefix("http://testserver")

    assert entry["SUMMARY"] == "Réparer son vélo"
    assert old != new
    assert page.request.get(old).status == 404
    assert page.request.get(new).status == 200


def test_my_data_are_downloaded_and_the_account_deleted(open_as_awa, awa):
    page = open_as_awa(js=False)
    page.goto("/my-space/data/")
    with page.expect_download() as download:
        page.locator("main .button--next").click()
    everything = json.loads(download.value.path().read_text())

    page.locator("main a.button--danger").click()
    page.fill("input[name=email]", "somebody@example.org")
    page.locator("main button.button--danger").click()
    assert "Ce n’est pas l’adresse de votre compte." in plain([page.locator(".error-summary").inner_text()])[0]
    page.fill("input[name=email]", "awa@example.org")
    page.locator("main button.button--danger").click()

    assert "awa@example.org" in json.dumps(everything)
    assert "Réparer son vélo" in json.dumps(everything, ensure_ascii=False)
    assert said(page) == "Votre compte est supprimé. Merci pour ce que vous avez fait."
    assert User.objects.count() == 0
    page.goto("/my-space/")
    assert "/account/login/" in page.url
