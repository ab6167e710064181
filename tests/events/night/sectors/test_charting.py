import pytest

from events.night.models import PlaceKind, Sector
from events.night.sectors import charting
from tests.factories.volunteers import SquareDistrictFactory, square

STREET = PlaceKind(pk=1, slug="street", position=1, name_fr="Rue")
STATION = PlaceKind(pk=2, slug="station", colour="red")


def sector(code, column=0, side=0.01, kind=STREET):
    ring = square(2.30 + column * side, 48.85, side)
    return Sector(code=code, kind=kind, boundary={"type": "Polygon", "coordinates": [ring]})


def test_sectors_stand_side_by_side_in_the_colour_of_their_kind():
    drawn = charting.chart([sector("07-1"), sector("07-2", 1, kind=STATION), Sector(code="07-3", kind=STREET)])

    assert [(area.code, area.colour, area.shows_code) for area in drawn.areas] == [
        ("07-1", "slate", True),
        ("07-2", "red", True),
    ]
    assert (drawn.areas[0].path.count("L"), drawn.areas[0].path[0], drawn.areas[0].path[-1]) == (4, "M", "Z")
    assert drawn.areas[0].x < 500 < drawn.areas[1].x
    assert [(one.shade.order[1], one.count) for one in drawn.legend] == [("station", 1), ("street", 2)]


def test_holes_are_drawn():
    ring, hole = square(2.30, 48.85, 0.02), square(2.305, 48.855, 0.005)
    holed = Sector(code="07-1", kind=STREET, boundary={"type": "Polygon", "coordinates": [ring, hole]})

    (area,) = charting.chart([holed]).areas

    assert (area.path.count("M"), area.path.count("Z")) == (2, 2)


def test_nothing_to_draw_is_no_chart():
    assert charting.chart([Sector(code="07-1", kind=STREET)]) is None
    assert charting.chart([]) is None


@pytest.mark.parametrize(("count", "large", "codes", "names"), [(5, True, 5, 0), (80, False, 0, 0), (160, False, 0, 1)])
def test_what_is_named_follows_the_room_there_is(count, large, codes, names):
    district = SquareDistrictFactory.build(code="07", side=0.02)

    drawn = charting.chart([sector(f"07-{n}", n, 0.02 / count) for n in range(count)], districts=[district])

    assert (drawn.is_large, sum(area.shows_code for area in drawn.areas), len(drawn.names)) == (large, codes, names)


def test_marks_and_addresses_are_the_page_s():
    drawn = charting.chart(
        [sector("07-1"), sector("07-2", 1)], marks={"07-1": "gone"}, url_of=lambda one: f"/{one.code}/"
    )

    assert [(area.mark, area.shows_code, area.url) for area in drawn.areas] == [
        ("gone", False, "/07-1/"),
        ("", True, "/07-2/"),
    ]
