"""What the public sees of an edition: whether one may sign up, and the places left by headquarters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.utils import timezone

from events.night.editions import opening
from events.night.models import Edition
from events.night.sign_up.placing import Place, places_of
from volunteers import drawing
from volunteers.drawing import Cell


class Stage(models.TextChoices):
    """How far an edition has come, for somebody who would like to take part."""

    BEFORE = "before"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    AFTER = "after"


@dataclass(frozen=True)
class Showing:
    """An edition with its headquarters, as they are at this moment."""

    edition: Edition
    places: list[Place]

    @property
    def stage(self) -> Stage:
        if self.edition.ends_at <= timezone.now():
            return Stage.AFTER
        if opening.opens_later(self.edition):
            return Stage.BEFORE
        if not self.edition.is_open():
            return Stage.CLOSED
        return Stage.OPEN if self.left else Stage.FULL

    @cached_property
    def left(self) -> int:
        return sum(place.left for place in self.places)

    @cached_property
    def most(self) -> int:
        return sum(place.most for place in self.places)

    @cached_property
    def waiting(self) -> int:
        return sum(place.waiting for place in self.places)

    @property
    def cells(self) -> list[Cell]:
        """The districts, those lit whose headquarters has places left."""
        left = {place.headquarters.district.code: place.left for place in self.places}
        return [
            outline.cell(lit=bool(left.get(outline.code)), count=left.get(outline.code))
            for outline in drawing.city().outlines
        ]

    @property
    def view_box(self) -> str:
        return drawing.city().view_box


def show(edition: Edition) -> Showing:
    """Reads it in one query; the drawing is kept a minute."""
    return Showing(edition, places_of(edition))
