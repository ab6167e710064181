"""The back office of the Night: files of sectors and headquarters, looked at before they are written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.night.editions.views import edition_for
from events.night.models import SectorImport
from events.night.permissions import can_organise, visible_imports
from events.night.sectors import charting, importing
from events.night.sectors.boundaries import Fault
from events.night.sectors.comparing_files import Plan
from events.night.sectors.forms import ImportForm
from events.night.sectors.reading_files import FileRefused
from events.organise_views import OrganiserRequest, office_page
from events.scheduling import ChangeRefused
from volunteers import previewing, sentences
from volunteers.methods import require_form

PAGE = 60
MOST_FAULTS = 40  # that are said one by one


def import_for(request: OrganiserRequest, pk: int) -> SectorImport:
    """The file, if this person may see it (404) and decide on it (403)."""
    rows = visible_imports(request.user).select_related("edition__network", "created_by", "ended_by")
    sent: SectorImport = get_object_or_404(rows, pk=pk)
    if not can_organise(request.user, sent.edition):
        raise PermissionDenied
    return sent


@office_page
@require_form
def import_new(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Sends a file in."""
    night = edition_for(request, edition, to_change=True)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, asked = form.cleaned_data["file"], form.cleaned_data
        try:
            sent = importing.submit(
                upload.read(),
                name=upload.name,
                edition=night,
                what=asked["what"],
                replaces=asked["replaces"],
                by=request.user,
            )
        except FileRefused as refusal:
            form.add_error("file", sentences.in_words(sentences.of(refusal)))
        else:
            return redirect("organise-night:import", pk=sent.pk)
    context = {"form": form, "heading": _("Import sectors or headquarters"), "edition": night}
    return render(request, "organise/night/import_new.html", context)


@office_page
@require_safe
def import_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """What the file would change, row by row and on a map; or what became of it."""
    sent = import_for(request, pk)
    context: dict[str, Any] = {"sent": sent, "edition": sent.edition, "heading": sent.name}
    if sent.state == SectorImport.State.READY:
        plan, remarks = importing.plan_of(sent, edition=sent.edition, by=request.user)
        page = Paginator(previewing.in_order(plan.lines), PAGE).get_page(request.GET.get("page"))
        context |= {
            "plan": plan,
            "remarks": [sentences.in_words(remark) for remark in remarks],
            "faults": [_fault_in_words(fault) for fault in plan.faults[:MOST_FAULTS]],
            "more_faults": max(0, len(plan.faults) - MOST_FAULTS),
            "page_obj": page,
            "rows": [previewing.line_in_words(line) for line in page],
            "gone": [sector.code for sector in plan.gone],
            "chart": _chart(plan),
        }
    return render(request, "organise/night/import.html", context)


@office_page
@require_POST
def import_confirm(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Has the file written, all of it."""
    sent = import_for(request, pk)
    digest, despite = request.POST.get("digest", ""), "despite" in request.POST
    try:
        done = importing.confirm(sent, digest=digest, despite=despite, by=request.user)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("organise-night:import", pk=sent.pk)
    said = _("Written: %(created)d added, %(changed)d changed, %(removed)d removed.")
    messages.success(request, said % {"created": done.created, "changed": done.changed, "removed": done.removed})
    return redirect("organise-night:edition", pk=sent.edition_id)


@office_page
@require_POST
def import_cancel(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Gives the file up."""
    sent = import_for(request, pk)
    try:
        importing.give_up(sent, by=request.user)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file is given up. Nothing was written."))
    return redirect("organise-night:edition", pk=sent.edition_id)


def _fault_in_words(fault: Fault) -> dict[str, Any]:
    sentence = fault.sentence
    if isinstance(sentence, list):
        numbers = {name: _number(value) for name, value in sentence[1].items()}
        sentence = [sentence[0], numbers]
    return {"words": sentences.in_words(sentence), "at": fault.at}


def _number(value: Any) -> Any:
    """A number as the reader writes it."""
    return number_format(value, force_grouping=True) if isinstance(value, int) else value


def _chart(plan: Plan) -> charting.Chart | None:
    """The ground as it would be: new in full colour, changed outlined, what stays pale, what goes dashed."""
    marks = {sector.code: "same" for sector in plan.kept} | {sector.code: "gone" for sector in plan.gone}
    marks |= {sector.code: "here" for sector, *_tags in plan.changed}
    new = [sector for sector, *_tags in (*plan.sectors, *plan.changed)]
    districts = [district for district, _site in plan.sites]
    for district, boundary in plan.outlines:
        district.boundary = boundary
        if district not in districts:
            districts.append(district)
    return charting.chart(
        [*plan.gone, *plan.kept, *new],
        districts=districts,
        marks=marks,
        faults=[fault.ground for fault in plan.faults[:MOST_FAULTS]],
    )
