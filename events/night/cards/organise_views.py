"""The back office of the Night: teams published, what people answered, who comes instead, who is told of changes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events.night.cards import deadlines, letters, publishing, replacing, reporting, telling
from events.night.cards.comparing import News, concerned
from events.night.cards.forms import PublishForm
from events.night.editions.headquarters_views import headquarters_for
from events.night.editions.preparing import EditionRefused
from events.night.editions.views import edition_for
from events.night.models import Card, Edition, Participant, Vacancy
from events.night.permissions import can_fill_in, can_organise, visible_headquarters
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form

PAGE = 100
NAMES = 60


@office_page
@require_form
def publish(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Shows what publishing does and sends (GET), and publishes (POST)."""
    edition = edition_for(request, pk, to_change=True)
    if edition.state in Edition.TOLD:
        return redirect("organise-night:cards", pk=edition.pk)
    preview = publishing.preview(edition)
    initial = {"answers_by": publishing.usual_answers_by(edition), "seen": preview.seen}
    form = PublishForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            publishing.publish(edition, by=request.user, **form.cleaned_data)
        except EditionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The teams are published. Everybody gets their card by mail now."))
            return redirect("organise-night:cards", pk=edition.pk)
    context = {
        "edition": edition,
        "heading": _("Publish the teams"),
        "preview": preview,
        "form": form,
        "sample": letters.sample(edition, preview.sample) if preview.sample else None,
    }
    return render(request, "organise/night/publish.html", context, status=422 if form.errors else 200)


@office_page
@require_safe
def cards(request: OrganiserRequest, pk: int) -> HttpResponse:
    """How far people are told, what they answered by headquarters, and the places nobody was found for."""
    edition = edition_for(request, pk)
    organises = can_organise(request.user, edition)
    mine = visible_headquarters(request.user).filter(edition=edition)
    rows = reporting.tallies(mine)
    waiting = telling.waiting(edition)
    is_told = edition.state in Edition.TOLD
    context = {
        "edition": edition,
        "heading": _("Cards and answers"),
        "organises": organises,
        "is_told": is_told,
        "rows": rows,
        "totals": {name: sum(row.counts[name] for row in rows) for name in reporting.ANSWERS},
        "waiting": waiting,
        **_progress(edition, waiting),
        "concerned": len(concerned(edition)) if organises and is_told else 0,
        "to_remind": deadlines.to_remind(edition) if organises and is_told else 0,
        "vacancies": reporting.vacancies_of(mine),
    }
    return render(request, "organise/night/cards.html", context)


@office_page
@require_form
def tell(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Shows who would be told what (GET), and tells them (POST)."""
    edition = edition_for(request, pk, to_change=True)
    found = concerned(edition)
    if request.method == "POST":
        shown = {int(key) for key in request.POST.get("people", "").split() if key.isdecimal() and len(key) < 18}
        try:
            count = telling.tell_changes(edition, expected=shown, by=request.user)
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("organise-night:tell", pk=edition.pk)
        said = ngettext("%(count)d person is told now.", "%(count)d people are told now.", count)
        messages.success(request, said % {"count": count})
        return redirect("organise-night:cards", pk=edition.pk)
    by_news = Counter(one.news for one in found)
    names = _names([one.participant for one in found[:NAMES]])
    context = {
        "edition": edition,
        "heading": _("Tell people what has changed"),
        "people": found,
        "counts": [(News(news).label, by_news[news]) for news in News if by_news[news]],
        "named": [(names.get(one.participant, ""), News(one.news).label) for one in found[:NAMES] if one.news],
        "more": max(0, len(found) - NAMES),
        "keys": " ".join(str(one.participant) for one in found),
    }
    return render(request, "organise/night/tell.html", context)


@office_page
@require_POST
def remind(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks those who have not answered once more."""
    edition = edition_for(request, pk, to_change=True)
    try:
        count = deadlines.remind(edition, by=request.user)
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext("%(count)d person is asked once more.", "%(count)d people are asked once more.", count)
        messages.success(request, said % {"count": count})
    return redirect("organise-night:cards", pk=edition.pk)


@office_page
@require_safe
def answers(request: OrganiserRequest, pk: int) -> HttpResponse:
    """One headquarters: its teams, its people and what each answered."""
    headquarters = headquarters_for(request, pk)
    answer = request.GET.get("answer", "")
    rows = reporting.people_of(headquarters, answer=answer)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    (tally,) = reporting.tallies(visible_headquarters(request.user).filter(pk=headquarters.pk))
    words = {
        "coming": _("Will come"),
        "silent": _("No answer"),
        "declined": _("Cannot come"),
        "reserve": _("In reserve"),
    }
    context = {
        "headquarters": headquarters,
        "edition": headquarters.edition,
        "heading": _("Answers"),
        "tally": tally,
        "teams": reporting.teams_of(headquarters),
        "page_obj": page,
        "answer": answer,
        "filters": [(name, word, tally.counts[name]) for name, word in words.items()],
        "may_fill": can_fill_in(request.user, headquarters),
    }
    return render(request, "organise/night/answers.html", context)


@office_page
@require_POST
def fill(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Looks for somebody in reserve once more, for a place that came free."""
    rows = Vacancy.objects.select_related("sector__headquarters__edition__network", "sector__headquarters__slot")
    rows = rows.filter(sector__headquarters__in=visible_headquarters(request.user).order_by().values("pk"))
    vacancy: Vacancy = get_object_or_404(rows, pk=pk)
    headquarters = vacancy.sector.headquarters
    if not can_fill_in(request.user, headquarters):
        raise PermissionDenied
    try:
        after = replacing.fill(vacancy.pk, by=request.user)
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        _say(request, after)
    return redirect("organise-night:answers", pk=headquarters.pk)


def _say(request: OrganiserRequest, vacancy: Vacancy) -> None:
    if vacancy.is_open:
        messages.warning(request, vacancy.get_why_display())
    elif vacancy.filled_by:
        name = vacancy.filled_by.volunteer.user.get_full_name()
        said = _("%(name)s goes with team %(team)s, and is told now.") % {"name": name, "team": vacancy.sector.code}
        messages.success(request, said)
    else:
        messages.success(request, _("Nobody is needed any more: %(how)s.") % {"how": vacancy.get_outcome_display()})


def _names(keys: list[int]) -> dict[int, Any]:
    rows = Participant.objects.filter(pk__in=keys).select_related("volunteer__user")
    return {row.pk: row.volunteer.user.get_full_name() for row in rows}


def _progress(edition: Edition, waiting: int) -> dict[str, int]:
    """Of those who are being told: how many are. One query while there are some."""
    if not waiting:
        return {}
    people = Card.objects.filter(participant__edition=edition).count()
    return {"people": people, "told": people - waiting}
