import pytest

from tests.factories.volunteers import DistrictFactory, SquareDistrictFactory
from volunteers.drawing import MARGIN, WIDTH, draw
from volunteers.models import District
from volunteers.points import Point

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
