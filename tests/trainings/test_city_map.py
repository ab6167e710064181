import datetime as dt

import pytest
import time_machine

from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import DistrictFactory
from trainings.city_map import WIDTH, city_map, draw
from volunteers.models import District

pytestmark = pytest.mark.django_db


def square(code, lon, lat, side=0.02):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    boundary = {"type": "Polygon", "coordinates": [ring]}
    return DistrictFactory(code=code, latitude=lat + side / 2, longitude=lon + side / 2, boundary=boundary)


def corners(outline):
    return [tuple(int(n) for n in point.split(",")) for point in outline.points.split()]


def test_draw_keeps_north_up_east_right_and_neighbours_touching():
    square("01", 2.30, 48.85)
    square("02", 2.32, 48.85)

    (west, east), box = draw(District.objects.all())

    assert west.x < east.x
    assert set(corners(west)) & set(corners(east))  # the common side
    assert max(x for x, _ in corners(east)) <= WIDTH
    assert box.startswith(f"0 0 {WIDTH} ")


def test_draw_makes_a_cell_where_no_boundary_is_known():
    DistrictFactory(code="01", boundary={})
    DistrictFactory(code="02", longitude=2.45, boundary={})

    outlines, _ = draw(District.objects.all())

    assert [len(corners(outline)) for outline in outlines] == [6, 6]


def test_a_city_without_districts_has_no_map():
    assert city_map().cells == []


def test_lit_are_the_districts_with_an_open_session_soon():
    lit, far, full_one, dark = (square(code, 2.3 + n / 50, 48.85) for n, code in enumerate(("01", "02", "03", "04")))
    now = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=lit)))
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=far), starts_at=now + dt.timedelta(days=60)))
        SessionFactory(slot=SlotFactory(venue=VenueFactory(district=dark), cancelled=True))
        full = SessionFactory(slot=SlotFactory(venue=VenueFactory(district=full_one), capacity=1))
        RegistrationFactory(slot=full.slot)

        found = city_map()

    assert [(cell.code, cell.count, cell.url) for cell in found.lit] == [("1", 1, "/trainings/?district=01")]
    assert [cell.url for cell in found.cells if not cell.lit] == ["", "", ""]
