"""A citizen takes a seat and gives it back: by mail, by code, in both languages, with and without script."""

import datetime as dt
import re

import icalendar
import pytest
from django.utils import timezone

from cms.models import HomePage, SiteSettings, StandardPage
from events import registering
from events.models import Registration, Slot
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import DistrictFactory, NetworkFactory
from tests.journeys.conftest import text_of
from trainings.quarters import Quarter
from volunteers.models import Consent, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AWA = "awa@example.org"
WORDS = {
    "fr": {
        "confirmed": "Votre place est confirmée",
        "number 2": "Vous avez le numéro 2 en liste d’attente",
        "gone": "Votre inscription est annulée",
        "read": "Lisez vos mails",
        "late": "Trop tard cette fois",
        "wrong": "Ce n’est pas le code envoyé",
        "hello": "Bonjour Awa",
        "offer": "Une place s’est libérée : elle est à vous si vous dites oui",
    },
    "en": {
        "confirmed": "Your seat is confirmed",
        "number 2": "You are number 2 on the waiting list",
        "gone": "You are no longer registered",
        "read": "Read your mail",
        "late": "Too late for this one",
        "wrong": "This is not the code we sent",
        "hello": "Hello Awa",
        "offer": "A seat has come free: it is yours if you say yes",
    },
}
LANGUAGES = pytest.mark.parametrize(
    ("locale", "js", "width"), [("fr", False, 360), ("en", True, 1280)], ids=["fr-no-script", "en-script"]
)


@pytest.fixture
def slot():
    """A training date of two seats, a week from now, in the climate network; another network has one too."""
    quarter = Quarter.of(timezone.localdate())
    for slug, title in (("solidarity", "Aller vers"), ("climate", "Réparer son vélo")):
        network = NetworkFactory(slug=slug, name_fr=slug.title(), name_en=slug.title(), tint=slug)
        theme = ThemeFactory(network=network, year=quarter.year, quarter=quarter.number)
        training = TrainingFactory(theme=theme, title_fr=title, title_en=f"{title} (en)")
        venue = VenueFactory(district=DistrictFactory(code="11"))
        starts_at = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(days=7)
        titles = {"title_fr": title, "title_en": f"{title} (en)"}
        slot = SlotFactory(network=network, venue=venue, capacity=2, starts_at=starts_at, **titles)
        SessionFactory(training=training, slot=slot)
    return slot


def here(locale, path):
    return path if locale == "fr" else f"/en{path}"


def fill_sign_up(page, email=AWA):
    page.fill("input[name=email]", email)
    page.fill("input[name=first_name]", "Awa")
    page.check("input[name=charter]")
    page.check("input[name=adult]")


def send(page):
    """Presses the one yellow button of the page."""
    page.locator("main .button--next").click()


def ask_for_seat(page, slot, locale="fr", email=AWA):
    """The first screen: leads to the page that wants the code."""
    page.goto(here(locale, f"/agenda/{slot.pk}/register/"))
    fill_sign_up(page, email)
    send(page)
    page.wait_for_url("**/account/login/code/confirm/**")


def give_code(page, code):
    page.fill("input[name=code]", code)
    send(page)


def calendars(message):
    return [
        icalendar.Calendar.from_ical(part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_type() == "text/calendar"
    ]


def heading(page):
    """The page's title, its unbreakable spaces made plain."""
    return " ".join(page.locator("h1").inner_text().split())


def state_of(slot, email=AWA):
    return Registration.objects.filter(slot=slot, volunteer__user__email=email).latest("pk").state


@LANGUAGES
def test_from_the_home_page_to_a_seat_my_space_the_calendar_and_back(browser_page, slot, mailbox, locale, js, width):
    words = WORDS[locale]
    page = browser_page(locale=locale, width=width, js=js)
    page.goto(here(locale, "/"))
    page.locator(".hero a.button--next").click()
    page.wait_for_url("**/trainings/")
    filters = page.locator("details.filters")
    if filters.get_attribute("open") is None:
        filters.locator("summary").click()
    page.select_option("select[name=network]", "climate")
    filters.locator("form button.button").click()
    page.wait_for_url("**network=climate**")
    page.locator(".session__title a").click()
    page.wait_for_url("**/trainings/sessions/**")

    fill_sign_up(page)
    send(page)
    page.wait_for_url("**/account/login/code/confirm/**")
    assert heading(page) == words["read"]
    assert state_of(slot) == "pending"
    give_code(page, mailbox.code(AWA))
    page.wait_for_url("**/registrations/*/")

    assert heading(page) == words["confirmed"]
    assert state_of(slot) == "confirmed"
    person = User.objects.get(email=AWA)
    assert (person.first_name, person.language) == ("Awa", locale)
    assert set(person.consents.values_list("purpose", "action")) == {("charter", "given"), ("adult", "given")}
    letter = mailbox.to(AWA)[-1]
    assert words["confirmed"] in letter["Subject"]
    [invited] = calendars(letter)
    with page.expect_download() as download:
        page.locator("a[href$='/calendar.ics']").click()
    saved = icalendar.Calendar.from_ical(download.value.path().read_bytes())
    assert saved.events[0]["UID"] == invited.events[0]["UID"]
    assert saved.events[0].start == slot.starts_at

    page.goto(here(locale, "/my-space/"))
    assert heading(page) == words["hello"]
    assert page.locator(".next-date h2").inner_text() == getattr(slot, f"title_{locale}")
    page.locator(".next-date a[href$='/cancel/']").click()
    page.wait_for_url("**/cancel/")
    page.locator("main button.button--danger").click()
    page.wait_for_url("**/registrations/*/")

    assert heading(page) == words["gone"]
    assert state_of(slot) == "cancelled"
    slot.refresh_from_db()
    assert slot.seats_taken == 0
    [ended] = calendars(mailbox.to(AWA)[-1])
    assert ended["METHOD"] == "CANCEL"
    assert ended.events[0]["UID"] == invited.events[0]["UID"]
    assert ended.events[0]["SEQUENCE"] > invited.events[0]["SEQUENCE"]


@LANGUAGES
def test_waiting_list_tells_the_rank_then_offers_the_seat_by_mail(browser_page, slot, mailbox, locale, js, width):
    words = WORDS[locale]
    seated = [RegistrationFactory(slot=slot) for _ in range(2)]
    RegistrationFactory(slot=slot, waiting=True)
    page = browser_page(locale=locale, width=width, js=js)
    ask_for_seat(page, slot, locale)
    give_code(page, mailbox.code(AWA))
    page.wait_for_url("**/registrations/*/")
    assert heading(page) == words["number 2"]
    assert "2" in mailbox.subjects(AWA)[-1]

    for registration in seated:
        registering.cancel(registration, by=registration.volunteer.user)
    offer = text_of(mailbox.to(AWA)[-1])
    address = re.search(r"http://testserver(/\S*registrations/answer/\S+)", offer)[1]
    phone = browser_page(locale=locale, js=js)  # the mail is read elsewhere, where nobody is signed in
    phone.goto(address)
    assert heading(phone) == words["offer"]
    assert state_of(slot) == "pending"
    send(phone)

    assert heading(phone) == words["confirmed"]
    assert state_of(slot) == "confirmed"
    assert words["confirmed"] in mailbox.subjects(AWA)[-1]
    phone.goto(address)
    assert phone.locator("main form").count() == 0


def test_wrong_code_is_said_in_the_form_and_the_right_one_still_works(browser_page, slot, mailbox):
    page = browser_page()
    ask_for_seat(page, slot)
    code = mailbox.code(AWA)

    give_code(page, "0000-0000" if code != "0000-0000" else "1111-1111")
    assert WORDS["fr"]["wrong"] in page.locator(".error-summary").inner_text()
    assert page.locator("input[name=code]").get_attribute("aria-invalid") == "true"
    assert state_of(slot) == "pending"
    give_code(page, code)
    page.wait_for_url("**/registrations/*/")

    assert state_of(slot) == "confirmed"


def test_hold_that_expired_goes_to_the_next_and_the_code_leads_to_the_waiting_list(browser_page, slot, mailbox):
    RegistrationFactory(slot=slot)
    page = browser_page()
    ask_for_seat(page, slot)
    code = mailbox.code(AWA)
    Registration.objects.filter(slot=slot, state="pending").update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    registering.expire_due()
    RegistrationFactory(slot=slot)

    give_code(page, code)
    page.wait_for_url("**/registrations/*/")

    assert heading(page) == "Vous avez le numéro 1 en liste d’attente"
    assert state_of(slot) == "waiting"
    slot.refresh_from_db()
    assert slot.seats_taken == 2


@pytest.mark.parametrize("js", [False, True])
def test_two_clicks_on_the_button_make_one_registration(browser_page, slot, mailbox, js):
    page = browser_page(js=js)
    page.goto(f"/agenda/{slot.pk}/register/")
    fill_sign_up(page)
    page.locator("main .button--next").dblclick()
    page.wait_for_url("**/account/login/code/confirm/**")
    give_code(page, mailbox.code(AWA))
    page.wait_for_url("**/registrations/*/")

    assert list(Registration.objects.values_list("state", flat=True)) == ["confirmed"]
    assert User.objects.filter(email=AWA).count() == 1
    slot.refresh_from_db()
    assert slot.seats_taken == 1


def test_back_button_and_a_second_tab_end_in_the_same_single_seat(browser_page, slot, mailbox):
    page = browser_page()
    ask_for_seat(page, slot)
    page.go_back()
    fill_sign_up(page)
    send(page)
    page.wait_for_url("**/account/login/code/confirm/**")
    tab = page.context.new_page()
    ask_for_seat(tab, slot)

    give_code(page, mailbox.code(AWA))
    page.wait_for_url("**/registrations/*/")
    tab.reload()
    tab.goto(f"/agenda/{slot.pk}/register/")

    assert "/registrations/" in tab.url
    assert list(Registration.objects.values_list("state", flat=True)) == ["confirmed"]
    assert Consent.objects.count() == 2


@LANGUAGES
def test_form_left_open_while_the_date_is_called_off_is_refused_in_words(
    browser_page, slot, mailbox, locale, js, width
):
    page = browser_page(locale=locale, width=width, js=js)
    page.goto(here(locale, f"/agenda/{slot.pk}/register/"))
    fill_sign_up(page)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.CANCELLED)

    send(page)

    page.wait_for_selector("main .callout")
    assert heading(page) == WORDS[locale]["late"]
    assert Registration.objects.count() == 0
    assert mailbox.to(AWA) == []


def test_date_called_off_while_the_code_travels_enrols_nobody(browser_page, slot, mailbox):
    page = browser_page()
    ask_for_seat(page, slot)
    code = mailbox.code(AWA)
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.CANCELLED)
    for registration in Registration.objects.active():
        registering.cancel(registration, by=None, reason=Registration.EndReason.SLOT)

    give_code(page, code)
    page.wait_for_url("**/registrations/*/")

    assert heading(page) == "Cette date est annulée"
    assert state_of(slot) == "cancelled"


def test_what_is_missing_is_listed_and_tied_to_its_field(browser_page, slot):
    page = browser_page()
    page.goto(f"/agenda/{slot.pk}/register/")
    page.fill("input[name=email]", "awa")

    send(page)

    summary = page.locator(".error-summary")
    assert summary.locator("li").count() == 4
    assert summary.evaluate("element => element === document.activeElement")
    email = page.locator("input[name=email]")
    assert email.input_value() == "awa"
    described = email.get_attribute("aria-describedby").split()
    assert any("error" in name and page.locator(f"#{name}").inner_text() for name in described)
    summary.locator("a").first.click()
    assert email.evaluate("element => element === document.activeElement")
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("js", [True, False])
def test_reading_the_charter_on_a_phone_loses_nothing(browser_page, slot, js):
    home = HomePage.objects.get(locale__language_code="fr")
    charter = home.add_child(instance=StandardPage(slug="la-charte", title="La charte"))
    SiteSettings.objects.update_or_create(defaults={"charter_page": charter})
    page = browser_page(js=js)
    page.goto(f"/agenda/{slot.pk}/register/")
    page.fill("input[name=email]", AWA)

    with page.context.expect_page() as opened:
        page.locator(".field--check a").click()

    assert heading(opened.value) == "La charte"
    assert page.input_value("input[name=email]") == AWA
    assert not page.is_checked("input[name=charter]")


def test_whole_sign_up_by_keyboard_with_the_focus_always_visible(browser_page, slot, mailbox):
    page = browser_page(js=False)
    page.goto("/")

    reach(page, ".hero a.button--next")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainings/")
    reach(page, ".session__title a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainings/sessions/**")
    reach(page, "input[name=email]")
    page.keyboard.type(AWA)
    reach(page, "input[name=first_name]")
    page.keyboard.type("Awa")
    for name in ("charter", "adult"):
        reach(page, f"input[name={name}]")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/login/code/confirm/**")
    reach(page, "input[name=code]")
    page.keyboard.type(mailbox.code(AWA))
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrations/*/")

    assert heading(page) == WORDS["fr"]["confirmed"]


def reach(page, selector, most=60):
    """Tabs until the focus is on what is wanted; on the way each stop must be visible and show the focus."""
    wanted = page.locator(selector).first.element_handle()
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML")
    raise AssertionError(f"{selector} is not reached by the keyboard on {page.url}")


SHOWS_FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body || element.closest("label")) return true;
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
  return ringed && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
