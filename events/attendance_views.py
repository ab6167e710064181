"""Who is there: a list for a phone, in the hand of the person in charge."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from events import attending, by_date, enlisting, occasions
from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.occasions import Occasion
from events.organise_forms import PersonForm
from events.organise_views import OrganiserRequest, office_page, page_context, slot_for
from events.scheduling import ChangeRefused
from volunteers.addresses import keys_in
from volunteers.methods import require_form

Attendance = Registration.Attendance


@office_page
@require_safe
def attendance(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Everybody confirmed, by name, each with big buttons; above them what the door needs: a code, a first name.

    Of several meetings the page is about one: ``?date=`` is its number, without it the one that is on. ``?code=`` is
    the code that a telephone's own camera has read: it waits in the field for one touch.
    """
    slot = slot_for(request, pk, only_attendance=True)
    date = date_of(request, slot)
    walk_ins = slot.walk_ins.all()
    context = page_context(
        request,
        slot,
        rows=_confirmed(slot, date),
        walk_ins=walk_ins.filter(meeting__number=date.number) if date else walk_ins,
        code=request.GET.get("code", "")[:20],
        walk_in_key=uuid.uuid4(),
        **about(slot, date),
    )
    response = render(request, "organise/attendance.html", context)
    response.camera = True  # type: ignore[attr-defined]  # config.headers: this page may use it, no other
    return response


@office_page
@require_POST
def mark(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Marks one person, or all that are not marked yet. By htmx, answers with that person's line; a refusal
    loads the whole page, which says it."""
    slot = slot_for(request, pk, only_attendance=True)
    date = date_of(request, slot)
    chosen = keys_in(request.POST.getlist("registration"))
    if request.POST.get("all"):
        chosen = attending.unmarked(slot, date=date.number if date else None)
    try:
        changed = attending.mark(
            slot,
            registrations=chosen,
            attendance=request.POST.get("attendance", ""),
            by=request.user,
            date=date.number if date else None,
        )
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseClientRefresh() if _by_htmx(request) else redirect(address_of(slot, date))
    if _by_htmx(request) and len(chosen) == 1:
        row = next(iter(shown(slot.registrations.filter(pk=chosen[0]), slot, date)), None)
        context = {"slot": slot, "row": row, "in_place": True, **about(slot, date)}
        return render(request, "organise/_attended.html", context)
    if request.POST.get("all"):
        said = ngettext("%(count)d person marked.", "%(count)d people marked.", changed) % {"count": changed}
        messages.success(request, said)
    anchor = f"#r{chosen[0]}" if len(chosen) == 1 else ""
    return redirect(f"{address_of(slot, date)}{anchor}")


@office_page
@require_form
def walk_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Somebody who came without a registration, or from the waiting list."""
    slot = slot_for(request, pk)
    date = date_of(request, slot)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        language, number = get_language() or "fr", date.number if date else None
        try:
            enlisting.welcome(**form.cleaned_data, slot=slot, language=language, by=request.user, date=number)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added, and marked present."))
            return redirect(address_of(slot, date))
    context = page_context(request, slot, form=form, at_the_door=True, date=date, back=address_of(slot, date))
    return render(request, "organise/person.html", context)


@office_page
@require_form
def key_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """The signed sheet, copied: everybody was there except those ticked, in one go."""
    slot = slot_for(request, pk, only_attendance=True)
    date = date_of(request, slot)
    if request.method == "POST":
        try:
            keyed = attending.key_in(
                slot,
                seen=_seen(request.POST.getlist("seen")),
                missing=keys_in(request.POST.getlist("missing")),
                by=request.user,
                date=date.number if date else None,
            )
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            _say_keyed(request, keyed)
            return redirect(address_of(slot, date))
    context = page_context(request, slot, rows=_confirmed(slot, date), back=address_of(slot, date), **dated(slot, date))
    return render(request, "organise/key_in.html", context)


def _say_keyed(request: HttpRequest, keyed: attending.Keyed) -> None:
    said = ngettext("%(count)d person marked.", "%(count)d people marked.", keyed.changed) % {"count": keyed.changed}
    messages.success(request, said)
    if keyed.left_alone:
        said = ngettext(
            "%(count)d person was marked by somebody else meanwhile, and keeps that mark: look again.",
            "%(count)d people were marked by somebody else meanwhile, and keep that mark: look again.",
            keyed.left_alone,
        )
        messages.warning(request, said % {"count": keyed.left_alone})


def _seen(values: list[str]) -> dict[int, str]:
    """What the page showed: "12:absent" for each registration. Anything else, made by no page of ours, is left out."""
    pairs = [value.partition(":") for value in values]
    marks = set(Attendance.values)
    return {key: mark for number, _colon, mark in pairs if mark in marks for key in keys_in([number])}


# --- Which of several meetings a page is about ------------------------------------------------------------------------
def date_of(request: HttpRequest, slot: Slot) -> Occasion | None:
    """Of several, the meeting asked for, or the one that is on; None where people meet once. 404 for one not held."""
    if slot.dates == 1:
        return None
    asked = request.GET.get("date", "")
    try:
        return by_date.chosen(slot, next(iter(keys_in([asked])), None))
    except ChangeRefused as refusal:
        raise Http404 from refusal


def address_of(slot: Slot, date: Occasion | None) -> str:
    """The attendance list, of that meeting."""
    return reverse("organise:attendance", args=[slot.pk]) + _asking(date)


def dated(slot: Slot, date: Occasion | None) -> dict[str, Any]:
    """What the pages about one meeting of several show: which one, and the way to the others."""
    return {
        "date": date,
        "dates": by_date.told_apart(occasions.of(slot)) if date else [],
        "date_query": _asking(date),
        "is_on": date is None or date.number == by_date.on(slot).number,
        "attendance_open": attending.is_open(slot, occasion=date),
    }


def about(slot: Slot, date: Occasion | None) -> dict[str, Any]:
    """``dated``, and who was there."""
    return dated(slot, date) | {"counts": attending.count(slot, date=date.number if date else None)}


def shown(rows: RegistrationQuerySet, slot: Slot, date: Occasion | None) -> list[Registration]:
    """The registrations as the list of that meeting shows them."""
    rows = by_date.with_there(rows.select_related("volunteer__user"), slot)
    return by_date.as_on(rows, slot, date.number) if date else list(rows)


def _confirmed(slot: Slot, date: Occasion | None) -> list[Registration]:
    rows = slot.registrations.filter(state=Registration.State.CONFIRMED)
    return shown(rows.by_name(), slot, date)


def _asking(date: Occasion | None) -> str:
    return f"?date={date.number}" if date else ""


def _by_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
