"""Boundaries are squares here: a degree of latitude is 111 km, so 0.001 is some 111 m."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.night.sectors import boundaries
from events.night.sectors.boundaries import BoundaryRefused
from tests.factories.volunteers import square
from volunteers import sentences

SIDE = 0.004


def at(column, row=0, side=SIDE):
    ring = square(2.30 + column * SIDE, 48.85 + row * SIDE, side)
    return boundaries.read({"type": "Polygon", "coordinates": [ring]})


def said(sectors, districts=()):
    faults = boundaries.faults_of(sectors, dict(districts))
    return [(fault.codes, fault.district, sentences.in_words(fault.sentence)) for fault in faults]


def whole(columns=2, rows=1):
    ring = [[2.30, 48.85], [2.30 + columns * SIDE, 48.85], [2.30 + columns * SIDE, 48.85 + rows * SIDE],
            [2.30, 48.85 + rows * SIDE], [2.30, 48.85]]  # fmt: skip
    return {"type": "Polygon", "coordinates": [ring]}


def test_sectors_that_fill_their_district_are_right():
    assert said({"07-1": ("07", at(0)), "07-2": ("07", at(1))}, {"07": whole()}) == []


def test_a_street_drawn_twice_is_no_fault():
    """The second lies four metres too far west, and leaves four metres in the east."""
    assert said({"07-1": ("07", at(0)), "07-2": ("07", at(0.9864))}, {"07": whole()}) == []


def test_sectors_that_share_ground_are_named_with_how_much():
    (fault,) = boundaries.faults_of({"07-1": ("07", at(0)), "07-2": ("07", at(0.5))}, {})

    assert fault.codes == ("07-1", "07-2")
    area = fault.sentence[1]["area"]
    assert area == pytest.approx(0.5 * (SIDE * 111_320) ** 2 * 0.658, rel=0.01)
    assert (round(fault.at.latitude, 3), round(fault.at.longitude, 3)) == (48.852, 2.303)
    assert fault.ground["type"] == "Polygon"


def test_ground_outside_of_the_district_is_named():
    (codes, _district, words) = said({"07-1": ("07", at(0)), "07-2": ("07", at(1.5))}, {"07": whole()})[0]

    assert (codes, "(50 %)" in words) == (("07-2",), True)


def test_a_gap_is_said_where_the_district_is_known_and_a_hole_where_it_is_not():
    around = {
        f"07-{row}{column}": ("07", at(column, row))
        for row in range(3)
        for column in range(3)
        if (row, column) != (1, 1)
    }

    known = boundaries.faults_of(around, {"07": whole(3, 3)})
    unknown = boundaries.faults_of(around, {})

    assert [(fault.codes, fault.district) for fault in known] == [((), "07")]
    assert [fault.at for fault in unknown] == [fault.at for fault in known]
    assert said({"07-1": ("07", at(0))}, {"07": {}}) == []


@pytest.mark.parametrize("outline", [{"type": "Polygon", "coordinates": "x"}, {"type": "Point"}, {"coordinates": []}])
def test_a_district_that_is_no_area_is_as_one_unknown(outline):
    assert said({"07-1": ("07", at(0))}, {"07": outline}) == []


def test_a_district_that_crosses_itself_breaks_nothing():
    bow = [[2.30, 48.85], [2.30 + SIDE, 48.85 + SIDE], [2.30 + SIDE, 48.85], [2.30, 48.85 + SIDE * 2], [2.30, 48.85]]

    faults = said({"07-1": ("07", at(0))}, {"07": {"type": "Polygon", "coordinates": [bow]}})

    assert ("07-1",) in [codes for codes, _district, _words in faults]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Polygon", "coordinates": [square(2.3, 48.85, 0.01)]},
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Polygon", "coordinates": [square(2.3, 48.85, 0.01)]},
        },
        json.dumps({"type": "Polygon", "coordinates": [square(2.3, 48.85, 0.01)]}),
        "POLYGON((2.3 48.85, 2.31 48.85, 2.31 48.86, 2.3 48.86, 2.3 48.85))",
        "POLYGON Z((2.3 48.85 7, 2.31 48.85 7, 2.31 48.86 7, 2.3 48.86 7, 2.3 48.85 7))",
        "POLYGON((2.3 48.85, 2.3 48.86, 2.31 48.86, 2.31 48.85, 2.3 48.85))",
    ],
)
def test_a_boundary_is_read_from_what_programs_write(value):
    read = boundaries.read(value)

    assert read["type"] == "Polygon"
    assert sorted(read["coordinates"][0]) == sorted(
        [[2.3, 48.85], [2.31, 48.85], [2.31, 48.86], [2.3, 48.86], read["coordinates"][0][0]]
    )
    assert boundaries.read(read) == read


@pytest.mark.parametrize(
    "value",
    [
        "x", "{}", 5, [1], "POLYGON EMPTY", '{"type": "Point", "coordinates": [2.3, 48.85]}',
        "POLYGON((0 0, 1 1, 0 1, 1 0, 0 0))", "POLYGON((600000 680000, 600100 680000, 600000 680100, 600000 680000))",
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}', '{"type": "Polygon", "coordinates": []}',
        '{"type": "Polygon", "coordinates": [[[NaN, 0], [1, 1], [0, 1], [NaN, 0]]]}', "POLYGON((0 0, 0 0, 0 0, 0 0))",
        "POLYGON((1 1, 2 2, 3 3, 1 1))", '{"type": "Polygon", "coordinates": "x"}', "GEOMETRYCOLLECTION EMPTY",
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused(value):
    with pytest.raises(BoundaryRefused):
        boundaries.read(value)


@settings(deadline=None, max_examples=150)
@given(
    st.recursive(
        st.none() | st.floats() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "x"]), inner)
        ),
    )
)
def test_nothing_is_read_but_boundaries(value):
    for one in (value, {"type": "Polygon", "coordinates": value}):
        try:
            read = boundaries.read(one)
        except BoundaryRefused as refusal:
            assert sentences.in_words(sentences.of(refusal))
        else:
            assert read == {} or read["type"] in ("Polygon", "MultiPolygon")
