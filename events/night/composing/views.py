"""The back office of the Night: the rosters that were composed, one of them, and two compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from events.night.board import moving
from events.night.board.telling import lines
from events.night.composing import choosing, running, score_cards, taking_in
from events.night.composing.forms import RosterNameForm
from events.night.editions.preparing import EditionRefused
from events.night.editions.views import edition_for
from events.night.models import Edition, Headquarters, Roster
from events.night.permissions import can_compose, can_organise, visible_headquarters, visible_rosters
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form

PAGE = 20
MOVES = 60
OF_ONE = ("headquarters__edition__network", "headquarters__district", "headquarters__slot")
STEPS = {  # of the engine (events.night.roster.solving), in order
    "": gettext_lazy("The sign-ups are read"),
    "by hand": gettext_lazy("A first roster is there: it is made better"),
    "bounded": gettext_lazy("How many teams and people any roster could reach is known"),
    "dealt by heads": gettext_lazy("A roster that counts heads is there: friends and wishes are weighed"),
    "dealt": gettext_lazy("Everybody has a place: what cannot be bettered is proven"),
    "proven": gettext_lazy("The referee checks the roster"),
}


def roster_for(request: OrganiserRequest, pk: int, *, to_change: bool = False) -> Roster:
    """The run, if this person may see it (404) and, when asked, decide on it (403)."""
    rows = visible_rosters(request.user).select_related("edition__network", "asked_by", "chosen_by", *OF_ONE)
    if to_change:
        rows = rows.without_texts()
    roster: Roster = get_object_or_404(rows, pk=pk)
    if to_change and not _may_decide(request, roster):
        raise PermissionDenied
    return roster


def _may_decide(request: OrganiserRequest, roster: Roster) -> bool:
    return can_compose(request.user, roster.edition, roster.headquarters)


@office_page
@require_safe
def roster_list(request: OrganiserRequest, edition: int) -> HttpResponse:
    """The runs of an edition, the last first; the one under way with its progress."""
    night = edition_for(request, edition)
    organises = can_organise(request.user, night)
    rosters = visible_rosters(request.user).filter(edition=night).without_texts()
    rosters = rosters.select_related("asked_by", "headquarters__district")
    page = Paginator(rosters.order_by("-number"), PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.edition = night
    under_way = next((row for row in page if row.is_under_way), None)
    context = {
        "edition": night,
        "heading": _("Rosters"),
        "organises": organises,
        "may_compose": organises and night.state == Edition.State.ROSTERING and not under_way,
        "page_obj": page,
        "rows": [
            {
                "roster": row,
                "headline": score_cards.headline(row) if row.is_done and (organises or row.headquarters_id) else "",
            }
            for row in page
        ],
        "under_way": under_way,
        "may_decide": under_way and (organises or under_way.headquarters_id),
        "progress": _progress(under_way),
        "now": night.get_state_display(),
        "then": Edition.State.ROSTERING.label,
    }
    return render(request, "organise/night/rosters.html", context)


@office_page
@require_POST
def compose(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Has a roster composed."""
    night = edition_for(request, edition, to_change=True)
    try:
        run = running.ask(night, by=request.user)
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("organise-night:rosters", edition=night.pk)
    return redirect("organise-night:roster", pk=run.pk)


@office_page
@require_safe
def roster_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """How far a run has come; then its score card, and what each headquarters has. Coordinators see their own."""
    roster = roster_for(request, pk)
    decides = _may_decide(request, roster)
    context: dict[str, Any] = {
        "roster": roster,
        "edition": roster.edition,
        "heading": str(roster),
        "may_decide": decides,
        "progress": _progress(roster) if roster.is_under_way else None,
    }
    if roster.is_done:
        shown = [roster.headquarters] if roster.headquarters else _headquarters(request, roster.edition)
        context |= {"parts": score_cards.parts_of(score_cards.Reading(roster), shown)}
        is_open = roster.edition.state == Edition.State.ROSTERING
        is_open = is_open or running.is_around_published(roster, roster.edition)
        if decides:
            context |= {
                "headline": score_cards.headline(roster),
                "lines": [*score_cards.apart(roster), *score_cards.lines_of(roster)],
            }
        if decides and roster.headquarters:
            moves = lines(taking_in.moves(roster))
            context |= {"moves": moves, "may_choose": is_open and bool(moves)}
        elif decides:
            others = roster.edition.rosters.filter(state=Roster.State.DONE, headquarters=None).exclude(pk=roster.pk)
            others = others.without_texts().order_by("-is_chosen", "-number")
            context |= {"others": others[:8], "may_choose": is_open and not roster.is_chosen}
    return render(request, "organise/night/roster.html", context)


@office_page
@require_POST
def roster_cancel(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Stops a run."""
    roster = roster_for(request, pk, to_change=True)
    try:
        running.cancel(roster, by=request.user)
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Stopped. Nothing of it is kept."))
    return redirect("organise-night:rosters", edition=roster.edition_id)


@office_page
@require_form
def roster_rename(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Calls a roster otherwise."""
    roster = roster_for(request, pk, to_change=True)
    form = RosterNameForm(request.POST or None, initial={"name": roster.name})
    if request.method == "POST" and form.is_valid():
        choosing.rename(roster, name=form.cleaned_data["name"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organise-night:roster", pk=roster.pk)
    return _asked(request, roster, heading=_("Rename “%(roster)s”"), submit=_("Save"), form=form)


@office_page
@require_form
def roster_choose(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Says what choosing means, then chooses the roster."""
    roster = roster_for(request, pk, to_change=True)
    if roster.headquarters:
        return _take_in(request, roster)
    if request.method == "POST":
        try:
            choosing.choose(roster, by=request.user, seen=_seen(request))
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(roster)s” is the roster of this edition now.") % {"roster": roster})
        return redirect("organise-night:roster", pk=roster.pk)
    chosen = roster.edition.rosters.filter(is_chosen=True).exclude(pk=roster.pk).without_texts().first()
    text = _(
        "Teams are published from the roster chosen. Nobody is told yet, and you can choose another one until then."
    )
    if roster.edition.state == Edition.State.PUBLISHED:
        text = _("Whoever has another team then is told once you say so, and nobody else.")
    text += _given_way(roster)
    if chosen:
        text += " " + _("“%(roster)s”, chosen so far, is kept and can be chosen again.") % {"roster": chosen}
    return _asked(
        request,
        roster,
        heading=_("Choose “%(roster)s”"),
        submit=_("Yes, choose it"),
        text=text,
        seen=moving.number_of(roster.edition),
    )


def _take_in(request: OrganiserRequest, roster: Roster) -> HttpResponse:
    """The same of a roster of one headquarters alone, whose board it then shows."""
    if request.method == "POST":
        try:
            entry = taking_in.take_in(roster, by=request.user, seen=_seen(request))
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("organise-night:roster", pk=roster.pk)
        url = ""
        if entry:
            url = reverse("organise-night:board-take-back", args=[entry.pk, "undo"]) + f"?at={roster.headquarters_id}"
        said = _("%(headquarters)s has these teams now.") if entry else _("It is so already.")
        messages.success(request, said % {"headquarters": roster.headquarters}, extra_tags=url)
        return redirect("organise-night:board-of", pk=roster.headquarters_id)
    text = _("The teams of this headquarters become those of this roster, and all others stay as they are.")
    if roster.edition.state == Edition.State.PUBLISHED:
        text += " " + _("Whoever has another team then is told once an organiser says so, and nobody else.")
    text += _given_way(roster)
    heading, seen = _("Choose “%(roster)s”"), moving.number_of(roster.edition)
    return _asked(request, roster, heading=heading, submit=_("Yes, choose it"), text=text, seen=seen)


def _given_way(roster: Roster) -> str:
    """What was changed by hand meanwhile, in a sentence after others; "" of nothing."""
    since = choosing.changed_since(roster)
    if not since:
        return ""
    said = ngettext(
        "%(count)d change was made on the board since this roster was asked for: it gives way.",
        "%(count)d changes were made on the board since this roster was asked for: they give way.",
        since,
    )
    return f" {said % {'count': since}}"


@office_page
@require_form
def roster_delete(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks first; the roster is then gone."""
    roster = roster_for(request, pk, to_change=True)
    if request.method == "POST":
        try:
            choosing.delete(roster, by=request.user)
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("organise-night:roster", pk=roster.pk)
        messages.success(request, _("The roster is deleted."))
        return redirect("organise-night:rosters", edition=roster.edition_id)
    text = _("It is gone for good. Nobody who signed up is touched, and you can compose another one.")
    return _asked(request, roster, heading=_("Delete “%(roster)s”"), submit=_("Delete"), text=text, is_danger=True)


@office_page
@require_safe
def roster_compare(request: OrganiserRequest, pk: int, other: int) -> HttpResponse:
    """Who moves from one roster to another: by headquarters, and by name."""
    one = roster_for(request, pk)
    if not can_organise(request.user, one.edition):
        raise PermissionDenied
    after: Roster = get_object_or_404(one.edition.rosters.filter(headquarters=None), pk=other)
    if one.headquarters_id:
        raise Http404
    if not (one.is_done and after.is_done):
        messages.error(request, _("Only rosters that were composed can be compared."))
        return redirect("organise-night:rosters", edition=one.edition_id)
    readings = score_cards.Reading(one), score_cards.Reading(after)
    page = Paginator(score_cards.moved(*readings), MOVES).get_page(request.GET.get("page"))
    context = {
        "edition": one.edition,
        "heading": _("Who moves"),
        "before": one,
        "after": after,
        "cards": [(roster, score_cards.headline(roster), score_cards.lines_of(roster)) for roster in (one, after)],
        "shifts": score_cards.shifts(*readings, _headquarters(request, one.edition)),
        "moves": score_cards.moves(list(page)),
        "count": page.paginator.count,
        "page_obj": page,
    }
    return render(request, "organise/night/roster_compare.html", context)


def _headquarters(request: OrganiserRequest, edition: Edition) -> list[Headquarters]:
    rows = visible_headquarters(request.user).filter(edition=edition).select_related("district")
    return list(rows.order_by("district__code"))


def _seen(request: OrganiserRequest) -> int | None:
    """The number of the board's journal that the page showed; None from before there were any."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


def _progress(run: Roster | None) -> dict[str, Any] | None:
    """How many of the engine's steps are done, and what happens now."""
    if run is None:
        return None
    if run.state == Roster.State.QUEUED:
        return {"value": None, "max": len(STEPS), "text": _("It begins in a moment.")}
    steps = list(STEPS)
    value = steps.index(run.step) if run.step in steps else 0
    return {"value": value, "max": len(STEPS), "text": STEPS[steps[value]]}


def _asked(
    request: OrganiserRequest,
    roster: Roster,
    *,
    heading: str,
    submit: str,
    text: str = "",
    form: forms.Form | None = None,
    is_danger: bool = False,
    seen: int | None = None,
) -> HttpResponse:
    """A page that asks before something is done with a roster."""
    context = {
        "edition": roster.edition,
        "roster": roster,
        "heading": heading % {"roster": roster},
        "submit": submit,
        "text": text,
        "form": form,
        "is_danger": is_danger,
        "seen": seen,
    }
    return render(request, "organise/night/roster_act.html", context)
