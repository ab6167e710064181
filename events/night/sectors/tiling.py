"""Pictures of the ground beneath a chart of sectors, asked by the reader's browser from a server of tiles.

None unless the setting MAP_TILES gives an address: no page of ours asks anything from elsewhere otherwise. Tiles are
cut in Mercator's projection and charts are drawn in another one; in a city the two differ by less than a line's width.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.response import HttpResponseBase

from volunteers.drawing import MARGIN, WIDTH, Drawing
from volunteers.points import Point

LARGEST = 260  # units of the drawing for a tile, so that letters on it can be read
DEEPEST = 18


@dataclass(frozen=True)
class Tile:
    """Its address, and where it lies in the drawing."""

    url: str
    x: int
    y: int
    width: int
    height: int


def tiles_of(drawing: Drawing) -> list[Tile]:
    """Those that cover the drawing; none without the setting."""
    if not settings.MAP_TILES:
        return []
    depth = min(DEEPEST, max(0, math.ceil(math.log2(360 * drawing.across / LARGEST))))
    west, east = (drawing.west + (x - MARGIN) / drawing.across for x in (0, WIDTH))
    north, south = (drawing.north - (y - MARGIN) / drawing.down for y in (0, drawing.height))
    (left, top), (right, bottom) = _number(north, west, depth), _number(south, east, depth)
    return [_tile(drawing, x, y, depth) for y in range(top, bottom + 1) for x in range(left, right + 1)]


def with_tiles(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a view whose page may show tiles: its browser may ask that server for pictures, where there is one."""

    @wraps(view)
    def allowed(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = view(*args, **kwargs)
        if settings.MAP_TILES:
            address = urlsplit(settings.MAP_TILES)
            response._csp_update = {"img-src": [f"{address.scheme}://{address.netloc}"]}
        return response

    return allowed


def _tile(drawing: Drawing, x: int, y: int, depth: int) -> Tile:
    left, top = drawing.place(Point(*_corner(x, y, depth)))
    right, bottom = drawing.place(Point(*_corner(x + 1, y + 1, depth)))
    url = settings.MAP_TILES.replace("{z}", str(depth)).replace("{x}", str(x)).replace("{y}", str(y))
    return Tile(url, left, top, right - left, bottom - top)


def _number(latitude: float, longitude: float, depth: int) -> tuple[int, int]:
    """Which tile a point is on, from the north-west (https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames)."""
    many = 2**depth
    row = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return math.floor((longitude + 180) / 360 * many), math.floor(row * many)


def _corner(x: int, y: int, depth: int) -> tuple[float, float]:
    """Latitude and longitude of a tile's north-western corner."""
    many = 2**depth
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / many)))), x / many * 360 - 180
