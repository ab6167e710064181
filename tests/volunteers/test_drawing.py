import math

import pytest
from django.core.exceptions import ValidationError

from tests.factories.volunteers import DistrictFactory, SquareDistrictFactory
from volunteers.drawing import MARGIN, WIDTH, draw
from volunteers.models import District
from volunteers.points import Point, district_of

pytestmark = pytest.mark.django_db


def corners(outline):
    return [tuple(int(n) for n in point.split(",")) for point in outline.points.split()]


def test_draw_keeps_north_up_east_right_and_neighbours_touching():
    SquareDistrictFactory(code="01", west=2.30)
    SquareDistrictFactory(code="02", west=2.32)

    drawn = draw(District.objects.all())
    west, east = drawn.outlines

    assert west.x < east.x
    assert set(corners(west)) & set(corners(east))  # the common side
    assert max(x for x, _ in corners(east)) <= WIDTH
    assert drawn.view_box == f"0 0 {WIDTH} {drawn.height}"


def test_draw_makes_a_cell_where_no_boundary_is_known():
    DistrictFactory(code="01", boundary={})
    DistrictFactory(code="02", longitude=2.45, boundary={})

    outlines = draw(District.objects.all()).outlines

    assert [len(corners(outline)) for outline in outlines] == [6, 6]


def test_a_point_is_drawn_within_the_cell_that_holds_it():
    SquareDistrictFactory(code="01", west=2.30)
    SquareDistrictFactory(code="02", west=2.32)
    drawn = draw(District.objects.all())

    assert drawn.place(Point(48.87, 2.30)) == (MARGIN, MARGIN)  # the north-west corner
    assert drawn.place(Point(48.85, 2.34)) == (WIDTH - MARGIN, drawn.height - MARGIN)
    assert drawn.place(Point(48.86, 2.32)) == (WIDTH // 2, drawn.height // 2)


def test_the_drawing_of_no_district_is_empty():
    assert (draw([]).outlines, draw([]).view_box) == ([], f"0 0 {WIDTH} 0")


RING = [[2.30, 48.85], [2.32, 48.85], [2.32, 48.87], [2.30, 48.85]]
UNSOUND = [
    {"type": "Polygon"},
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": RING},
    {"type": "Polygon", "coordinates": [RING[:3]]},
    {"type": "Polygon", "coordinates": [[[2.3, 48.85]] * 4]},
    {"type": "Polygon", "coordinates": [[["2.3", 48.85], *RING[1:]]]},
    {"type": "Polygon", "coordinates": [[[48.85], *RING[1:]]]},
    {"type": "Polygon", "coordinates": [[[230, 48.85], *RING[1:3], [230, 48.85]]]},
    {"type": "MultiPolygon", "coordinates": [RING]},
    {"type": "MultiPolygon", "coordinates": {"a": 1}},
    {"type": "Point", "coordinates": [2.3, 48.85]},
    {"type": ["Polygon"], "coordinates": [RING]},
    {"coordinates": [RING]},
    ["Polygon"],
    "Polygon",
    None,
    12,
]


@pytest.mark.parametrize("boundary", UNSOUND, ids=str)
def test_a_boundary_that_cannot_be_drawn_is_refused_and_the_city_is_drawn_without_it(boundary):
    SquareDistrictFactory(code="01", west=2.30)
    wrong = DistrictFactory(code="02", longitude=2.45, boundary=boundary or {"type": boundary})

    with pytest.raises(ValidationError, match="GeoJSON"):
        wrong.full_clean()
    sound, odd = draw(District.objects.all()).outlines

    assert (len(set(corners(sound))), len(corners(odd))) == (4, 6)
    assert district_of(Point(48.86, 2.31), District.objects.all()).code == "01"
    assert district_of(Point(48.86, 2.45), District.objects.all()) is None


@pytest.mark.parametrize(
    "boundary",
    [{}, {"type": "Polygon", "coordinates": [RING]}, {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}],
    ids=str,
)
def test_a_boundary_that_can_be_drawn_is_taken(boundary):
    DistrictFactory(boundary=boundary).full_clean()


def test_of_several_areas_the_sound_ones_are_drawn():
    DistrictFactory(code="01", boundary={"type": "MultiPolygon", "coordinates": [[[["x"]]], [RING]]})
    DistrictFactory(code="02", longitude=2.45)

    assert len(set(corners(draw(District.objects.all()).outlines[0]))) == 3


@pytest.mark.parametrize("centre", [{"latitude": 91}, {"latitude": math.nan}, {"longitude": 181}])
def test_a_centre_that_is_not_on_the_earth_is_refused(centre):
    with pytest.raises(ValidationError, match=r"90|180"):
        District(code="01", name="Louvre", **({"latitude": 48.86, "longitude": 2.33} | centre)).full_clean()
