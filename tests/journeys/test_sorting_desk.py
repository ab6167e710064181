"""An organiser's evening at the desk, without a mouse: sort, merge, undo, answer."""

import datetime as dt

import pytest
from django.utils import timezone

from ideas.models import Idea
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ideas():
    """Three ideas of one call, the first of which has waited the longest."""
    call = CallFactory(network=NetworkFactory(tint="climate"), phase="sorting")
    ideas = [IdeaFactory(call=call, title=title) for title in ("Réparer son vélo", "Composter", "Des vélos à réparer")]
    for days, idea in zip((9, 5, 2), ideas, strict=True):
        Idea.objects.filter(pk=idea.pk).update(waiting_since=timezone.now() - dt.timedelta(days=days))
    return ideas


def states():
    return list(Idea.objects.order_by("pk").values_list("state", flat=True))


def at(page):
    """The row that has the focus."""
    return page.evaluate("document.activeElement.closest('tr')?.id")


def tab_to(page, selector):
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached")


def give_reason(page, words):
    tab_to(page, "[name=reason]")
    page.keyboard.type(words)
    tab_to(page, "main form .button--next")
    page.keyboard.press("Enter")


def test_desk_is_worked_by_keyboard_alone(browser_page, sign_in, ideas, axe):
    bike, compost, _again = ideas
    desk = f"/organise/ideas/calls/{bike.call_id}/"
    page = browser_page(width=1280)
    sign_in(page, inside(NetworkOrganiserFactory(network=bike.call.network).user))
    page.goto(f"{desk}#ideas")
    page.locator("tr:focus-within").wait_for()

    # Sort: one in a group, one under study.
    page.keyboard.press("ArrowDown")
    assert at(page) == f"i{compost.pk}"
    page.keyboard.press("g")
    page.keyboard.type("Jardins")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk}#i{compost.pk}")
    page.locator(f"#i{compost.pk}:focus-within").wait_for()
    page.keyboard.press("s")
    page.locator(f"#i{compost.pk} .badge--pending").wait_for()
    assert (states(), Idea.objects.get(pk=compost.pk).group.name) == (["open", "studying", "open"], "Jardins")

    # Merge two of them.
    page.locator(f"#i{compost.pk}:focus-within").wait_for()
    for key in ("k", "x", "j", "j", "x", "x", "x"):
        page.keyboard.press(key)
    assert page.locator("[name=idea]:checked").count() == 2
    assert page.locator("[data-count]").inner_text().endswith("2")
    axe(page)
    page.keyboard.press("m")
    page.wait_for_url("**/merge/?**")
    tab_to(page, "[name=into]")
    page.keyboard.press("Space")
    give_reason(page, "C’est la même idée.")
    page.locator(".toast form button").wait_for()
    assert sorted(states()) == ["merged", "open", "studying"]
    standing = Idea.objects.get(state="open")

    # Undo, then answer.
    page.locator(f"#i{standing.pk}:focus-within").wait_for()
    page.keyboard.press("u")
    page.locator(".toast:not(:has(form))").wait_for()
    assert states() == ["open", "studying", "open"]
    page.locator("tr:focus-within").wait_for()
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("a")
    page.wait_for_url(f"**/organise/ideas/{bike.pk}/answer/")
    tab_to(page, "[name=state]")
    page.keyboard.press("Space")
    give_reason(page, "Un atelier aura lieu en janvier.")
    page.wait_for_url(f"**{desk}#ideas")
    assert states() == ["adopted", "studying", "open"]
    page.locator(f"#i{compost.pk}:focus-within").wait_for()
