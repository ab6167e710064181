"""The back office of the Night: one headquarters."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.night.editions import siting, surveying
from events.night.editions.forms import HeadquartersForm
from events.night.editions.views import edition_for
from events.night.models import Headquarters
from events.night.permissions import can_fill_in, can_organise, visible_headquarters
from events.night.sectors.tiling import with_tiles
from events.organise_views import OrganiserRequest, office_page
from events.scheduling import ChangeRefused
from volunteers.methods import require_form


def headquarters_for(request: OrganiserRequest, pk: int, *, to_organise: bool = False) -> Headquarters:
    """The headquarters, if this person may see it (404) and, when asked, organise it (403)."""
    rows = visible_headquarters(request.user).select_related(
        "edition__network", "district", "slot__venue", "slot__room"
    )
    headquarters: Headquarters = get_object_or_404(rows, pk=pk)
    if to_organise and not can_organise(request.user, headquarters.edition):
        raise PermissionDenied
    return headquarters


@with_tiles
@office_page
@require_safe
def headquarters_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """When and where, who coordinates, and the sectors of its teams, on a map and in a table."""
    headquarters = headquarters_for(request, pk)
    sectors = list(surveying.with_tags(headquarters.sectors.in_order()))
    context = {
        "headquarters": headquarters,
        "edition": headquarters.edition,
        "organises": can_organise(request.user, headquarters.edition),
        "coordinators": headquarters.slot.people_in_charge.order_by("last_name", "first_name"),
        "sectors": sectors,
        "wanted": sum(sector.target for sector in sectors),
        "chart": surveying.chart_around(sectors, [headquarters.district]),
    }
    return render(request, "organise/night/headquarters.html", context)


@office_page
@require_safe
def of_slot(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """From a date in the agenda to its headquarters."""
    found = get_object_or_404(visible_headquarters(request.user), slot=slot_id)
    return redirect("organise-night:headquarters", pk=found.pk)


@office_page
@require_form
def headquarters_add(request: OrganiserRequest, edition: int) -> HttpResponse:
    """A new headquarters."""
    night = edition_for(request, edition, to_change=True)
    form = HeadquartersForm(request.POST or None, edition=night, headquarters=None, organises=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = siting.open_headquarters(
                night, district=form.cleaned_data["district"], site=form.site(), by=request.user
            )
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("organise-night:headquarters", pk=made.pk)
    context = {"form": form, "heading": _("New headquarters"), "edition": night}
    return render(request, "organise/night/form.html", context)


@office_page
@require_form
def headquarters_edit(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Changes to a headquarters: all of it for an organiser, its evening for its coordinator."""
    headquarters = headquarters_for(request, pk)
    if not can_fill_in(request.user, headquarters):
        raise PermissionDenied
    edition = headquarters.edition
    organises = can_organise(request.user, edition)
    form = HeadquartersForm(request.POST or None, edition=edition, headquarters=headquarters, organises=organises)
    if request.method == "POST" and form.is_valid():
        try:
            if organises:
                siting.change_headquarters(headquarters, site=form.site(), by=request.user)
            else:
                asked = {name: form.cleaned_data[name] for name in ("briefing_at", "meal", "contact")}
                siting.describe(headquarters, by=request.user, **asked)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("organise-night:headquarters", pk=headquarters.pk)
    context = {
        "form": form,
        "heading": _("Change the headquarters"),
        "edition": edition,
        "headquarters": headquarters,
    }
    return render(request, "organise/night/form.html", context)


@office_page
@require_form
def headquarters_remove(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks first; an empty headquarters is then given up."""
    headquarters = headquarters_for(request, pk, to_organise=True)
    edition = headquarters.edition
    if request.method == "POST":
        try:
            with transaction.atomic():
                siting.close_headquarters(headquarters, by=request.user)
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("organise-night:headquarters", pk=headquarters.pk)
        messages.success(request, _("The headquarters is removed."))
        return redirect("organise-night:edition", pk=edition.pk)
    context = {
        "edition": edition,
        "headquarters": headquarters,
        "heading": _("Remove this headquarters"),
        "text": _("It goes with its hours and its seats. Only one without sectors and without people can be removed."),
    }
    return render(request, "organise/night/remove.html", context)
