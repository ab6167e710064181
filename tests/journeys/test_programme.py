"""Finding a date: by filters without script, in place with it, in both languages, by everyone."""

import datetime as dt

import pytest
from django.utils import timezone
from wagtail.models import Locale

from cms.models import ProgrammeIndexPage, ProgrammePage
from tests.factories.events import SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import DistrictFactory, NetworkFactory
from trainings.quarters import Quarter
from volunteers.models import Network

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city():
    """Two networks with a date each, in a programme of the present quarter in both languages."""
    now = timezone.now()
    quarter = Quarter.of(timezone.localdate())
    for slug, title, code in (("climate", "Réparer son vélo", "11"), ("solidarity", "Aller vers", "18")):
        network = NetworkFactory(slug=slug, name_fr=slug.title(), name_en=slug.title(), tint=slug)
        theme = ThemeFactory(network=network, year=quarter.year, quarter=quarter.number, title_fr=f"Thème {slug}")
        training = TrainingFactory(theme=theme, title_fr=title, title_en=f"{title} (en)", aims_fr="Le premier bonjour.")
        venue = VenueFactory(district=DistrictFactory(code=code, latitude=48.86 + int(code) / 900))
        slot = SlotFactory(network=network, venue=venue, starts_at=now + dt.timedelta(hours=1 + int(code)))
        SessionFactory(training=training, slot=slot)
    for language in ("fr", "en"):
        index = ProgrammeIndexPage.objects.get(locale__language_code=language)
        locale = Locale.objects.get(language_code=language)
        page = ProgrammePage(
            title=f"Saison {language}", slug="saison", year=quarter.year, quarter=quarter.number, locale=locale
        )
        index.add_child(instance=page)
    return quarter


def test_networks_are_coloured_by_their_tint_whatever_their_name(browser_page, city):
    Network.objects.filter(slug="climate").update(slug="compost")
    page = browser_page(js=False)
    page.goto("/trainings/")

    colours = {
        name: page.locator(f'.session[data-tint="{name}"] .net').evaluate("element => getComputedStyle(element).color")
        for name in ("climate", "solidarity")
    }

    assert colours == {"climate": "rgb(28, 106, 60)", "solidarity": "rgb(39, 55, 143)"}


def titles(page):
    return page.locator(".session__title").all_inner_texts()


@pytest.mark.parametrize("js", [False, True])
def test_filters_narrow_the_list_and_live_in_the_address(browser_page, city, js):
    page = browser_page(width=1280, js=js)
    page.goto("/trainings/")
    assert titles(page) == ["Réparer son vélo", "Aller vers"]

    if not js:
        page.locator("details.filters summary").click()
    page.select_option("select[name=network]", "climate")
    if not js:
        page.locator("details.filters button").click()
    page.wait_for_url("**network=climate**")

    assert titles(page) == ["Réparer son vélo"]
    page.locator("a.chip").click()
    page.wait_for_function("document.querySelectorAll('.session').length == 2") if js else page.wait_for_load_state()
    assert len(titles(page)) == 2


def test_filters_in_place_stay_unfolded_with_the_focus_and_the_back_button_undoes_them(browser_page, city):
    page = browser_page(width=360)
    page.goto("/trainings/")
    page.locator("details.filters summary").click()

    page.focus("#id_network")
    page.select_option("#id_network", "climate")
    page.wait_for_url("**/trainings/?network=climate")
    page.wait_for_function("document.activeElement.id == 'id_network'")
    page.fill("#id_q", "rien")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainings/?q=rien&network=climate")

    assert titles(page) == []
    page.go_back()
    page.wait_for_url("**/trainings/?network=climate")
    page.wait_for_function("document.querySelectorAll('.session').length == 1")
    assert page.input_value("#id_q") == ""
    assert page.input_value("#id_network") == "climate"


def test_language_switch_keeps_the_page(browser_page, city):
    page = browser_page(width=1280)
    page.goto("/trainings/?network=climate")

    page.locator(".site-tools .languages a[lang=en]").click()

    page.wait_for_url("**/en/trainings/?network=climate")
    assert titles(page) == ["Réparer son vélo (en)"]


def test_from_the_home_page_to_a_seat_by_keyboard(browser_page, city):
    page = browser_page(width=360, js=False)
    page.goto("/")

    page.locator(".hero a.button--next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainings/")
    page.locator(".session__title a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/trainings/sessions/**")

    assert page.locator("input[name=email]").is_visible()
    assert page.locator("h1").inner_text() == "Réparer son vélo"


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_axe_finds_nothing(browser_page, axe, city, width, dark):
    page = browser_page(width=width, dark=dark)

    for address in ("/", "/programme/", "/en/"):  # the others are in test_everyone
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
