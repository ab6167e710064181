"""The city drawn as cells: each district, lit where a session waits for people soon."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone

from events.models import Slot
from trainings.models import Session
from volunteers import drawing
from volunteers.drawing import Cell

SOON = dt.timedelta(days=21)


class CityMap(NamedTuple):
    """All the districts, in a view box of their own proportions."""

    cells: list[Cell]
    view_box: str

    @property
    def lit(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.lit]


def city_map() -> CityMap:
    """The districts and how many sessions with a place left each has soon. One query; the drawing is kept a minute."""
    drawn = drawing.city()
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
        outline.cell(
            lit=outline.code in counts,
            count=counts.get(outline.code, 0),
            url=f"{address}?district={outline.code}" if outline.code in counts else "",
        )
        for outline in drawn.outlines
    ]
    return CityMap(cells, drawn.view_box)
