"""Outlines for districts of which only the centre is known.

Each district gets the part of the city that lies nearer to its centre than to any other (its Voronoi cell), found by
cutting the city's outline, a convex polygon, along the line halfway to every other centre. Neighbours share their
vertices exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Point = tuple[float, float]

KM_PER_DEGREE = 111.32  # of latitude; of longitude too, at the equator
SNAP_KM = 0.001  # vertices nearer than a metre are one
# Half the width and half the height of the city in km, and its centre: a rounded box, flatter than an ellipse.
OUTLINE_CENTRE = (48.8590, 2.3420)
OUTLINE_HALF_KM = (8.6, 4.9)


def outline(points: int = 72) -> list[Point]:
    """The city's edge as (x, y) in km around its centre, counter-clockwise: a superellipse of exponent 2.3."""
    across, up = OUTLINE_HALF_KM
    edge = []
    for step in range(points):
        angle = 2 * math.pi * step / points
        cosine, sine = math.cos(angle), math.sin(angle)
        x = across * math.copysign(abs(cosine) ** (2 / 2.3), cosine)
        y = up * math.copysign(abs(sine) ** (2 / 2.3), sine)
        edge.append((x, y))
    return edge


def keep_nearer(polygon: Sequence[Point], to: Point, than: Point) -> list[Point]:
    """The part of a convex polygon that is nearer to one point than to the other (Sutherland-Hodgman, one plane)."""
    normal = (than[0] - to[0], than[1] - to[1])
    middle = ((than[0] + to[0]) / 2, (than[1] + to[1]) / 2)

    def beyond(point: Point) -> float:
        return (point[0] - middle[0]) * normal[0] + (point[1] - middle[1]) * normal[1]

    kept = []
    for here, there in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        side, next_side = beyond(here), beyond(there)
        if side <= 0:
            kept.append(here)
        if (side < 0 < next_side) or (next_side < 0 < side):
            share = side / (side - next_side)
            kept.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
    return kept


def boundaries(centres: Mapping[str, Point]) -> dict[str, dict[str, object]]:
    """A GeoJSON Polygon (RFC 7946, counter-clockwise) a code; ``centres`` are (latitude, longitude) in degrees."""
    latitude, longitude = OUTLINE_CENTRE
    per_degree = (KM_PER_DEGREE * math.cos(math.radians(latitude)), KM_PER_DEGREE)
    flat = {
        code: ((lon - longitude) * per_degree[0], (lat - latitude) * per_degree[1])
        for code, (lat, lon) in centres.items()
    }
    shared: dict[tuple[int, int], list[float]] = {}
    polygons: dict[str, dict[str, object]] = {}
    for code, centre in flat.items():
        cell = outline()
        for other in flat.values():
            if other != centre:
                cell = keep_nearer(cell, centre, other)
        ring: list[list[float]] = []
        for x, y in cell:
            place = [round(longitude + x / per_degree[0], 6), round(latitude + y / per_degree[1], 6)]
            vertex = snapped(shared, (x, y), place)
            if not ring or ring[-1] != vertex:
                ring.append(vertex)
        if ring[0] != ring[-1]:
            ring.append(ring[0])
        polygons[code] = {"type": "Polygon", "coordinates": [ring]}
    return polygons


def snapped(shared: dict[tuple[int, int], list[float]], point: Point, place: list[float]) -> list[float]:
    """The vertex that an earlier cell gave this point, or else this one, remembered."""
    column, row = round(point[0] / SNAP_KM), round(point[1] / SNAP_KM)
    for near in ((column + dx, row + dy) for dx in (0, -1, 1) for dy in (0, -1, 1)):
        if near in shared:
            return shared[near]
    shared[column, row] = place
    return place
