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
from events.night.models import ListPair, PeopleList
from events.night.people import listing_people, pairing
from events.night.people.forms import ColumnsForm, ListForm
from events.night.people.reading import ListRefused
from events.night.permissions import can_organise, visible_lists
from events.organise_views import OrganiserRequest, office_page
from events.registering import RegistrationRefused
from volunteers import leasing, previewing, sentences
from volunteers.methods import require_form

PAIRS = 20
ANSWERS: dict[str, bool | None] = {"one": True, "two": False, "open": None}


def list_for(request: OrganiserRequest, pk: int) -> PeopleList:
    """The list, if this person may see it (404) and decide on it (403)."""
    rows = visible_lists(request.user).select_related("edition__network", "created_by", "ended_by").defer("rows")
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
            return redirect("organise-night:people-list", pk=sent.pk)
    context = {"form": form, "edition": night, "heading": _("Import people")}
    return render(request, "organise/night/people_import.html", context)


@office_page
@require_form
def columns(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Which column holds what, guessed by the heads and put right by hand."""
    sent = list_for(request, pk)
    if sent.state not in (PeopleList.State.COLUMNS, PeopleList.State.READY):
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
    """How far a list is; who may be whom, and what it would change, row by row; or what became of it.

    ``pairs=answered`` shows those that were answered, to change the answer.
    """
    sent = list_for(request, pk)
    if not sent.is_working and request.headers.get("HX-Request"):  # what asks every two seconds is done
        return HttpResponse(headers={"HX-Redirect": request.path})
    if sent.state == PeopleList.State.COLUMNS:
        return redirect("organise-night:people-list-columns", pk=sent.pk)
    context: dict[str, Any] = {"sent": sent, "edition": sent.edition, "heading": sent.name}
    context["problem"] = sentences.in_words(
        [sent.problem, sent.problem_values] if sent.problem_values else sent.problem
    )
    if sent.is_working:
        context["progress"] = leasing.progress(sent)
    elif sent.state == PeopleList.State.READY:
        pairs, again = sent.pairs.all(), request.GET.get("pairs") == "answered"
        context |= previewing.shown(sent, request.GET) | {
            "remarks": [sentences.in_words(remark) for remark in sent.remarks],
            "open_pairs": pairs.filter(is_one=None).count(),
            "answered": pairs.exclude(is_one=None).count(),
            "again": again,
        }
        asked = Paginator(pairs.exclude(is_one=None) if again else pairs.filter(is_one=None), PAIRS)
        context["pair_page"] = asked.get_page(request.GET.get("pair_page") if again else 1)
        context["pairs"] = [_in_words(pair) for pair in context["pair_page"]]
    return render(request, "organise/night/people_list.html", context)


@office_page
@require_POST
def answers(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Says which pairs are one person, and of those whose is kept, field by field; ``rest=two``: all others are two."""
    sent = list_for(request, pk)
    said: dict[str, bool | None] = {}
    kept: dict[str, dict[str, str]] = {}
    for name, value in request.POST.items():
        if name.startswith("pair-") and value in ANSWERS:
            said[name.removeprefix("pair-")] = ANSWERS[value]
        elif name.startswith("keep-") and name.count("-") == 2:
            _keep, key, of = name.split("-")
            kept.setdefault(key, {})[of] = str(value)
    rest = False if request.POST.get("rest") == "two" else None
    try:
        listing_people.answer(sent, answers=said, kept=kept, rest=rest)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise-night:people-list", pk=sent.pk)


@office_page
@require_POST
def confirm(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Signs up the whole list."""
    sent = list_for(request, pk)
    try:
        listing_people.confirm(sent, digest=request.POST.get("digest", ""), by=request.user)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise-night:people-list", pk=sent.pk)


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


def _in_words(pair: ListPair) -> dict[str, Any]:
    """A pair in the reader's language: of each difference, each side that can be kept, with whether it is."""
    facts = pair.facts
    differs = []
    for difference in pairing.differences(facts):
        chosen = pair.kept.get(difference.name, difference.usual)
        sides = [
            {"side": side, "words": getattr(difference, side, _("Both")) or "–", "is_kept": side == chosen}
            for side in difference.sides
        ]
        label = sentences.in_words(pairing.WORDS[difference.name])
        differs.append({"name": difference.name, "label": label, "sides": sides})
    return facts | {"pair": pair, "why": sentences.in_words(facts["why"]), "differs": differs}
