"""An organiser sets the place of a call on the map, by press and by keyboard; its page then shows it."""

import pytest

from tests.factories.ideas import CallFactory
from tests.factories.volunteers import NetworkOrganiserFactory, SquareDistrictFactory
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_place_is_set_on_the_map(browser_page, sign_in, axe):
    for code, name, west in (("10", "Entrepôt", 2.30), ("11", "Popincourt", 2.32)):
        SquareDistrictFactory(code=code, name=name, west=west)
    role = NetworkOrganiserFactory()
    call = CallFactory(network=role.network, responsible=role.user)
    page = browser_page(locale="en")
    sign_in(page, inside(role.user))
    page.goto(f"/en/organise/ideas/calls/{call.pk}/edit/")
    drawing, field, said = page.locator(".spot-setter svg"), page.locator("#id_point"), page.locator("output")
    clear = page.get_by_role("button", name="Take the point away")
    assert (said.inner_text(), field.input_value(), clear.is_visible()) == ("No point.", "", False)

    # A press, then steps from there; typing moves the point as well.
    drawing.click(position={"x": drawing.bounding_box()["width"] * 0.25, "y": 60})
    assert said.inner_text() == f"10 · Entrepôt ({field.input_value()})"
    field.fill("48.86, 2.3201")
    assert said.inner_text() == "11 · Popincourt (48.86, 2.3201)"
    drawing.press("ArrowLeft")
    assert said.inner_text() == "10 · Entrepôt (48.86, 2.31968)"
    assert page.locator(".cell--lit").get_attribute("data-name") == "10 · Entrepôt"
    drawing.press("Shift+ArrowDown")
    drawing.press("Delete")
    assert (said.inner_text(), field.input_value(), clear.is_visible()) == ("No point.", "", False)
    drawing.press("ArrowRight")  # from the middle of the city
    assert field.input_value() == "48.85999, 2.32042"
    axe(page)

    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/organise/ideas/calls/{call.pk}/")
    call.refresh_from_db()
    assert (call.point, call.district.code) == ((48.85999, 2.32042), "11")
    page.goto(f"/en/ideas/calls/{call.slug}/")
    assert page.get_by_role("img", name="the point is in 11 · Popincourt").is_visible()
    axe(page)
