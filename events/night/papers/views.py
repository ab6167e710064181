"""The back office of the Night: its papers, asked for and had; and what the square on a team's pack opens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.night.editions.preparing import EditionRefused
from events.night.editions.views import edition_for
from events.night.models import PaperFile
from events.night.papers import links, making
from events.night.papers.forms import PaperForm
from events.night.papers.gathering import fingerprints
from events.night.papers.sector_maps import ground_of
from events.night.permissions import can_organise, visible_headquarters, visible_papers
from events.night.sectors.charting import chart
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form
from volunteers.points import Point

CONTENT_TYPES = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def paper_for(request: OrganiserRequest, pk: int) -> PaperFile:
    """The paper, if this person may have it (404)."""
    rows = visible_papers(request.user).select_related("edition__network", "headquarters__district", "asked_by")
    paper: PaperFile = get_object_or_404(rows, pk=pk)
    return paper


@office_page
@require_form
def paper_list(request: OrganiserRequest, edition: int) -> HttpResponse:
    """What was made and is still true, what has changed since, what is under way; asking for more (POST)."""
    night = edition_for(request, edition)
    organises = can_organise(request.user, night)
    headquarters = visible_headquarters(request.user).filter(edition=night).select_related("district")
    headquarters = headquarters.order_by("district__code")
    form = PaperForm(request.POST or None, headquarters=headquarters, organises=organises)
    if request.method == "POST" and form.is_valid():
        try:
            making.ask(night, **form.cleaned_data, by=request.user)
        except EditionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("organise-night:papers", edition=night.pk)
    rows = visible_papers(request.user).filter(edition=night).select_related("headquarters__district", "asked_by")
    marks = fingerprints(night) if rows else {}
    shown = [
        {"paper": row, "is_old": bool(row.file) and row.fingerprint != marks.get(row.headquarters_id)} for row in rows
    ]
    context = {
        "edition": night,
        "heading": _("Papers"),
        "form": form,
        "rows": shown,
        "under_way": any(row.is_under_way for row in rows),
    }
    return render(request, "organise/night/papers.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@login_required
def paper_download(request: OrganiserRequest, pk: int) -> HttpResponseBase:
    """The file, named after the night and the headquarters, and after nobody."""
    row = paper_for(request, pk)
    try:
        content = row.file.open("rb") if row.file else None
    except FileNotFoundError:
        content = None
    if content is None:
        raise Http404
    place = slugify(row.headquarters.district.code) if row.headquarters else ""
    name = "-".join(filter(None, [row.what, row.edition.night_on.isoformat(), place, row.language]))
    return FileResponse(
        content, as_attachment=True, filename=f"{name}.{row.ending}", content_type=CONTENT_TYPES[row.ending]
    )


@office_page
@require_POST
def paper_again(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Has the same paper made anew."""
    row = paper_for(request, pk)
    try:
        making.ask(row.edition, what=row.what, headquarters=row.headquarters, language=row.language, by=request.user)
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise-night:papers", edition=row.edition_id)


@office_page
@require_POST
def paper_delete(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Lets go of a paper."""
    row = paper_for(request, pk)
    making.delete(row, by=request.user)
    messages.success(request, _("Deleted."))
    return redirect("organise-night:papers", edition=row.edition_id)


@never_cache
@require_safe
def team(request: HttpRequest, token: str) -> HttpResponse:
    """What the square on a pack opens: the sector's map and notes, and nobody's name. 404, in words, afterwards."""
    sector = links.sector_of(token)
    if sector is None:
        return render(request, "night/team_gone.html", status=404)
    around = list(sector.headquarters.sectors.select_related("kind").in_order())
    ground = ground_of(sector)
    context: dict[str, Any] = {
        "sector": sector,
        "headquarters": sector.headquarters,
        "edition": sector.edition,
        "slot": sector.headquarters.slot,
        "chart": chart(around, districts=[sector.headquarters.district], marks={sector.code: "here"}),
        "middle": Point(*ground.middle) if ground else None,
    }
    return render(request, "night/team.html", context)
