"""Boundaries as GeoJSON (RFC 7946), read whatever was typed: what is no sound area is left out."""

from __future__ import annotations

import itertools
import math
from typing import Any

Ring = list[tuple[float, float]]  # longitude, latitude
FEWEST = 4  # positions of a ring, of which the last is the first again


def polygons(boundary: Any) -> list[list[Ring]]:
    """The sound polygons of a Polygon or MultiPolygon, each as its rings: the outer one, then its holes.

    One of which any ring is not sound is left out whole: what lies in it is not known.
    """
    if not isinstance(boundary, dict):
        return []
    coordinates = boundary.get("coordinates")
    found = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(boundary.get("type")))
    if not isinstance(found, list):
        return []
    read = [[_ring(ring) for ring in rings] for rings in found if isinstance(rings, list) and rings]
    return [[ring for ring in rings if ring] for rings in read if all(rings)]


def is_sound(boundary: Any) -> bool:
    """Is it empty (not known), or nothing but sound areas?"""
    if boundary == {}:
        return True
    areas = polygons(boundary)
    if not areas:
        return False
    return boundary["type"] == "Polygon" or len(areas) == len(boundary["coordinates"])


def _ring(ring: Any) -> Ring | None:
    """Its positions without heights; None for what is no ring on the earth, or one without an area."""
    if not isinstance(ring, list) or len(ring) < FEWEST:
        return None
    found = [_position(position) for position in ring]
    positions = [position for position in found if position is not None]
    if len(positions) < len(ring) or positions[0] != positions[-1]:
        return None
    sides = itertools.pairwise(positions)
    return positions if sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in sides) else None


def _position(position: Any) -> tuple[float, float] | None:
    if not isinstance(position, list) or len(position) < 2:
        return None
    longitude, latitude = position[:2]
    if not (_is_degrees(longitude, 180) and _is_degrees(latitude, 90)):
        return None
    return float(longitude), float(latitude)


def _is_degrees(value: Any, most: int) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and abs(value) <= most
