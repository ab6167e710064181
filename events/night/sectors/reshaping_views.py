"""The back office of the Night: a sector cut in two, or drawn anew, looked at before it is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from events.night.models import Sector
from events.night.sectors import charting, reshaping
from events.night.sectors.charting import Chart
from events.night.sectors.forms import CutForm, DrawForm
from events.night.sectors.views import sector_for
from events.organise_views import OrganiserRequest, office_page
from events.scheduling import ChangeRefused
from volunteers import sentences
from volunteers.drawing import MARGIN
from volunteers.methods import require_form


@office_page
@require_form
def sector_cut(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A line is drawn, the two parts are looked at, then the sector is cut."""
    sector = sector_for(request, pk, to_organise=True)
    form = CutForm(request.POST or None, sector=sector, initial={"code": reshaping.next_code(sector)})
    is_sound = request.method == "POST" and form.is_valid() and "back" not in request.POST
    if is_sound and "confirmed" in request.POST:
        asked = form.cleaned_data
        try:
            reshaping.cut(sector, line=asked["path"], code=asked["code"], by=request.user)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
            is_sound = False
        else:
            messages.success(request, _("The sector is cut in two."))
            return redirect("organise-night:headquarters", pk=sector.headquarters_id)
    codes = [sector.code, form.cleaned_data["code"]] if is_sound else []
    return _page(request, sector, form, codes=codes, heading=_("Cut sector %(code)s in two"))


@office_page
@require_form
def sector_draw(request: OrganiserRequest, pk: int) -> HttpResponse:
    """An outline is drawn and looked at, then it is the sector's."""
    sector = sector_for(request, pk, to_organise=True)
    form = DrawForm(request.POST or None, sector=sector)
    is_sound = request.method == "POST" and form.is_valid() and "back" not in request.POST
    if is_sound and "confirmed" in request.POST:
        try:
            reshaping.redraw(sector, boundary=form.parts[0], by=request.user)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
            is_sound = False
        else:
            messages.success(request, _("The sector has its new outline."))
            return redirect("organise-night:headquarters", pk=sector.headquarters_id)
    codes = [sector.code] if is_sound else []
    return _page(request, sector, form, codes=codes, heading=_("Draw sector %(code)s"))


def _page(
    request: OrganiserRequest, sector: Sector, form: CutForm | DrawForm, *, codes: list[str], heading: str
) -> HttpResponse:
    """``codes``: of the parts that are shown to be confirmed; none while one draws."""
    faults = reshaping.faults_with(sector, form.parts[0]) if len(codes) == 1 else []
    context = {
        "form": form,
        "heading": heading % {"code": sector.code},
        "edition": sector.edition,
        "headquarters": sector.headquarters,
        "sector": sector,
        "to_confirm": bool(codes),
        "is_closed": isinstance(form, DrawForm),
        "faults": [sentences.in_words(fault.sentence) for fault in faults],
        "chart": _chart(sector, dict(zip(codes, form.parts, strict=True)) if codes else {}),
        "margin": MARGIN,
    }
    return render(request, "organise/night/reshape.html", context)


def _chart(sector: Sector, parts: dict[str, dict[str, object]]) -> Chart | None:
    """The sectors of the headquarters, with these parts instead of this one's ground."""
    around = list(sector.headquarters.sectors.exclude(pk=sector.pk).select_related("kind").in_order())
    here = [Sector(code=code, kind=sector.kind, boundary=boundary) for code, boundary in parts.items()] or [sector]
    marks = {one.code: "same" for one in around} | {one.code: "here" for one in here}
    return charting.chart([*around, *here], districts=[sector.headquarters.district], marks=marks)
