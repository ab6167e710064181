"""An organiser of the Night of Solidarity: the map by keyboard, a sector cut on it; each page for everyone."""

import pytest

from events.night.models import Sector
from tests.factories.night import HeadquartersFactory, PlaceKindFactory, SectorFactory, SectorImportFactory
from tests.factories.volunteers import NetworkOrganiserFactory, SquareDistrictFactory, square
from tests.office import inside

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_a_sector_is_found_and_cut_on_the_map(browser_page, sign_in, axe, width, dark):
    headquarters = HeadquartersFactory(district=SquareDistrictFactory(code="07", name="Palais-Bourbon"))
    edition = headquarters.edition
    for number, colour in enumerate(("blue", "red"), start=1):
        ring = square(2.29 + 0.01 * number, 48.85, 0.01)
        SectorFactory(
            headquarters=headquarters,
            code=f"07-{number}",
            kind=PlaceKindFactory(colour=colour),
            boundary={"type": "Polygon", "coordinates": [ring]},
        )
    sent = SectorImportFactory(edition=edition)
    page = browser_page(locale="en", width=width, dark=dark)
    sign_in(page, inside(NetworkOrganiserFactory(network=edition.network).user))
    base = "/en/organise/night"
    for path in (
        "/", f"/{edition.pk}/", f"/{edition.pk}/edit/", f"/{edition.pk}/state/open/", f"/{edition.pk}/sectors/",
        f"/headquarters/{headquarters.pk}/edit/", f"/{edition.pk}/imports/new/", f"/imports/{sent.pk}/",
    ):  # fmt: skip
        page.goto(base + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    # One stop for Tab, then arrows; Enter opens the sector.
    page.goto(f"{base}/headquarters/{headquarters.pk}/")
    axe(page)
    page.locator(".sectors svg a[tabindex='0']").focus()
    assert page.locator("[data-said]").inner_text().startswith("07-1")
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-said]").inner_text().startswith("07-2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sectors/{Sector.objects.get(code='07-2').pk}/")
    axe(page)

    # A line from above to below it: the cross begins in the middle of the map, which is the edge of the sector.
    page.get_by_role("link", name="Cut it in two").click()
    drawing, field = page.locator("svg[role=application]"), page.get_by_label("Points of the line")
    box = drawing.bounding_box()
    drawing.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.1})
    drawing.press("Shift+ArrowRight")
    drawing.press("Delete")
    assert field.input_value() == ""
    drawing.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.3})
    for _step in range(9):
        drawing.press("ArrowDown")
    drawing.press("Enter")
    assert len(field.input_value().splitlines()) == 2
    axe(page)
    page.get_by_role("button", name="Look at it").click()
    axe(page)
    page.get_by_role("button", name="Cut it").click()
    page.wait_for_url(f"**/headquarters/{headquarters.pk}/")

    assert sorted(Sector.objects.values_list("code", flat=True)) == ["07-1", "07-2", "07-3"]
