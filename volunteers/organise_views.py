"""The back office of volunteers: the people of my networks, and the lists sent in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from tablib import Dataset

from volunteers import importing, leasing, previewing, sentences
from volunteers.filters import VolunteerFilter
from volunteers.importing import ImportRefused
from volunteers.methods import require_form
from volunteers.models import District, ImportPage, Membership, User, Volunteer, VolunteerImport
from volunteers.organise_forms import ImportForm
from volunteers.permissions import (
    can_import,
    is_organiser,
    organised_networks,
    visible_imports,
    visible_volunteers,
)
from volunteers.resources import VolunteerResource
from volunteers.tables import xlsx_response

View = Callable[..., HttpResponse]

PAGE = 50


class OrganiserRequest(HttpRequest):
    """A request of an organiser, as the pages below get it."""

    user: User


def organisers_page(view: View) -> View:
    """Only for organisers, and never kept by a cache: these pages are full of people."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_organiser(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(page))


# --- People -------------------------------------------------------------------------------------------------------
def found(request: OrganiserRequest) -> VolunteerFilter:
    """The people of this organiser's networks, filtered by the address, with what a row shows."""
    mine = Membership.objects.filter(left_at=None, network__in=organised_networks(request.user))
    rows = visible_volunteers(request.user).select_related("user").order_by("user__last_name", "user__first_name", "pk")
    rows = rows.prefetch_related(
        Prefetch("memberships", mine.select_related("network").order_by("network"), to_attr="my_stays"),
        Prefetch("districts", District.objects.defer("boundary")),
    )
    return VolunteerFilter(request.GET, queryset=rows, request=request)


@require_safe
@organisers_page
def volunteer_list(request: OrganiserRequest) -> HttpResponse:
    """The people of my networks."""
    people = found(request)
    page_obj = Paginator(people.qs, PAGE).get_page(request.GET.get("page"))
    asked = people.form.is_valid() and any(people.form.cleaned_data.values())
    context = {"filter": people, "page_obj": page_obj, "count": page_obj.paginator.count, "asked": asked}
    return render(request, "volunteers/organise_list.html", context | {"query": request.GET.urlencode()})


@require_safe
@organisers_page
def export(request: OrganiserRequest) -> HttpResponse:
    """The same people, all pages, as a spreadsheet."""
    people: QuerySet[Volunteer] = found(request).qs
    return xlsx_response(VolunteerResource().export(people), title=_("Volunteers"), filename=_("volunteers"))


# --- Lists sent in ------------------------------------------------------------------------------------------------
@require_safe
@organisers_page
def import_list(request: OrganiserRequest) -> HttpResponse:
    """The lists sent in for my networks, the last one first."""
    rows = visible_imports(request.user).select_related("network", "created_by")
    page_obj = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "volunteers/organise_imports.html", {"page_obj": page_obj})


@require_form
@organisers_page
def import_new(request: OrganiserRequest) -> HttpResponse:
    """Sends a list in."""
    form = ImportForm(request.POST or None, request.FILES or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        upload, asked = form.cleaned_data["file"], form.cleaned_data
        try:
            sent = importing.submit(
                upload.read(), name=upload.name, network=asked["network"], source=asked["source"], by=request.user
            )
        except ImportRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("organise-volunteers:import", sent.pk)
    return render(request, "volunteers/organise_import_new.html", {"form": form})


def list_for(request: OrganiserRequest, pk: int, *, to_change: bool = False) -> VolunteerImport:
    """The list, if this person may see it (404) and, when asked, decide on it (403)."""
    rows = visible_imports(request.user).select_related("network", "created_by", "ended_by")
    sent = get_object_or_404(rows, pk=pk)
    if to_change and not can_import(request.user, sent):
        raise PermissionDenied
    return sent


@require_safe
@organisers_page
def import_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Where a list stands: its progress, its preview row by row, or what became of it."""
    sent = list_for(request, pk)
    context = previewing.shown(sent, request.GET) | {
        "sent": sent,
        "progress": leasing.progress(sent) if sent.is_working else None,
        "problem": sentences.in_words([sent.problem, sent.problem_values] if sent.problem_values else sent.problem),
        "notes": [sentences.in_words(note) for note in sent.notes],
        "may_decide": can_import(request.user, sent),
    }
    return render(request, "volunteers/organise_import.html", context)


@require_POST
@organisers_page
def import_confirm(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Has the list written, all of it."""
    sent = list_for(request, pk, to_change=True)
    try:
        importing.confirm(sent, by=request.user)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise-volunteers:import", sent.pk)


@require_POST
@organisers_page
def import_cancel(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Gives the list up."""
    sent = list_for(request, pk, to_change=True)
    try:
        importing.cancel(sent, by=request.user)
    except ImportRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("organise-volunteers:import", sent.pk)
    messages.success(request, _("The list is given up, and its file deleted. Nothing was written."))
    return redirect("organise-volunteers:imports")


@require_safe
@organisers_page
def import_refused(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Every refused cell as a spreadsheet, to correct the file by."""
    sent = list_for(request, pk)
    table = Dataset(headers=[_("Row"), _("Column"), _("Value"), _("Why")])
    for page in sent.pages.filter(kind=ImportPage.Kind.REFUSED).order_by("number"):
        for row in page.rows:
            for column, value, why in row["faults"]:
                table.append([row["row"], column, value, sentences.in_words(why)])
    return xlsx_response(table, title=_("Refused rows"), filename=_("refused rows"))
