"""The organisers' map of sectors: coloured by the teams, said in the table as well; tiles where a setting allows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.models import Assignment, Sector
from tests.factories.night import SectorFactory
from tests.factories.night_papers import night_with_teams, shape
from tests.factories.volunteers import NetworkOrganiserFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db
TILES = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.fixture
def night():
    return night_with_teams()


@pytest.fixture
def organiser(night):
    return inside(NetworkOrganiserFactory(network=night.network).user)


def page_of(organiser, night, query=""):
    return organiser.get(reverse("organise-night:sectors", args=[night.pk]) + query)


def pictures_from(page):
    """What the policy says of pictures; its directives come in any order."""
    return dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))["img-src"]


def drawn(page):
    chart = page.context["chart"]
    return [(area.code, area.colour, area.name) for area in chart.areas], [
        (one.shade.name, one.count) for one in chart.legend
    ]


def cells(page, label):
    return [
        re.sub(r"<[^>]+>|\s+", " ", cell).split()
        for cell in re.findall(rf'data-label="{label}">(.*?)</td>', page.content.decode(), re.DOTALL)
    ]


def test_the_map_shows_the_state_of_the_teams_and_the_table_says_the_same(night, organiser):
    page = page_of(organiser, night, "?by=state")

    assert drawn(page) == (
        [("11-1", "teal", "peut partir"), ("11-2", "slate", "personne")],
        [("personne", 1), ("peut partir", 1)],
    )
    assert cells(page, "État") == [["peut", "partir"], ["personne"]]
    assert cells(page, "Personnes")[0][:3] == ["3", "/", "3"]
    Assignment.objects.filter(leads=True).update(leads=False)
    assert drawn(page_of(organiser, night, "?by=state"))[0][0] == ("11-1", "red", "sans responsable")


def test_the_map_shows_how_full_teams_are(night, organiser):
    for least, target, most, colour in ((4, 4, 5, "red"), (2, 4, 5, "olive"), (2, 3, 5, "teal"), (1, 2, 2, "plum")):
        Sector.objects.filter(code="11-1").update(least=least, target=target, most=most)
        assert drawn(page_of(organiser, night, "?by=staffing"))[0][0][1] == colour
    assert "État" not in page_of(organiser, night).content.decode().split("<thead>")[1].split("</thead>")[0]


def test_colours_cost_as_many_queries_for_thirty_sectors_as_for_two(night, organiser):
    def queries():
        with still():
            page_of(organiser, night, "?by=state")
            with CaptureQueriesContext(connection) as captured:
                page_of(organiser, night, "?by=state")
        return len(captured)

    few = queries()
    for number in range(28):
        SectorFactory(headquarters=night.headquarters.get(), code=f"11-{number + 9}", boundary=shape(2.33))
    Assignment.objects.in_reserve().update(sector=Sector.objects.last())
    assert queries() == few


def test_nothing_is_asked_of_another_server_unless_a_setting_says_so(night, organiser, settings):
    page = page_of(organiser, night)
    assert ("<image" in page.content.decode(), pictures_from(page)) == (False, "'self' data:")

    settings.MAP_TILES, settings.MAP_TILES_CREDIT = TILES, "© OpenStreetMap"
    page = page_of(organiser, night)
    said = page.content.decode()
    assert pictures_from(page) == "'self' data: https://tiles.example"
    assert "© OpenStreetMap" in said
    tiles = page.context["chart"].tiles
    assert len(tiles) == said.count("<image href=") > 3
    assert min(tile.x for tile in tiles) <= 0 and max(tile.x + tile.width for tile in tiles) >= 1000
    assert min(tile.y for tile in tiles) <= 0
    # The tile of 48.855, 2.305, as OpenStreetMap numbers it.
    depth = int(tiles[0].url.split("/")[3])
    assert any(f"/{depth}/{int((2.305 + 180) / 360 * 2**depth)}/" in tile.url for tile in tiles)
    other = organiser.get(reverse("organise-night:list"))
    assert pictures_from(other) == "'self' data:"
