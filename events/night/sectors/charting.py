"""Sectors drawn as cells, coloured by their kind of place or by what else is asked, in a view box of their own
proportions.

Whoever shows it gives the same in a table (templates/organise/night/_chart.html).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from events.night.models import Sector
from events.night.sectors.tiling import Tile, tiles_of
from volunteers.drawing import WIDTH, Drawing, fit, thinned
from volunteers.models import District
from volunteers.models.outlines import polygons
from volunteers.points import Point

FEW = 30  # sectors at most whose codes are written large
MANY = 150  # from so many on, districts are named rather than sectors
LARGE, SMALL = 130, 70  # units of the drawing: in a narrower cell a code so large would run over the edge


@dataclass(frozen=True)
class Area:
    """One sector as it is drawn; ``mark`` names what is to be seen of it besides (new, changed, gone...)."""

    code: str
    name: str
    path: str
    x: int
    y: int
    colour: str
    shows_code: bool
    url: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Shade:
    """A colour of sectors (``PlaceKind.Colour``) and what it says in words; ``order`` is its place in the legend."""

    colour: str
    name: str
    order: tuple[int, str] = (0, "")


@dataclass(frozen=True)
class Legend:
    """A shade, and how many of the sectors drawn have it."""

    shade: Shade
    count: int


@dataclass(frozen=True)
class Chart:
    """``edges``: outlines of districts, beneath; ``faults``: pieces of ground that something is wrong with, on top."""

    view_box: str
    areas: list[Area]
    tiles: list[Tile] = field(default_factory=list)
    """Pictures of the ground beneath, where a setting says from where; ``credit``: whose they are."""
    credit: str = ""
    ground: Drawing | None = None
    """What puts points of the ground among them, for whoever draws on it."""
    is_large: bool = False
    """Are the codes written large?"""
    edges: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    legend: list[Legend] = field(default_factory=list)
    names: list[tuple[str, int, int]] = field(default_factory=list)
    """Of the districts, where there are too many sectors to name: what, and where."""


def chart(
    sectors: Iterable[Sector],
    *,
    districts: Iterable[District] = (),
    url_of: Callable[[Sector], str] = lambda sector: "",
    marks: dict[str, str] | None = None,
    faults: Sequence[dict[str, Any]] = (),
    shade_of: Callable[[Sector], Shade] | None = None,
    tiled: bool = False,
) -> Chart | None:
    """The sectors that have a boundary, and the outlines of the districts; None when there is nothing to draw.

    Takes ``sector.kind`` as it is: select it beforehand. ``marks`` by code; ``shade_of``: else by kind of place;
    ``tiled``: on pictures of the ground, for pages that allow them (events.night.sectors.tiling). No query.
    """
    shade_of = shade_of or kind_shade
    sectors = list(sectors)
    drawn = [sector for sector in sectors if polygons(sector.boundary)]
    edged = [district for district in districts if polygons(district.boundary)]
    shapes = [_points(sector.boundary) for sector in drawn] + [_points(district.boundary) for district in edged]
    if not shapes:
        return None
    drawing = fit(shapes)
    marks = marks or {}
    drawn.sort(key=lambda sector: marks.get(sector.code) == "here")  # last, so that nothing covers its edge
    staying = sum(marks.get(sector.code) != "gone" for sector in drawn)
    few, many = staying <= FEW, staying >= MANY
    wide = WIDTH if many else LARGE if few else SMALL
    counts = Counter(shade_of(sector) for sector in sectors)
    return Chart(
        view_box=drawing.view_box,
        ground=drawing,
        tiles=tiles_of(drawing) if tiled else [],
        credit=settings.MAP_TILES_CREDIT,
        areas=[
            _area(drawing, sector, shade_of(sector), url_of(sector), marks.get(sector.code, ""), wide=wide)
            for sector in drawn
        ],
        names=[_named(drawing, district) for district in edged] if many else [],
        is_large=few,
        edges=[_path(drawing, district.boundary) for district in edged],
        faults=[_path(drawing, shape) for shape in faults],
        legend=[Legend(shade, counts[shade]) for shade in sorted(counts, key=lambda shade: shade.order)],
    )


def kind_shade(sector: Sector) -> Shade:
    kind = sector.kind
    return Shade(kind.colour, str(kind), (kind.position, kind.slug))


def _area(drawing: Drawing, sector: Sector, shade: Shade, url: str, mark: str, *, wide: int) -> Area:
    ring = max((_placed(drawing, rings[0]) for rings in polygons(sector.boundary)), key=len)
    columns = [x for x, _y in ring]
    x, y = middle_of(ring)
    return Area(
        code=sector.code,
        name=shade.name,
        path=_path(drawing, sector.boundary),
        x=x,
        y=y,
        colour=shade.colour,
        shows_code=mark != "gone" and max(columns) - min(columns) >= wide,
        url=url,
        mark=mark,
    )


def _named(drawing: Drawing, district: District) -> tuple[str, int, int]:
    ring = max((_placed(drawing, rings[0]) for rings in polygons(district.boundary)), key=len)
    return (district.code.lstrip("0"), *middle_of(ring))


def _path(drawing: Drawing, boundary: dict[str, Any]) -> str:
    """What SVG draws of it, holes included (with the fill rule "evenodd")."""
    rings = [_placed(drawing, ring) for shape in polygons(boundary) for ring in shape]
    return "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)


def _placed(drawing: Drawing, ring: Sequence[Any]) -> list[tuple[int, int]]:
    return thinned([drawing.place(Point(latitude, longitude)) for longitude, latitude, *_ in ring])


def _points(boundary: dict[str, Any]) -> list[Point]:
    return [Point(y, x) for shape in polygons(boundary) for x, y, *_ in shape[0]]


def middle_of(ring: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """The centre of gravity of a ring; of one without area, its first point."""
    doubled = across = down = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled, across, down = doubled + cross, across + (x1 + x2) * cross, down + (y1 + y2) * cross
    x, y = (across / (3 * doubled), down / (3 * doubled)) if doubled else ring[0]
    return round(x), round(y)
