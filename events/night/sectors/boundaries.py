"""Boundaries of sectors checked against each other and against their districts.

All is measured in metres on a plane (equirectangular, true at the middle of what is compared): a city is small enough
for it. Nothing is mended here; what is wrong is said, and where.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
import shapely.ops
from django.utils.translation import gettext_noop as _

from volunteers import sentences
from volunteers.models.outlines import polygons
from volunteers.points import Point
from volunteers.sentences import Sentence

METRES = 111_320  # in a degree of latitude
MOST_POINTS = 20_000  # of one boundary
DECIMALS = 6  # of a degree that are kept: about ten centimetres
EDGE_M = 5  # how far two drawings of the same street may lie apart
OVERLAP_M2 = 500  # ground that two sectors may share
OUTSIDE_M2 = 500  # ground of a sector that may lie outside of its district
GAP_M2 = 2_000  # ground of a district that may belong to no sector


@dataclass(frozen=True)
class Fault:
    """Something wrong with the ground: whose codes, what, and the piece of ground itself (GeoJSON)."""

    codes: tuple[str, ...]
    sentence: Sentence
    ground: dict[str, Any] = field(default_factory=dict)
    at: Point | None = None
    district: str = ""
    """Of a gap: the code of the district that it is in."""


class BoundaryRefused(Exception):
    """Why something is no boundary, in a sentence fit for the person (volunteers.sentences)."""


def read(value: Any) -> dict[str, Any]:
    """A boundary as it is stored, from GeoJSON (as text or read) or WKT: a Polygon or MultiPolygon in WGS 84.

    {} for nothing. Raises BoundaryRefused for what is no area, is not in degrees, or crosses itself.
    """
    if value in (None, "", {}):
        return {}
    try:
        shape = _shape_of(value)
    except (shapely.errors.ShapelyError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise BoundaryRefused(_("This is not a boundary: a polygon in GeoJSON or WKT.")) from error
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise BoundaryRefused(_("This is not an area: it takes a polygon, or several."))
    shape = shapely.force_2d(shape)
    points = shapely.get_coordinates(shape)
    if len(points) > MOST_POINTS:
        raise BoundaryRefused(_("This boundary has more than 20,000 points."))
    if not math.isfinite(float(points.sum())) or abs(points[:, 0]).max() > 180 or abs(points[:, 1]).max() > 90:
        raise BoundaryRefused(_("This boundary is not in degrees of longitude and latitude (WGS 84)."))
    if not shape.is_valid:
        raise BoundaryRefused(_("This boundary crosses or touches itself: %(where)s."), {"where": _where(shape)})
    kept = shapely.set_precision(shape, 10**-DECIMALS)
    if kept.is_empty or kept.geom_type not in ("Polygon", "MultiPolygon"):
        raise BoundaryRefused(_("This boundary holds no ground."))
    return as_geojson(kept)


def as_geojson(shape: Any) -> dict[str, Any]:
    """The shape in GeoJSON, outer rings counter-clockwise (RFC 7946), numbers no longer than they need be.

    Each ring begins in its lowest corner on the left: one shape is written in one way, whoever drew it.
    """
    written: dict[str, Any] = json.loads(shapely.to_geojson(shapely.orient_polygons(shapely.normalize(shape))))
    return {"type": written["type"], "coordinates": _short(written["coordinates"])}


def square_kilometres(boundary: Mapping[str, Any]) -> float:
    """Of a boundary as it is stored."""
    return float(Plane([boundary]).flat(boundary).area) / 1e6


class Plane:
    """Metres around the middle of some boundaries."""

    def __init__(self, boundaries: Iterable[Mapping[str, Any]]) -> None:
        shapes = [shapely.from_geojson(json.dumps(boundary)) for boundary in boundaries]
        west, south, east, north = shapely.total_bounds(shapes) if shapes else (0, 0, 0, 0)
        self.x, self.y = (west + east) / 2, (south + north) / 2
        self.scale = METRES * math.cos(math.radians(self.y)), METRES

    def flat(self, boundary: Mapping[str, Any]) -> Any:
        """The boundary in metres."""
        shape = shapely.from_geojson(json.dumps(boundary))
        return shapely.transform(shape, lambda points: (points - (self.x, self.y)) * self.scale)

    def back(self, shape: Any) -> Any:
        """The shape in degrees."""
        return shapely.transform(shape, lambda points: points / self.scale + (self.x, self.y))

    def point(self, shape: Any) -> Point:
        """A point inside of the shape, on the ground."""
        inside = self.back(shape.representative_point())
        return Point(round(inside.y, 5), round(inside.x, 5))


def around(corners: Sequence[Point]) -> dict[str, Any]:
    """The boundary with these corners, in the order in which one walks round it.

    Raises BoundaryRefused for fewer than three, and for an outline that crosses itself.
    """
    if len(corners) < 3:
        raise BoundaryRefused(_("An outline takes three corners at least."))
    ring = [[corner.longitude, corner.latitude] for corner in (*corners, corners[0])]
    return read({"type": "Polygon", "coordinates": [ring]})


def cut(boundary: Mapping[str, Any], line: Sequence[Point]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two parts into which a line divides a boundary, the larger one first. Its ends are drawn out straight on.

    Raises BoundaryRefused for a line of fewer than two points, one that does not cross the boundary or crosses it so
    often that there are more than two parts, and for a boundary in several pieces.
    """
    if not boundary:
        raise BoundaryRefused(_("This sector has no boundary yet: draw it first."))
    if len(line) < 2 or len(set(line)) < len(line):
        raise BoundaryRefused(_("A line takes two points at least, all of them different."))
    plane = Plane([boundary])
    shape = plane.flat(boundary)
    if shape.geom_type != "Polygon":
        raise BoundaryRefused(_("This sector is in several pieces, which a line does not cut: draw it anew."))
    across, up = plane.scale
    knife = [((point.longitude - plane.x) * across, (point.latitude - plane.y) * up) for point in line]
    reach = shape.length + shapely.LineString(knife).distance(shape)
    knife = [_beyond(knife[1], knife[0], reach), *knife, _beyond(knife[-2], knife[-1], reach)]
    parts = [part for part in shapely.ops.split(shape, shapely.LineString(knife)).geoms if part.area > 1]
    if len(parts) < 2:
        raise BoundaryRefused(_("This line does not cross the sector."))
    if len(parts) > 2:
        raise BoundaryRefused(_("This line cuts the sector into more than two parts: draw a simpler one."))
    larger, smaller = sorted(parts, key=lambda part: -part.area)
    return read(as_geojson(plane.back(larger))), read(as_geojson(plane.back(smaller)))


def _beyond(start: tuple[float, float], end: tuple[float, float], reach: float) -> tuple[float, float]:
    """A point so far past the end, straight on from the start."""
    long = math.dist(start, end)
    return end[0] + (end[0] - start[0]) * reach / long, end[1] + (end[1] - start[1]) * reach / long


def faults_of(
    sectors: Mapping[str, tuple[str, Mapping[str, Any]]], districts: Mapping[str, Mapping[str, Any]]
) -> list[Fault]:
    """What is wrong with the ground of these sectors: overlaps, ground outside of its district, gaps in a district.

    ``sectors``: the code of its district and its boundary, by its own code. ``districts``: boundaries by code; of one
    that is missing or no area nothing is said but for holes among its sectors. Sectors' are valid ones (``read``).
    """
    drawn = {code: boundary for code, (_district, boundary) in sorted(sectors.items()) if boundary}
    known = {code: boundary for code, boundary in districts.items() if polygons(boundary)}
    plane = Plane([*drawn.values(), *known.values()])
    flat = {code: plane.flat(boundary) for code, boundary in drawn.items()}
    # Districts are the city's, and were not read by ``read``: one may cross itself.
    ground = {code: shapely.make_valid(plane.flat(boundary)) for code, boundary in known.items()}
    return [
        *_overlaps(flat, plane),
        *_outside({code: sectors[code][0] for code in flat}, flat, ground, plane),
        *_gaps({code: sectors[code][0] for code in flat}, flat, ground, plane),
    ]


def _overlaps(flat: Mapping[str, Any], plane: Plane) -> Iterable[Fault]:
    codes = list(flat)
    if not codes:
        return
    tree = shapely.STRtree(list(flat.values()))
    first, second = tree.query(list(flat.values()), predicate="intersects")
    for one, other in sorted((int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b):
        shared = _thick(flat[codes[one]].intersection(flat[codes[other]]))
        if shared.area > OVERLAP_M2:
            sentence = sentences.filled(
                _("%(one)s and %(other)s overlap by %(area)s m²."),
                one=codes[one], other=codes[other], area=round(shared.area),
            )  # fmt: skip
            yield _fault((codes[one], codes[other]), sentence, shared, plane)


def _outside(
    district_of: Mapping[str, str], flat: Mapping[str, Any], ground: Mapping[str, Any], plane: Plane
) -> Iterable[Fault]:
    for code, shape in flat.items():
        district = ground.get(district_of[code])
        if district is None:
            continue
        beyond = _thick(shape.difference(district))
        if beyond.area > OUTSIDE_M2:
            sentence = sentences.filled(
                _("%(code)s lies outside of its district by %(area)s m² (%(share)s %%)."),
                code=code, area=round(beyond.area), share=round(100 * beyond.area / shape.area),
            )  # fmt: skip
            yield _fault((code,), sentence, beyond, plane)


def _gaps(
    district_of: Mapping[str, str], flat: Mapping[str, Any], ground: Mapping[str, Any], plane: Plane
) -> Iterable[Fault]:
    for district in sorted(set(district_of.values())):
        covered = shapely.union_all([shape for code, shape in flat.items() if district_of[code] == district])
        outline = ground.get(district)
        if outline is None:
            outline = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(covered)])
        bare = _thick(outline.difference(covered))
        for piece in shapely.get_parts(bare):
            if piece.area > GAP_M2:
                sentence = sentences.filled(
                    _("In district %(district)s, %(area)s m² belong to no sector."),
                    district=district, area=round(piece.area),
                )  # fmt: skip
                yield replace(_fault((), sentence, piece, plane), district=district)


def _thick(shape: Any) -> Any:
    """What is left of it without slivers: where it is less than two EDGE_M across, two drawings of one line differ."""
    return shape.buffer(-EDGE_M).buffer(EDGE_M)


def _fault(codes: tuple[str, ...], sentence: Sentence, shape: Any, plane: Plane) -> Fault:
    return Fault(codes, sentence, as_geojson(plane.back(shape.simplify(2))), plane.point(shape))


def _shape_of(value: Any) -> Any:
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        return shapely.from_wkt(value)
    read_value = json.loads(value) if isinstance(value, str) else value
    if read_value.get("type") == "Feature":
        read_value = read_value["geometry"]
    return shapely.from_geojson(json.dumps({"type": read_value["type"], "coordinates": read_value["coordinates"]}))


def _where(shape: Any) -> str:
    """Where a shape is invalid: "48.85, 2.34"."""
    reason = shapely.is_valid_reason(shape)
    found = reason[reason.find("[") + 1 : reason.find("]")].split() if "[" in reason else []
    return str(Point(round(float(found[1]), 5), round(float(found[0]), 5))) if len(found) >= 2 else "?"


def _short(numbers: Any) -> Any:
    return [_short(one) for one in numbers] if isinstance(numbers, list) else round(numbers, DECIMALS)
