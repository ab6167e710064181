"""The map of one sector among its neighbours, black on white, for a sheet that is read at night and copied twice.

An SVG in tenths of a millimetre. The sector is white within a thick line; around it everything is grey. North is up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from events.night.models import Sector
from events.night.sectors.charting import middle_of
from events.night.sign_up.placing import METRES_A_DEGREE
from volunteers.models.outlines import polygons

WIDTH, HEIGHT = 1780, 1120  # tenths of a millimetre
AROUND = 150  # of the neighbours that are seen on each side
LARGEST_SCALE = 4.0  # tenths of a millimetre for a metre: 1:2,500, for a car park
STEP = 3  # two points of an outline that are nearer are one
BAR = 420  # the longest scale bar
LENGTHS = (2000, 1000, 500, 200, 100, 50, 20, 10)  # metres

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Ground:
    """A sector's outlines in degrees (longitude, latitude), outer rings first, and the box that holds them."""

    code: str
    shapes: list[list[Ring]]
    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of the box's."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2


def ground_of(sector: Sector) -> Ground | None:
    """None of a sector without a boundary."""
    shapes = polygons(sector.boundary)
    if not shapes:
        return None
    points = [point for rings in shapes for point in rings[0]]
    longitudes, latitudes = [x for x, _y in points], [y for _x, y in points]
    return Ground(sector.code, shapes, min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def draw(here: Ground, around: Iterable[Ground]) -> str:
    """The sector and those of the others that can be seen beside it."""
    sheet = _Sheet(here)
    beside = [other for other in around if other.code != here.code and sheet.shows(other)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<clipPath id="sheet"><path d="M0 0H{WIDTH}V{HEIGHT}H0Z"/></clipPath><g clip-path="url(#sheet)">',
        f'<path fill="#d9d9d9" d="M0 0H{WIDTH}V{HEIGHT}H0Z"/>',
        *(f'<path fill="#ededed" stroke="#767676" stroke-width="4" d="{sheet.path(other)}"/>' for other in beside),
        f'<path fill="#fff" fill-rule="evenodd" stroke="#000" stroke-width="14" d="{sheet.path(here)}"/>',
        *(sheet.label(other, 44, "#333") for other in beside),
        sheet.label(here, 96, "#000"),
        f'</g><path fill="none" stroke="#000" stroke-width="6" d="M3 3H{WIDTH - 3}V{HEIGHT - 3}H3Z"/>',
        sheet.bar(),
        _NORTH,
        "</svg>",
    ]
    return "".join(parts)


_FONT = 'font-family="DejaVu Sans Mono" font-weight="bold" text-anchor="middle"'
_NORTH = (
    f'<circle cx="{WIDTH - 90}" cy="90" r="66" fill="#fff" stroke="#000" stroke-width="6"/>'
    f'<path d="M{WIDTH - 90} 34L{WIDTH - 66} 88H{WIDTH - 114}Z"/>'
    f'<text x="{WIDTH - 90}" y="140" font-size="54" {_FONT}>N</text>'
)


class _Sheet:
    """Puts degrees on the sheet, so that the sector fills it with something of its neighbours around."""

    def __init__(self, here: Ground) -> None:
        self.here = here
        self.latitude, self.longitude = here.middle
        self.narrowing = math.cos(math.radians(self.latitude))
        across = max((here.east - here.west) * self.narrowing * METRES_A_DEGREE, 1)
        up = max((here.north - here.south) * METRES_A_DEGREE, 1)
        self.scale = min((WIDTH - 2 * AROUND) / across, (HEIGHT - 2 * AROUND) / up, LARGEST_SCALE)

    def place(self, longitude: float, latitude: float) -> tuple[int, int]:
        metre = self.scale * METRES_A_DEGREE
        return (
            round(WIDTH / 2 + (longitude - self.longitude) * self.narrowing * metre),
            round(HEIGHT / 2 - (latitude - self.latitude) * metre),
        )

    def shows(self, other: Ground) -> bool:
        left, top = self.place(other.west, other.north)
        right, bottom = self.place(other.east, other.south)
        return left < WIDTH and right > 0 and top < HEIGHT and bottom > 0

    def path(self, ground: Ground) -> str:
        rings = (self._ring(ring) for rings in ground.shapes for ring in rings)
        return "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)

    def label(self, ground: Ground, size: int, colour: str) -> str:
        """The code in the middle of what is seen of it; "" where there is no room for it."""
        ring = self._ring(max((rings[0] for rings in ground.shapes), key=len))
        seen = _cut(ring)
        if len(seen) < 3:
            return ""
        columns, rows = [x for x, _y in seen], [y for _x, y in seen]
        half = len(ground.code) * size * 0.31  # a letter of that font is 0.6 of its size wide
        is_narrow = max(columns) - min(columns) < 2 * half or max(rows) - min(rows) < size
        if is_narrow and ground is not self.here:
            return ""
        across, down = middle_of(seen)
        x, y = min(max(across, half + 8), WIDTH - half - 8), min(max(down, size * 0.6), HEIGHT - size * 0.6)
        return (
            f'<text x="{x:.0f}" y="{y + size * 0.36:.0f}" font-size="{size}" fill="{colour}" {_FONT}>'
            f"{escape(ground.code)}</text>"
        )

    def bar(self) -> str:
        """How long so many metres are, at the bottom left."""
        metres = next((length for length in LENGTHS if length * self.scale <= BAR), LENGTHS[-1])
        long, y = round(metres * self.scale), HEIGHT - 46
        return (
            f'<path fill="#fff" d="M24 {y - 78}H{long + 76}V{HEIGHT - 20}H24Z"/>'
            f'<path fill="none" stroke="#000" stroke-width="9" d="M50 {y - 18}V{y}H{50 + long}V{y - 18}"/>'
            f'<text x="{50 + long / 2:.0f}" y="{y - 30}" font-size="44" {_FONT}>{metres} m</text>'
        )

    def _ring(self, ring: Ring) -> list[tuple[int, int]]:
        kept: list[tuple[int, int]] = []
        for point in ring:
            placed = self.place(*point)
            if not kept or math.dist(placed, kept[-1]) >= STEP:
                kept.append(placed)
        return kept


def _cut(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of a ring that is on the sheet (Sutherland-Hodgman)."""
    points: list[tuple[float, float]] = list(ring)
    for axis, limit, sign in ((0, 0, 1), (0, WIDTH, -1), (1, 0, 1), (1, HEIGHT, -1)):
        kept: list[tuple[float, float]] = []
        for here, there in zip(points, [*points[1:], *points[:1]], strict=True):
            inside, next_inside = (sign * (point[axis] - limit) >= 0 for point in (here, there))
            if inside:
                kept.append(here)
            if inside != next_inside:
                share = (limit - here[axis]) / (there[axis] - here[axis])
                kept.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
        points = kept
    return points
