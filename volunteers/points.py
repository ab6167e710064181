"""Points on the ground (WGS 84): read from what people type or paste, written, and found in a district."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from volunteers.models import District, outlines

PLACES = 5  # decimals of a degree that are kept: about a metre
EDGE = 1e-9  # degrees from a boundary within which a point is on it

NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
PAIR = re.compile(rf"({NUMBER})\s*°?\s*([NS])?\s*[,;\s]\s*({NUMBER})\s*°?\s*([EWO])?", re.IGNORECASE)
COMMA = re.compile(r"(?<=\d),(?=\d)")  # of a decimal number in French
# RFC 5870: an altitude and parameters may follow. Phones put "0,0?q=48.85,2.35(a name)" as well.
GEO = re.compile(rf"geo:({NUMBER}),({NUMBER})(?:,{NUMBER})?((?:;[^?]*)?)(?:\?(.*))?", re.IGNORECASE)
MAP = re.compile(rf"map=\d+(?:\.\d+)?/({NUMBER})/({NUMBER})")
OPENSTREETMAP = ("openstreetmap.org", "osm.org")

UNREADABLE = _("No point can be read from this. Type the latitude, then the longitude, in degrees: 48.8566, 2.3522.")
NO_PLACE = _("This address says no place. On OpenStreetMap, move the map until the place is in its middle, then copy.")
NOT_OURS = _(
    "Of addresses, only those of OpenStreetMap are read. Type the latitude, then the longitude: 48.8566, 2.3522."
)
OTHER_GRID = _("This is not in WGS 84, which phones and maps use: type the latitude, then the longitude.")
OFF_EARTH = _("There is no such place: a latitude is between -90 and 90, a longitude between -180 and 180.")


class Point(NamedTuple):
    """In degrees."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        """As ``read`` reads it, without zeros that say nothing."""
        return ", ".join(_degrees(value) for value in self)

    @property
    def geo_uri(self) -> str:
        """What a phone opens in its own map (RFC 5870)."""
        return "geo:" + ",".join(_degrees(value) for value in self)


def read(text: str) -> Point:
    """The point in "48.8566, 2.3522", in a geo: link or in an address of OpenStreetMap, to about a metre.

    Raises ValidationError with a sentence for the person.
    """
    text = " ".join(text.replace("\N{MINUS SIGN}", "-").split())
    if text.lower().startswith("geo:"):
        return _of_geo(text)
    if re.match(r"https?:|www\.|(?:openstreetmap|osm)\.org", text, re.IGNORECASE):
        return _of_address(text)
    text = text.strip("()[] ")
    found = PAIR.fullmatch(text) or PAIR.fullmatch(COMMA.sub(".", text))
    if not found:
        raise ValidationError(UNREADABLE, code="unreadable")
    latitude, south, longitude, west = found.groups()
    return _checked(_signed(latitude, south, "S"), _signed(longitude, west, "WO"))


def _of_geo(text: str) -> Point:
    found = GEO.fullmatch(text)
    if not found:
        raise ValidationError(UNREADABLE, code="unreadable")
    latitude, longitude, parameters, query = found.groups()
    grid = re.search(r";crs=([^;]*)", parameters, re.IGNORECASE)
    if grid and grid[1].lower() != "wgs84":
        raise ValidationError(OTHER_GRID, code="grid")
    asked = re.match(rf"({NUMBER}),({NUMBER})", parse_qs(query or "").get("q", [""])[0])
    if float(latitude) == float(longitude) == 0 and asked:
        latitude, longitude = asked.groups()
    return _checked(float(latitude), float(longitude))


def _of_address(text: str) -> Point:
    """The marker, if the address has one, or the middle of the map."""
    try:
        address = urlsplit(text if "://" in text else f"https://{text}")
        host = address.hostname or ""
    except ValueError as error:
        raise ValidationError(UNREADABLE, code="unreadable") from error
    if host.removeprefix("www.") not in OPENSTREETMAP:
        raise ValidationError(NOT_OURS, code="not_ours")
    query = {name: values[0].strip() for name, values in parse_qs(address.query).items()}
    for names in (("mlat", "mlon"), ("lat", "lon")):
        pair = [query.get(name, "") for name in names]
        if all(re.fullmatch(NUMBER, value) for value in pair):
            return _checked(float(pair[0]), float(pair[1]))
    if found := MAP.search(unquote(address.fragment)):
        return _checked(float(found[1]), float(found[2]))
    raise ValidationError(NO_PLACE, code="no_place")


def _signed(number: str, letter: str | None, negative: str) -> float:
    return -abs(float(number)) if letter and letter.upper() in negative else float(number)


def _checked(latitude: float, longitude: float) -> Point:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValidationError(OFF_EARTH, code="off_earth")
    return Point(round(latitude, PLACES) + 0.0, round(longitude, PLACES) + 0.0)  # never -0.0


def _degrees(value: float) -> str:
    text = f"{value:.{PLACES}f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


class Outside(Exception):
    """The point is in none of the districts, whose boundaries are all known."""


def district_of(point: Point, districts: Iterable[District]) -> District | None:
    """The district that holds the point; on a common border, the first of them. None where some boundary is unknown.

    Raises Outside where every boundary is known, and none holds it.
    """
    districts = list(districts)
    for district in districts:
        if holds(district.boundary, point):
            return district
    if districts and all(outlines.polygons(district.boundary) for district in districts):
        raise Outside
    return None


def holds(boundary: dict[str, Any], point: Point) -> bool:
    """Is the point within that Polygon or MultiPolygon (GeoJSON, RFC 7946), or on its border? Not in its holes.

    Flat, as the drawing is: boundaries of a city cross neither a pole nor the 180th meridian.
    """
    return any(_in_polygon(rings, point) for rings in outlines.polygons(boundary))


def _in_polygon(rings: Sequence[Any], point: Point) -> bool:
    outer, *holes = rings
    return _side(outer, point) >= 0 and all(_side(hole, point) <= 0 for hole in holes)


def _side(ring: Sequence[Any], point: Point) -> int:
    """1 inside of the ring, 0 on it, -1 outside: how often a line going east crosses it, odd or even."""
    y, x = point
    inside = False
    for (x1, y1, *_up), (x2, y2, *_also) in zip(ring, [*ring[1:], ring[0]], strict=True):
        across = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        near = abs(across) <= EDGE * math.hypot(x2 - x1, y2 - y1)
        if near and min(x1, x2) - EDGE <= x <= max(x1, x2) + EDGE and min(y1, y2) - EDGE <= y <= max(y1, y2) + EDGE:
            return 0
        if (y1 > y) != (y2 > y) and (across > 0) == (y2 > y1):
            inside = not inside
    return 1 if inside else -1
