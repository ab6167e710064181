"""The back office of the Night: the readiness board, asking those who could help; and their answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.night.board import balancing
from events.night.editions.headquarters_views import headquarters_for
from events.night.editions.preparing import EditionRefused
from events.night.editions.views import edition_for
from events.night.models import Appeal, Asked, Edition, Headquarters
from events.night.permissions import can_fill_in, can_organise, visible_headquarters
from events.night.readiness import appealing
from events.night.readiness.counting import LEADERS, PEOPLE, Level, labels_of, readiness
from events.night.readiness.forms import AppealForm
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form

APPEALS = 10  # the last ones, on the board


@office_page
@require_safe
def board(request: OrganiserRequest, edition: int) -> HttpResponse:
    """What each headquarters needs and has; whoever coordinates sees their own."""
    night = edition_for(request, edition)
    headquarters = visible_headquarters(request.user).filter(edition=night).select_related("district", "slot")
    rows = readiness(night, headquarters.order_by("district__code"))
    sent = Appeal.objects.filter(headquarters__in=headquarters.order_by().values("pk")).with_answers()
    context = {
        "edition": night,
        "heading": _("Readiness"),
        "organises": can_organise(request.user, night),
        "rows": rows,
        "columns": [cell.label for cell in rows[0].cells] if rows else [],
        "strips": _strips(rows),
        "levels": list(Level),
        "is_short": any(row.short for row in rows),
        "may_ask": appealing.may_ask(night),
        "appeals": sent.select_related("headquarters__district", "sent_by")[:APPEALS],
        "labels": labels_of({one.what for one in sent[:APPEALS]}),
    }
    for one in context["appeals"]:
        one.what_label = context["labels"].get(one.what, one.what)
    return render(request, "organise/night/readiness.html", context)


@office_page
@require_form
def appeal(request: OrganiserRequest, pk: int, what: str) -> HttpResponse:
    """Whom a message would reach, and what it says (GET); both shown once more (POST), then sent (``confirmed``)."""
    headquarters = headquarters_for(request, pk)
    if not can_fill_in(request.user, headquarters):
        raise PermissionDenied
    night = headquarters.edition
    (row,) = readiness(night, [headquarters]) or (None,)
    cell = next((one for one in row.cells if one.what == what), None) if row else None
    if cell is None:
        raise Http404
    source = _source(request, night) if what == PEOPLE else None
    waiting = balancing.waiting_at(source) if source else None
    if source:
        texts = balancing.drafts(headquarters, source=source)
        rule = _("Those who wait for a team at %(place)s, do not accept this headquarters yet, and can still add it.")
        rule = f"{rule % {'place': source.district}} {_('Nobody who was asked something in the last 7 days.')}"
    else:
        texts = appealing.drafts(headquarters, what, missing=max(1, cell.missing))
        rule = appealing.rule_of(what)
    form = AppealForm(request.POST or None, initial=texts)
    review = False
    if request.method == "POST" and form.is_valid():
        if "confirmed" in request.POST:
            try:
                sent = appealing.appeal(
                    headquarters,
                    what=what,
                    texts=form.texts(),
                    key=form.cleaned_data["key"],
                    by=request.user,
                    waiting=waiting,
                )
            except EditionRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _said(sent.asked.count()))
                return redirect(f"organise-night:{'board-balance' if source else 'readiness'}", edition=night.pk)
        else:
            review = "change" not in request.POST
    context: dict[str, Any] = {
        "edition": night,
        "headquarters": headquarters,
        "heading": _("Ask for help: %(what)s") % {"what": cell.label},
        "form": form,
        "review": review,
        "cell": cell,
        "what": what,
        "count": len(appealing.audience(headquarters, what, waiting=waiting)),
        "rule": rule,
        "may_ask": appealing.may_ask(night, waiting=source is not None),
        "to_lead": what == LEADERS,
    }
    return render(request, "organise/night/appeal.html", context, status=422 if form.errors else 200)


@never_cache
@require_form
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of the message: nobody signs in, opening it changes nothing, its buttons answer."""
    asked = appealing.asked_by(token)
    if asked is None:
        return render(request, "night/appeal_gone.html", status=404)
    if request.method == "POST" and request.POST.get("answer") in ("yes", "no"):
        try:
            appealing.answer(asked, yes=request.POST["answer"] == "yes")
        except EditionRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("night:appeal", token=token)
    why_not = ""
    try:
        appealing.check_may_answer(asked)
    except EditionRefused as refusal:
        why_not = str(refusal)
    headquarters = asked.appeal.headquarters
    context = {
        "asked": asked,
        "said_yes": asked.answer == Asked.Answer.YES,
        "said_no": asked.answer == Asked.Answer.NO,
        "to_lead": asked.appeal.what == LEADERS,
        "is_told": headquarters.edition.state in Edition.TOLD,
        "headquarters": headquarters,
        "edition": headquarters.edition,
        "slot": headquarters.slot,
        "refusal": why_not,
        "is_for_another": request.user.is_authenticated and request.user != asked.participant.volunteer.user,
    }
    return render(request, "night/appeal.html", context)


def _strips(rows: list[Any]) -> list[dict[str, Any]]:
    """A strip for each thing counted: a cell for each headquarters, and their sum."""
    strips = []
    for number, first in enumerate(rows[0].cells if rows else []):
        cells = [(row.headquarters, row.cells[number]) for row in rows]
        missing = sum(cell.missing for _one, cell in cells)
        strips.append({"label": first.label, "what": first.what, "cells": cells, "missing": missing})
    return strips


def _source(request: OrganiserRequest, night: Edition) -> Headquarters | None:
    """The headquarters whose waiting people are to be asked, when the address names one; an organiser's to say."""
    key = request.GET.get("from", "")
    if not key:
        return None
    if not can_organise(request.user, night):
        raise PermissionDenied
    rows = night.headquarters.select_related("district", "slot__venue")
    found: Headquarters = get_object_or_404(rows, pk=key if key.isdecimal() and len(key) < 19 else 0)
    return found


def _said(count: int) -> str:
    return ngettext("%(count)d person is asked.", "%(count)d people are asked.", count) % {"count": count}
