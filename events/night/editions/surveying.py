"""What the organisers' pages show of an edition, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from events.night.board.team_states import Staffing, Team, TeamState
from events.night.models import Headquarters, PlaceKind, Sector, SectorTag
from events.night.models.headquarters import HeadquartersQuerySet
from events.night.models.sectors import SectorQuerySet
from events.night.sectors.charting import Chart, Shade, chart
from volunteers.models import District

# Told apart without seeing red from green; the words stand beside them everywhere.
COLOURS = {
    TeamState.EMPTY: PlaceKind.Colour.SLATE,
    TeamState.LEADERLESS: PlaceKind.Colour.RED,
    TeamState.SHORT: PlaceKind.Colour.OLIVE,
    TeamState.CROWDED: PlaceKind.Colour.PLUM,
    TeamState.GOES: PlaceKind.Colour.TEAL,
    Staffing.NONE: PlaceKind.Colour.SLATE,
    Staffing.BELOW: PlaceKind.Colour.RED,
    Staffing.ENOUGH: PlaceKind.Colour.OLIVE,
    Staffing.TARGET: PlaceKind.Colour.TEAL,
    Staffing.ABOVE: PlaceKind.Colour.PLUM,
}


@dataclass(frozen=True)
class Totals:
    """Of the headquarters shown. ``wanted``: people in teams, each at its target."""

    headquarters: int = 0
    sectors: int = 0
    seats: int = 0
    wanted: int = 0


@dataclass(frozen=True)
class Row:
    """One headquarters; ``coordinators`` are names."""

    headquarters: Headquarters
    coordinators: list[str]
    is_short: bool
    """Do its teams want more people than may be sent there?"""


@dataclass(frozen=True)
class Survey:
    rows: list[Row] = field(default_factory=list)
    totals: Totals = Totals()


def survey(headquarters: HeadquartersQuerySet) -> Survey:
    """Those headquarters and their sum. Two queries."""
    found = headquarters.select_related("district", "slot__venue").with_sizes()
    found = found.prefetch_related("slot__people_in_charge").order_by("district__code")
    rows = []
    for one in found:
        names = [user.get_full_name() or user.email for user in one.slot.people_in_charge.all()]
        room = min(one.quota or one.slot.capacity, one.slot.capacity)
        rows.append(Row(one, sorted(names), is_short=one.wanted > room))  # type: ignore[attr-defined]
    return Survey(
        rows,
        Totals(
            headquarters=len(rows),
            sectors=sum(row.headquarters.sectors_count for row in rows),  # type: ignore[attr-defined]
            seats=sum(row.headquarters.slot.capacity for row in rows),
            wanted=sum(row.headquarters.wanted for row in rows),  # type: ignore[attr-defined]
        ),
    )


def with_tags(sectors: SectorQuerySet) -> SectorQuerySet:
    """The sectors with all that a row of their table shows."""
    tags = SectorTag.objects.select_related("language", "qualification")
    return sectors.select_related("kind", "headquarters__district").prefetch_related(Prefetch("tags", tags))


def chart_of(survey: Survey, headquarters: QuerySet[Headquarters]) -> Chart | None:
    """The sectors of those headquarters, on their districts. One query."""
    sectors = Sector.objects.filter(headquarters__in=headquarters.order_by().values("pk")).select_related("kind")
    return chart(
        sectors.in_order(),
        districts=[row.headquarters.district for row in survey.rows],
        url_of=sector_url,
        tiled=True,
    )


def chart_around(
    sectors: list[Sector],
    districts: list[District],
    *,
    here: str = "",
    shade_of: Callable[[Sector], Shade] | None = None,
) -> Chart | None:
    """Those sectors on those districts; ``here``: the code of the one that the page is about; ``shade_of``: how they
    are coloured, else by kind of place."""
    marks = {here: "here"}
    return chart(sectors, districts=districts, url_of=sector_url, marks=marks, shade_of=shade_of, tiled=True)


def shades_of(teams: Iterable[Team], *, by: str) -> Callable[[Sector], Shade]:
    """Colours for the state of these teams (``by`` is "state"), or for how full they are ("staffing")."""
    shown: dict[int, Shade] = {}
    for team in teams:
        word = team.staffing if by == "staffing" else team.state
        shown[team.sector.pk] = Shade(COLOURS[word], str(word.label), (list(type(word)).index(word), ""))
    return lambda sector: shown[sector.pk]


def sector_url(sector: Sector) -> str:
    return reverse("organise-night:sector", args=[sector.pk])
