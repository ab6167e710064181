"""The back office of the Night: sectors, in a table and on a map, and one of them."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from events.night.board.team_states import teams_of
from events.night.editions import surveying
from events.night.editions.views import edition_for
from events.night.models import PlaceKind, Sector
from events.night.permissions import can_fill_in, can_organise, visible_headquarters, visible_sectors
from events.night.sectors import zoning
from events.night.sectors.charting import Chart
from events.night.sectors.feeds import features_of
from events.night.sectors.forms import SectorFilter, SectorForm
from events.night.sectors.tiling import with_tiles
from events.organise_views import OrganiserRequest, office_page
from events.scheduling import ChangeRefused
from volunteers.methods import require_form

PAGE = 60
LABELS = {  # of the map, by what its colours say
    "": gettext_lazy("The sectors, each in the colour of its kind of place"),
    "state": gettext_lazy("The sectors, each in the colour of its team's state"),
    "staffing": gettext_lazy("The sectors, each in the colour of how full its team is"),
}


def sector_for(request: OrganiserRequest, pk: int, *, to_organise: bool = False) -> Sector:
    """The sector, if this person may see it (404) and, when asked, organise its edition (403)."""
    rows = visible_sectors(request.user).select_related(
        "edition__network", "headquarters__edition__network", "headquarters__district", "headquarters__slot", "kind"
    )
    sector: Sector = get_object_or_404(rows, pk=pk)
    if to_organise and not can_organise(request.user, sector.edition):
        raise PermissionDenied
    return sector


@with_tiles
@office_page
@require_safe
def sector_list(request: OrganiserRequest, edition: int) -> HttpResponse:
    """The sectors that this person may see, filtered, on a map and in a table."""
    night = edition_for(request, edition)
    headquarters = visible_headquarters(request.user).filter(edition=night).select_related("district")
    form = SectorFilter(request.GET, headquarters=headquarters, kinds=PlaceKind.objects.all())
    sectors = visible_sectors(request.user).filter(edition=night)
    found = form.apply(surveying.with_tags(sectors)).in_order()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    drawn = list(form.apply(sectors.select_related("kind")).in_order())
    asked = form.is_valid() and any(value for name, value in form.cleaned_data.items() if name != "by")
    by = form.cleaned_data["by"] if form.is_valid() else ""
    teams = {team.sector.pk: team for team in teams_of(night, form.apply(sectors))} if by else {}
    shade_of = surveying.shades_of(teams.values(), by=by) if by else None
    for sector in page:
        sector.team = teams.get(sector.pk)  # type: ignore[attr-defined]
    context = {
        "edition": night,
        "organises": can_organise(request.user, night),
        "filter": form,
        "page_obj": page,
        "count": page.paginator.count,
        "asked": asked,
        "shows_teams": bool(by),
        "label": LABELS[by],
        "chart": surveying.chart_around(
            drawn, [one.district for one in headquarters.order_by("district__code")], shade_of=shade_of
        ),
    }
    return render(request, "organise/night/sectors.html", context)


@office_page
@require_safe
def geojson(request: OrganiserRequest, edition: int) -> HttpResponse:
    """The same sectors as a file, which an import reads again."""
    night = edition_for(request, edition)
    sectors = surveying.with_tags(visible_sectors(request.user).filter(edition=night).in_order())
    response = HttpResponse(json.dumps(features_of(sectors)), content_type="application/geo+json")
    response["Content-Disposition"] = 'attachment; filename="sectors.geojson"'
    return response


@with_tiles
@office_page
@require_form
def sector_edit(request: OrganiserRequest, pk: int | None = None, edition: int | None = None) -> HttpResponse:
    """A new sector of an edition (without ``pk``), or changes to one."""
    if pk:
        sector = sector_for(request, pk)
        night = sector.edition
        if not can_fill_in(request.user, sector.headquarters):
            raise PermissionDenied
    else:
        night = edition_for(request, edition or 0, to_change=True)
        sector = Sector(edition=night)
    with transaction.atomic():
        if pk and request.method == "POST":
            Sector.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk").get()
            sector.refresh_from_db()
        form = SectorForm(
            request.POST or None, instance=sector, edition=night, allowed=visible_headquarters(request.user)
        )
        if request.method == "POST" and form.is_valid():
            try:
                kept = zoning.keep_sector(form.save(commit=False), asked=form.asked(), by=request.user)
            except ChangeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect("organise-night:headquarters", pk=kept.headquarters_id)
    context = {
        "form": form,
        "heading": _("Sector %(code)s") % {"code": Sector.objects.get(pk=pk).code} if pk else _("New sector"),
        "edition": night,
        "organises": can_organise(request.user, night),
        "sector": sector if pk else None,
        "headquarters": sector.headquarters if pk else None,
        "chart": _surroundings(sector) if pk else None,
    }
    return render(request, "organise/night/sector.html", context)


@office_page
@require_form
def sector_remove(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks first; the sector is then taken out."""
    sector = sector_for(request, pk, to_organise=True)
    headquarters = sector.headquarters
    if request.method == "POST":
        try:
            zoning.remove_sector(sector, by=request.user)
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The sector is removed."))
        return redirect("organise-night:headquarters", pk=headquarters.pk)
    context = {
        "edition": sector.edition,
        "headquarters": headquarters,
        "sector": sector,
        "heading": _("Remove sector %(code)s") % {"code": sector.code},
        "text": _("Its ground then belongs to no team: give it to the sectors beside it."),
    }
    return render(request, "organise/night/remove.html", context)


def _surroundings(sector: Sector) -> Chart | None:
    """The sector among those of its headquarters."""
    around = list(sector.headquarters.sectors.select_related("kind").in_order())
    return surveying.chart_around(around, [sector.headquarters.district], here=sector.code)
