"""The back office of calls: one's networks' calls, a call prepared, changed and published."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.organise_views import OrganiserRequest, office_page
from ideas import calling, reports, waiting
from ideas.calling import IdeaRefused, phases_of_quarter
from ideas.models import Call
from ideas.organise_call_forms import CallForm
from volunteers.methods import require_form
from volunteers.permissions import is_organiser

PAGE = 50


@office_page
@require_safe
def call_list(request: OrganiserRequest) -> HttpResponse:
    """The calls of one's networks: drafts, then those with ideas that wait, the longest first, then the others."""
    if not is_organiser(request.user):
        raise PermissionDenied
    calls = waiting.with_waiting(Call.objects.organised_by(request.user))
    calls = calls.select_related("network", "responsible").prefetch_related("phases")
    order = (F("published_at").asc(nulls_first=True), "-pk")
    page = Paginator(calls.order_by(F("oldest").asc(nulls_last=True), *order), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"call": call, "standing": reports.standing(call), "words": waiting.words_for(call), "late": _is_late(call)}
        for call in page
    ]
    return render(request, "organise/ideas/list.html", {"rows": rows, "page_obj": page})


@office_page
@require_form
def call_edit(request: OrganiserRequest, pk: int | None = None) -> HttpResponse:
    """A new call (without ``pk``), or changes to one. The button "fill" shows the quarter's dates and saves nothing."""
    if not is_organiser(request.user):
        raise PermissionDenied
    with transaction.atomic():
        calls = Call.objects.organised_by(request.user)
        call = get_object_or_404(_held(calls) if request.method == "POST" else calls, pk=pk) if pk else Call()
        if request.method == "POST" and "fill" in request.POST:
            form = _filled(request, call)
        else:
            form = CallForm(request.POST or None, instance=call, user=request.user, initial=_next_quarter(call))
        if form.is_bound and form.is_valid():
            try:
                saved = calling.prepare(form.instance, phases=form.phases(), by=request.user)
            except IdeaRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                said = _("Saved.") if pk else _("The call is a draft: publish it when it is ready.")
                messages.success(request, said)
                return redirect("organise-ideas:desk", pk=saved.pk)
    context = {"form": form, "call": call if pk else None}
    return render(request, "organise/ideas/call.html", context)


@office_page
@require_POST
def call_publish(request: OrganiserRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Call.objects.organised_by(request.user), pk=pk)
    try:
        calling.publish(call, by=request.user)
    except IdeaRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is published: people can read it, and propose on the day it opens."))
    return redirect("organise-ideas:desk", pk=call.pk)


def _held(calls: QuerySet[Call]) -> QuerySet[Call]:
    return calls.select_for_update(no_key=True, of=("self",))


def _next_quarter(call: Call) -> dict[str, object]:
    """What a new call begins with: the quarter that comes, and its dates."""
    if call.pk:
        return {}
    today = timezone.localdate()
    quarter = (today.month + 2) // 3 % 4 + 1
    year = today.year + (quarter == 1)
    shown: dict[str, object] = {"year": year, "quarter": quarter}
    for kind, (begins, ends) in phases_of_quarter(year, quarter, vote=True).items():
        shown |= {f"{kind}_from": begins, f"{kind}_to": ends}
    return shown


def _filled(request: OrganiserRequest, call: Call) -> CallForm:
    """The form as it was typed, but for the dates, which are those of its quarter."""
    typed = request.POST.dict()
    form = CallForm(instance=call, user=request.user, initial=typed)
    form.initial["seen"] = typed.get("seen", "")  # what was read stays what was read
    year, quarter = typed.get("year", ""), typed.get("quarter", "")
    if year.isdecimal() and 2000 <= int(year) <= 2999 and quarter in ("1", "2", "3", "4"):
        form.filled(int(year), int(quarter))
    else:
        messages.error(request, _("Choose the year and the quarter first."))
    return form


def _is_late(call: Call) -> bool:
    left = waiting.days_left(call)
    return bool(call.waiting) and left is not None and left < 0  # type: ignore[attr-defined]
