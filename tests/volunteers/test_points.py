import math

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.volunteers import square
from volunteers.models import District
from volunteers.points import Outside, Point, district_of, holds, read

HERE = Point(48.8566, 2.3522)


@pytest.mark.parametrize(
    "text",
    [
        "48.8566, 2.3522",
        "48.8566,2.3522",
        "  48.8566   2.3522 ",
        "48.8566;2.3522",
        "(48.8566, 2.3522)",
        "+48.8566, +2.3522",
        "48,8566, 2,3522",
        "48,8566 ; 2,3522",
        "48,8566 2,3522",
        "48.8566° N, 2.3522° E",
        "48.8566N 2.3522E",
        "geo:48.8566,2.3522",
        "GEO:48.8566,2.3522",
        "geo:48.8566,2.3522,35;crs=wgs84;u=10",
        "geo:48.8566,2.3522?z=17",
        "geo:0,0?q=48.8566,2.3522(Hôtel de Ville)",
        "https://www.openstreetmap.org/#map=17/48.8566/2.3522",
        "https://www.openstreetmap.org/?mlat=48.8566&mlon=2.3522#map=12/48.9/2.4",
        "http://openstreetmap.org/?lat=48.8566&lon=2.3522&zoom=15",
        "openstreetmap.org/node/123#map=19/48.8566/2.3522&layers=H",
        "https://osm.org/#map=17.25/48.8566/2.3522",
        "48.85660000001, 2.352199999",
    ],
)
def test_read_takes_what_people_type_and_paste(text):
    assert read(text) == HERE


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("-33.45, -70.66", (-33.45, -70.66)),
        ("\N{MINUS SIGN}33.45, \N{MINUS SIGN}70.66", (-33.45, -70.66)),
        ("33.45 S, 70.66 W", (-33.45, -70.66)),
        ("33,45° S ; 70,66° O", (-33.45, -70.66)),
        ("-33.45 S, -70.66 W", (-33.45, -70.66)),
        ("48, 2", (48, 2)),
        ("90, -180", (90, -180)),
        ("-0.000001, 0", (0, 0)),
    ],
)
def test_read_knows_the_hemispheres(text, point):
    assert read(text) == point
    assert math.copysign(1, read(text).latitude) == math.copysign(1, point[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("République", "unreadable"),
        ("48.8566", "unreadable"),
        ("48,8566", "unreadable"),
        ("48.8566, 2.3522, 35", "unreadable"),
        ("nan, inf", "unreadable"),
        ("1e1, 2", "unreadable"),
        ("geo:here", "unreadable"),
        ("http://[::1", "unreadable"),
        ("geo:48.8566,2.3522;crs=nad27", "grid"),
        ("91, 2", "off_earth"),
        ("48, 180.1", "off_earth"),
        ("geo:48,181", "off_earth"),
        ("https://www.openstreetmap.org/?mlat=999&mlon=2", "off_earth"),
        ("https://www.openstreetmap.org/", "no_place"),
        ("https://www.openstreetmap.org/?mlat=48.8566", "no_place"),
        ("https://osm.org/go/0BOdUxmqP--", "no_place"),
        ("https://openstreetmap.org.example/#map=17/48.8566/2.3522", "not_ours"),
        ("https://maps.example/@48.8566,2.3522,15z", "not_ours"),
    ],
)
def test_read_says_why_it_cannot(text, code):
    with pytest.raises(ValidationError) as refusal:
        read(text)
    assert refusal.value.code == code


@given(st.text(max_size=60) | st.from_regex(r"(geo:|https://osm\.org/)?[-+0-9., ;?=&#/NSEW°()]{0,40}", fullmatch=True))
def test_read_gives_a_point_of_the_earth_or_a_sentence(text):
    try:
        point = read(text)
    except ValidationError as refusal:
        assert refusal.messages != [""]
    else:
        assert abs(point.latitude) <= 90 and abs(point.longitude) <= 180


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_is_written_is_read_again(latitude, longitude):
    point = read(str(Point(round(latitude, 5), round(longitude, 5))))
    assert point == (round(latitude, 5), round(longitude, 5))
    assert read(point.geo_uri) == point


def test_a_point_is_written_without_zeros_that_say_nothing():
    assert [str(HERE), HERE.geo_uri, str(Point(48, -0.5))] == ["48.8566, 2.3522", "geo:48.8566,2.3522", "48.0, -0.5"]


# --- In a district ----------------------------------------------------------------------------------------------------
HOLED = {"type": "Polygon", "coordinates": [square(0, 0, 9), square(3, 3, 3)]}
TWO = {"type": "MultiPolygon", "coordinates": [[square(0, 0, 2)], [square(5, 5, 2), square(5.5, 5.5, 1)]]}
HOLLOW = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [2, 1], [0, 4], [0, 0]]]}


@pytest.mark.parametrize(
    ("boundary", "x", "y", "within"),
    [
        (HOLED, 1, 1, True),
        (HOLED, 4.5, 4.5, False),  # in the hole
        (HOLED, 3, 4, True),  # on the hole's border
        (HOLED, 0, 0, True),  # a corner
        (HOLED, 9, 4, True),  # the eastern border
        (HOLED, 4, 9, True),  # the northern border
        (HOLED, 9.00001, 4, False),
        (HOLED, -1, 0, False),  # level with a side
        (HOLED, -1, 3, False),  # level with a corner of the hole
        (TWO, 1, 1, True),
        (TWO, 3, 3, False),
        (TWO, 5.2, 5.2, True),
        (TWO, 6, 6, False),
        (HOLLOW, 2, 0.5, True),
        (HOLLOW, 2, 1, True),  # the inner corner
        (HOLLOW, 2, 2, False),
        (HOLLOW, 3, 2.5, True),  # on a slope
        (HOLLOW, -1, 4, False),  # level with two peaks
        ({}, 1, 1, False),
        ({"type": "Polygon", "coordinates": []}, 1, 1, False),
    ],
)
def test_holds(boundary, x, y, within):
    assert holds(boundary, Point(y, x)) is within


@given(st.floats(0, 9), st.floats(0, 9), st.floats(0.1, 8.9), st.floats(0.1, 8.9))
def test_a_point_of_the_city_is_in_a_district_whatever_way_their_border_goes(x, y, turn_x, turn_y):
    """Two districts share a bent border: no point falls between them."""
    west = {"type": "Polygon", "coordinates": [[[0, 0], [3, 0], [turn_x, turn_y], [6, 9], [0, 9], [0, 0]]]}
    east = {"type": "Polygon", "coordinates": [[[3, 0], [9, 0], [9, 9], [6, 9], [turn_x, turn_y], [3, 0]]]}

    assert holds(west, Point(y, x)) or holds(east, Point(y, x))


def test_a_common_border_belongs_to_the_first_of_both():
    first = District(code="01", boundary={"type": "Polygon", "coordinates": [square(0, 0, 1)]})
    second = District(code="02", boundary={"type": "Polygon", "coordinates": [square(1, 0, 1)]})

    assert district_of(Point(0.5, 1), [first, second]) is first
    assert district_of(Point(0.5, 1.5), [first, second]) is second
    with pytest.raises(Outside):
        district_of(Point(0.5, 2.5), [first, second])


def test_nothing_is_outside_of_boundaries_that_are_not_all_known():
    known = District(code="01", boundary={"type": "Polygon", "coordinates": [square(0, 0, 1)]})

    assert district_of(Point(0.5, 0.5), [known, District(code="02")]) is known
    assert district_of(Point(0.5, 2.5), [known, District(code="02")]) is None
    assert district_of(Point(0.5, 2.5), [known, District(code="02", boundary={"type": "Polygon"})]) is None
    assert district_of(Point(0.5, 2.5), []) is None
