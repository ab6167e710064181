"""The back office of the Night: its editions, and how far each has come."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from events.night.editions import copying, preparing, surveying
from events.night.editions.forms import CopyForm, EditionForm
from events.night.editions.preparing import TRANSITIONS, EditionRefused
from events.night.models import Edition
from events.night.permissions import (
    can_organise,
    night_networks,
    visible_editions,
    visible_headquarters,
    visible_imports,
)
from events.night.sectors.tiling import with_tiles
from events.organise_views import OrganiserRequest, office_page
from events.permissions import has_agenda
from events.scheduling import ChangeRefused
from volunteers.methods import require_form

PAGE = 20


def edition_for(request: OrganiserRequest, pk: int, *, to_change: bool = False) -> Edition:
    """The edition, if this person may see it (404) and, when asked, prepare it (403)."""
    edition: Edition = get_object_or_404(visible_editions(request.user).select_related("network"), pk=pk)
    if to_change and not can_organise(request.user, edition):
        raise PermissionDenied
    return edition


@office_page
@require_safe
def edition_list(request: OrganiserRequest) -> HttpResponse:
    """The editions of one's networks, and those in which one coordinates; the next night first."""
    if not has_agenda(request.user):
        raise PermissionDenied
    editions = visible_editions(request.user).select_related("network").with_sizes()
    page = Paginator(editions.order_by("-starts_at", "pk"), PAGE).get_page(request.GET.get("page"))
    organised = set(night_networks(request.user).values_list("pk", flat=True))
    rows = [{"edition": edition, "organises": edition.network_id in organised} for edition in page]
    context = {"rows": rows, "page_obj": page, "may_add": bool(organised)}
    return render(request, "organise/night/list.html", context)


@with_tiles
@office_page
@require_safe
def edition_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """How far the edition has come, its headquarters, and the map of its sectors."""
    edition = edition_for(request, pk)
    organises = can_organise(request.user, edition)
    headquarters = visible_headquarters(request.user).filter(edition=edition)
    sent = visible_imports(request.user).filter(edition=edition)
    survey = surveying.survey(headquarters)
    moves = [(to, Edition.State(to).label) for to in TRANSITIONS[edition.state]] if organises else []
    states = list(Edition.State)
    here = states.index(Edition.State(edition.state))
    context = {
        "edition": edition,
        "organises": organises,
        "rows": survey.rows,
        "totals": survey.totals,
        "chart": surveying.chart_of(survey, headquarters),
        "moves": [{"to": to, "label": label, "forward": states.index(Edition.State(to)) > here} for to, label in moves],
        "imports": sent.select_related("created_by")[:5] if organises else [],
    }
    return render(request, "organise/night/edition.html", context)


@office_page
@require_form
def edition_edit(request: OrganiserRequest, pk: int | None = None) -> HttpResponse:
    """A new edition (without ``pk``), or changes to one; its headquarters come along."""
    if pk is None and not night_networks(request.user).exists():
        raise PermissionDenied
    with transaction.atomic():
        edition = edition_for(request, pk, to_change=True) if pk else Edition()
        if pk and request.method == "POST":
            edition = preparing.hold(edition)
        form = EditionForm(request.POST or None, instance=edition, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    saved = form.save()
                    moved = preparing.follow(saved, was=form.hours, by=request.user) if pk else 0
            except ChangeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, " ".join(filter(None, [_("Saved."), _said_moved(moved)])))
                return redirect("organise-night:edition", pk=saved.pk)
    context = {
        "form": form,
        "heading": _("Change the edition") if pk else _("New edition"),
        "edition": edition if pk else None,
    }
    return render(request, "organise/night/form.html", context)


@office_page
@require_form
def edition_copy(request: OrganiserRequest, pk: int) -> HttpResponse:
    """The next edition, made of this one."""
    edition = edition_for(request, pk, to_change=True)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = copying.copy(edition, starts_at=form.cleaned_data["starts_at"], names=form.names(), by=request.user)
        except ChangeRefused as refusal:
            form.add_error("starts_at", str(refusal))
        else:
            messages.success(request, _("Here is the copy: check its hours, then choose who coordinates."))
            return redirect("organise-night:edition", pk=new.pk)
    context = {
        "form": form,
        "heading": _("Copy this edition"),
        "edition": edition,
        "intro": _(
            "The new edition gets the headquarters and the sectors of this one. Its coordinators and its people are "
            "asked anew."
        ),
        "submit": _("Make the copy"),
    }
    return render(request, "organise/night/form.html", context)


@office_page
@require_form
def edition_state(request: OrganiserRequest, pk: int, to: str) -> HttpResponse:
    """Says what another state means, then brings the edition there."""
    edition = edition_for(request, pk, to_change=True)
    if to not in Edition.State.values:
        raise Http404
    if (edition.state, to) == (Edition.State.ROSTERING, Edition.State.PUBLISHED):
        return redirect("organise-night:publish", pk=edition.pk)  # which says what is sent
    if request.method == "POST":
        try:
            preparing.change_state(edition, to=to, seen=request.POST.get("seen", ""), by=request.user)
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The edition is now “%(state)s”.") % {"state": Edition.State(to).label})
        return redirect("organise-night:edition", pk=edition.pk)
    why_not = ""
    try:
        if to != edition.state:
            preparing.check_move(edition, to)
    except EditionRefused as refusal:
        why_not = str(refusal)
    context = {
        "edition": edition,
        "to": to,
        "label": Edition.State(to).label,
        "refusal": why_not,
        "meaning": preparing.MEANINGS[to],
        "is_there": to == edition.state,
    }
    return render(request, "organise/night/state.html", context)


def _said_moved(count: int) -> str:
    said = ngettext("%(count)d headquarters moved along.", "%(count)d headquarters moved along.", count)
    return said % {"count": count} if count else ""
