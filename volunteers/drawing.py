"""The city drawn as cells: its districts' outlines, in a view box of their own proportions.

Whoever shows it says which cells are lit (templates/components/map_cells.html).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.cache import caches

from volunteers.models import District, outlines
from volunteers.points import Point

WIDTH = 1000
MARGIN = 20
STEP = 3  # points of an outline closer than this, in units of the drawing, are one


@dataclass(frozen=True)
class Cell:
    """One district as it is shown."""

    code: str
    name: str
    points: str
    x: int
    y: int
    lit: bool
    count: int | None
    url: str


class Outline(NamedTuple):
    """A district's place in the drawing."""

    code: str
    name: str
    points: str
    x: int
    y: int

    def cell(self, *, lit: bool = False, count: int | None = None, url: str = "") -> Cell:
        return Cell(self.code.lstrip("0"), self.name, self.points, self.x, self.y, lit, count, url)


@dataclass(frozen=True)
class Drawing:
    """The outlines, and what puts a point of the ground among them: equirectangular, a city is small enough for it."""

    outlines: list[Outline]
    height: int
    west: float = 0
    north: float = 0
    across: float = 1
    """Units of the drawing for a degree of longitude."""
    down: float = 1
    """The same for a degree of latitude."""

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {self.height}"

    def place(self, point: Point) -> tuple[int, int]:
        """Where that point is drawn; outside of the view box for one far away."""
        x, y = (point.longitude - self.west) * self.across, (self.north - point.latitude) * self.down
        return round(x) + MARGIN, round(y) + MARGIN


def city() -> Drawing:
    """All districts; kept a minute, for boundaries may be large."""
    found: Drawing | None = caches["process"].get("volunteers.drawing")
    if found is None:
        found = draw(District.objects.all())
        caches["process"].set("volunteers.drawing", found, timeout=60)
    return found


def draw(districts: Iterable[District]) -> Drawing:
    """Puts the districts' boundaries (GeoJSON, RFC 7946) flat on a drawing WIDTH units wide.

    A district without boundary is a small hexagon at its centre.
    """
    districts = list(districts)
    if not districts:
        return Drawing([], 0)
    shapes = [_shape(district) for district in districts]
    drawing = fit(shapes)
    for district, shape in zip(districts, shapes, strict=True):
        points = " ".join(f"{x},{y}" for x, y in thinned([drawing.place(point) for point in shape]))
        x, y = drawing.place(Point(district.latitude, district.longitude))
        drawing.outlines.append(Outline(district.code, district.name, points, x, y))
    return drawing


def fit(shapes: Iterable[Iterable[Point]]) -> Drawing:
    """An empty drawing, as high as it must be to hold these shapes; at least one point."""
    points = [point for shape in shapes for point in shape]
    latitudes, longitudes = [point.latitude for point in points], [point.longitude for point in points]
    narrowing = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
    degrees = max(max(longitudes) - min(longitudes), 1e-6)  # a single point has no width
    across = (WIDTH - 2 * MARGIN) / degrees
    down = across / narrowing
    height = round((max(latitudes) - min(latitudes)) * down) + 2 * MARGIN
    return Drawing([], height, min(longitudes), max(latitudes), across, down)


def _shape(district: District) -> list[Point]:
    """The outer ring, the longest one of several; of what is no sound boundary, as of none, the hexagon."""
    rings = [outer for outer, *_holes in outlines.polygons(district.boundary)]
    if rings:
        return [Point(latitude, longitude) for longitude, latitude in max(rings, key=len)]
    radius = 0.006  # degrees
    angles = [math.radians(60 * side) for side in range(6)]
    middle = Point(district.latitude, district.longitude)
    return [
        Point(middle.latitude + radius * math.sin(a), middle.longitude + radius * math.cos(a) * 1.5) for a in angles
    ]


def thinned(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept = points[:1]
    for point in points[1:]:
        if math.dist(point, kept[-1]) >= STEP:
            kept.append(point)
    return kept
