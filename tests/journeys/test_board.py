"""An organiser has teams composed and changes them on the board: by keyboard, by hand, pinned, taken back."""

import pytest

from events.night.board import moving
from events.night.models import Assignment, Sector
from tests.factories.night_board import board_night, person, where
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.journeys.test_citizen import heading
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def in_team(code, **facts):
    """A name of somebody in this team."""
    row = Assignment.objects.filter(sector__code=code, **facts).first()
    return row.participant.volunteer.user.first_name


def card(page, name):
    return page.locator(f"#p{person(name).pk}")


def test_teams_are_composed_and_changed_on_the_board(browser_page, sign_in, axe, run_queued_tasks):
    night = board_night()
    user = NetworkOrganiserFactory(network=night.network).user
    page = browser_page(width=1280, height=900)
    sign_in(page, inside(user))

    page.goto(f"/organise/night/{night.pk}/rosters/")
    axe(page)
    page.locator("main button", has_text="Composer les équipes").click()
    page.locator("main progress").wait_for()
    axe(page)
    assert "events.night.tasks.compose" in run_queued_tasks()
    page.goto(f"/organise/night/{night.pk}/rosters/")
    page.locator("main table a").click()
    axe(page)
    page.locator("main a[href$='/choose/']").click()
    page.locator("main form button").click()
    page.goto(f"/organise/night/{night.pk}/")
    page.locator("main a", has_text="Tableau des équipes").click()
    axe(page)
    page.locator("main a", has_text="Toutes les équipes").click()
    assert heading(page) == "Toutes les équipes"
    axe(page)

    # By keyboard, to a team where the person is not willing to go: asked about, then done.
    name = in_team("11-1", leads=False)
    card(page, name).locator("a").focus()
    page.keyboard.press("m")
    page.locator("dialog #narrow").wait_for()
    axe(page)
    page.keyboard.type("12-2")
    page.keyboard.press("Enter")
    page.locator("dialog button", has_text="Déplacer quand même").wait_for()
    axe(page)
    assert where(name) == "11-1"
    page.keyboard.press("Enter")
    page.locator("#toasts .toast", has_text=name).wait_for()
    assert where(name) == "12-2!"
    assert page.evaluate("document.activeElement.closest('[data-person]').id") == f"p{person(name).pk}"

    # By hand, within a headquarters.
    other = in_team("12-1", leads=False)
    card(page, other).drag_to(page.locator("li[data-drop^=h]", has_text="Réserve").last)
    page.locator(".team--reserve", has=card(page, other)).wait_for()
    assert where(other) == "12!"

    # Pins, by key; then all of it is taken back.
    card(page, other).locator("a").focus()
    page.keyboard.press("p")
    page.locator(f"#p{person(other).pk}:not(.who--pinned)").wait_for()
    page.keyboard.press("ArrowUp")
    for _ in range(3):
        page.keyboard.press("u")
        page.locator("#toasts .toast", has_text="défait").wait_for()
        page.locator("#toasts .toast button").first.click()
    assert (where(name), where(other)) == ("11-1", "12-1")

    # What somebody else moves appears by itself.
    moving.move(person(name), to=Sector.objects.get(code="11-2"), seen=None, by=UserFactory())
    page.locator("li.team[data-team]", has=card(page, name), has_text="11-2").wait_for()


def test_the_board_works_without_script_on_a_phone(browser_page, sign_in):
    night = board_night(headquarters=1)
    page = browser_page(js=False)
    sign_in(page, inside(NetworkOrganiserFactory(network=night.network).user))

    page.goto(f"/organise/night/headquarters/{night.headquarters.get().pk}/board/")
    card(page, "11-1 b").locator("a").click()
    assert heading(page) == "Déplacer 11-1 b Z."
    page.locator("button[name=to]", has_text="11-2").click()
    assert where("11-1 b") == "11-2!"
    page.locator("#toasts form button").click()
    assert where("11-1 b") == "11-1"
