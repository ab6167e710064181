"""Where a call is about: its point among the city's cells, for its page and for the form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ideas.models import Call
from volunteers import drawing
from volunteers.drawing import Cell, Drawing
from volunteers.models import District
from volunteers.points import Point


@dataclass(frozen=True)
class Where:
    """The words, and the map with its point (templates/components/map_cells.html); no cells: no map."""

    place: str
    district: District | None
    point: Point | None
    cells: list[Cell]
    drawing: Drawing | None = None

    @property
    def view_box(self) -> str:
        return self.drawing.view_box if self.drawing else ""

    @property
    def spot(self) -> tuple[int, int] | None:
        """Where the point is drawn; None for one off the drawing."""
        if self.drawing is None or self.point is None:
            return None
        x, y = self.drawing.place(self.point)
        return (x, y) if 0 <= x <= drawing.WIDTH and 0 <= y <= self.drawing.height else None

    @property
    def margin(self) -> int:
        return drawing.MARGIN


def where_of(call: Call) -> Where | None:
    """What the call's page shows: nothing for a call about no place; a map for one with a point in or near the city."""
    if call.point:
        found = on_map(call.point, place=call.place, district=call.district)
        return found if found.spot else replace(found, cells=[])
    return Where(call.place, None, None, []) if call.place else None


def on_map(point: Point | None, *, place: str = "", district: District | None = None) -> Where:
    """All districts, that one lit. The drawing is kept a minute."""
    drawn = drawing.city()
    cells = [outline.cell(lit=district is not None and outline.code == district.code) for outline in drawn.outlines]
    return Where(place, district, point, cells, drawn)
