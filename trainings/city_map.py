"""The city drawn as cells: each district, lit where a session waits for people soon."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone

from events.models import Slot
from trainings.models import Session
from volunteers.models import District

SOON = dt.timedelta(days=21)
WIDTH = 1000
MARGIN = 20
STEP = 3  # points of an outline closer than this, in units of the drawing, are one

Point = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """One district (templates/components/map_cells.html)."""

    code: str
    name: str
    points: str
    x: int
    y: int
    lit: bool
    count: int
    url: str


class CityMap(NamedTuple):
    """All the districts, in a view box of their own proportions."""

    cells: list[Cell]
    view_box: str

    @property
    def lit(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.lit]


class Outline(NamedTuple):
    """A district's place in the drawing."""

    code: str
    name: str
    points: str
    x: int
    y: int


def city_map() -> CityMap:
    """The districts and how many sessions with a place left each has soon. One query; the drawing is kept a minute."""
    outlines, view_box = _drawing()
    now = timezone.now()
    free = Slot.objects.open(now).filter(seats_taken__lt=F("capacity"), starts_at__lt=now + SOON)
    waiting = Session.objects.filter(slot__in=free)
    counts = dict(
        waiting.filter(slot__venue__district__isnull=False)
        .order_by()
        .values("slot__venue__district__code")
        .annotate(n=Count("pk"))
        .values_list("slot__venue__district__code", "n")
    )
    address = reverse("trainings:list")
    cells = [
        Cell(o.code.lstrip("0"), o.name, o.points, o.x, o.y, o.code in counts, counts.get(o.code, 0),
             f"{address}?district={o.code}" if o.code in counts else "")
        for o in outlines
    ]  # fmt: skip
    return CityMap(cells, view_box)


def _drawing() -> tuple[list[Outline], str]:
    found: tuple[list[Outline], str] | None = caches["process"].get("trainings.city_map")
    if found is None:
        found = draw(District.objects.all())
        caches["process"].set("trainings.city_map", found, timeout=60)
    return found


def draw(districts: Iterable[District]) -> tuple[list[Outline], str]:
    """Puts the districts' boundaries (GeoJSON, RFC 7946) flat on a drawing WIDTH units wide; returns its view box too.

    Equirectangular: a city is small enough for it. A district without boundary is a small hexagon at its centre.
    """
    districts = list(districts)
    if not districts:
        return [], f"0 0 {WIDTH} 0"
    narrowing = math.cos(math.radians(sum(d.latitude for d in districts) / len(districts)))
    shapes = [_shape(district) for district in districts]
    flat = [[(lon * narrowing, -lat) for lon, lat in shape] for shape in shapes]
    xs, ys = zip(*(point for shape in flat for point in shape), strict=True)
    scale = (WIDTH - 2 * MARGIN) / (max(xs) - min(xs))
    left, top = min(xs), min(ys)

    def place(x: float, y: float) -> tuple[int, int]:
        return round((x - left) * scale) + MARGIN, round((y - top) * scale) + MARGIN

    outlines = []
    for district, shape in zip(districts, flat, strict=True):
        points = " ".join(f"{x},{y}" for x, y in _thinned([place(x, y) for x, y in shape]))
        x, y = place(district.longitude * narrowing, -district.latitude)
        outlines.append(Outline(district.code, district.name, points, x, y))
    return outlines, f"0 0 {WIDTH} {round((max(ys) - top) * scale) + 2 * MARGIN}"


def _shape(district: District) -> list[Point]:
    """The outer ring, the longest one of several."""
    rings: list[Any] = []
    if district.boundary.get("type") == "Polygon":
        rings = district.boundary["coordinates"][:1]
    elif district.boundary.get("type") == "MultiPolygon":
        rings = [polygon[0] for polygon in district.boundary["coordinates"]]
    if rings:
        return [(point[0], point[1]) for point in max(rings, key=len)]
    radius = 0.006  # degrees
    angles = [math.radians(60 * side) for side in range(6)]
    return [(district.longitude + radius * math.cos(a) * 1.5, district.latitude + radius * math.sin(a)) for a in angles]


def _thinned(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept = points[:1]
    for point in points[1:]:
        if math.dist(point, kept[-1]) >= STEP:
            kept.append(point)
    return kept
