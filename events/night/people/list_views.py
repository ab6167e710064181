"""The back office of the Night: a list of people of any shape, put in order before anybody is signed up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.night.editions.views import edition_for
from events.night.models import PeopleList
from events.night.people import listing_people, reading
from events.night.people.comparing_people import Pair, plan_of
from events.night.people.forms import ColumnsForm, ListForm
from events.night.people.reading import ListRefused
from events.night.permissions import can_organise, visible_lists
from events.organise_views import OrganiserRequest, office_page
from events.registering import RegistrationRefused
from volunteers import previewing, sentences
from volunteers.methods import require_form

PAGE, PAIRS = 60, 20


def list_for(request: OrganiserRequest, pk: int) -> PeopleList:
    """The list, if this person may see it (404) and decide on it (403)."""
    rows = visible_lists(request.user).select_related("edition__network", "created_by", "ended_by")
    sent: PeopleList = get_object_or_404(rows, pk=pk)
    if not can_organise(request.user, sent.edition):
        raise PermissionDenied
    return sent


@office_page
@require_form
def list_new(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Sends a list in."""
    night = edition_for(request, edition, to_change=True)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, asked = form.cleaned_data["file"], form.cleaned_data
        try:
            sent = listing_people.submit(
                upload.read(),
                name=upload.name,
                edition=night,
                by=request.user,
                source=asked["source"],
                kind=asked["kind"],
            )
        except ListRefused as refusal:
            form.add_error("file", sentences.in_words(sentences.of(refusal)))
        else:
            return redirect("organise-night:people-list-columns", pk=sent.pk)
    context = {"form": form, "edition": night, "heading": _("Import people")}
    return render(request, "organise/night/people_import.html", context)


@office_page
@require_form
def columns(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Which column holds what, guessed by the heads and put right by hand."""
    sent = list_for(request, pk)
    if sent.state != PeopleList.State.READY:
        return redirect("organise-night:people-list", pk=sent.pk)
    form = ColumnsForm(request.POST or None, headers=sent.headers, rows=sent.rows, columns=sent.columns)
    if request.method == "POST" and form.is_valid():
        try:
            listing_people.say_columns(sent, columns=form.columns())
        except (ListRefused, RegistrationRefused) as refusal:
            form.add_error(None, sentences.in_words(sentences.of(refusal)))
        else:
            return redirect("organise-night:people-list", pk=sent.pk)
    context = {"form": form, "sent": sent, "edition": sent.edition, "heading": _("Which column holds what?")}
    return render(request, "organise/night/people_columns.html", context, status=422 if form.errors else 200)


@office_page
@require_safe
def list_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Who may be whom, and what the list would change, row by row; or what became of it."""
    sent = list_for(request, pk)
    context: dict[str, Any] = {"sent": sent, "edition": sent.edition, "heading": sent.name}
    if sent.state == PeopleList.State.READY:
        try:
            reading.check_columns({int(index): name for index, name in sent.columns.items()})
        except ListRefused:
            return redirect("organise-night:people-list-columns", pk=sent.pk)
        plan = plan_of(sent)
        page = Paginator(previewing.in_order(plan.lines), PAGE).get_page(request.GET.get("page"))
        asked = [pair for pair in plan.pairs if pair.answer is None]
        context |= {
            "plan": plan,
            "page_obj": page,
            "rows": [previewing.line_in_words(line) for line in page],
            "remarks": [sentences.in_words(remark) for remark in plan.remarks],
            "pairs": [_in_words(pair) for pair in asked[:PAIRS]],
            "answered": len(plan.pairs) - len(asked),
        }
    return render(request, "organise/night/people_list.html", context)


@office_page
@require_POST
def answers(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Says which pairs are one person; ``rest=two``: all others are two."""
    sent = list_for(request, pk)
    said = {
        name.removeprefix("pair-"): value == "one"
        for name, value in request.POST.items()
        if name.startswith("pair-") and value in ("one", "two")
    }
    try:
        listing_people.answer(sent, answers=said, rest=False if request.POST.get("rest") == "two" else None)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise-night:people-list", pk=sent.pk)


@office_page
@require_POST
def confirm(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Signs up the whole list."""
    sent = list_for(request, pk)
    try:
        done = listing_people.confirm(sent, digest=request.POST.get("digest", ""), by=request.user)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("organise-night:people-list", pk=sent.pk)
    said = _("Signed up: %(created)d. Changed: %(changed)d. Messages are on their way.")
    messages.success(request, said % {"created": done.created, "changed": done.changed})
    return redirect("organise-night:people", edition=sent.edition_id)


@office_page
@require_POST
def give_up(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Gives the list up."""
    sent = list_for(request, pk)
    try:
        listing_people.give_up(sent, by=request.user)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The list is given up. Nobody was signed up."))
    return redirect("organise-night:people", edition=sent.edition_id)


def _in_words(pair: Pair) -> dict[str, Any]:
    return {"pair": pair, "why": sentences.in_words(pair.why)}
