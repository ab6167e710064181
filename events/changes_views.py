"""Changing a date, calling it off, writing to its people: everything that many people are told about asks first."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from events import kinds, overview, scheduling, writing
from events.models import Registration, Slot
from events.organise_forms import CallOffForm, MoveForm, TermsForm, WordForm
from events.organise_views import OrganiserRequest, office_page, page_context, said_offered, slot_for
from events.permissions import can_organise, can_write
from events.scheduling import ChangeRefused
from events.writing import AnotherWordLeft
from volunteers.methods import require_form


@office_page
@require_POST
def publish(request: OrganiserRequest, pk: int) -> HttpResponse:
    slot = slot_for(request, pk)
    if kinds.get(slot.kind).publishes:
        messages.error(request, _("This date is opened with the others of its kind, not by itself."))
        return redirect("organise:slot", pk=slot.pk)
    try:
        scheduling.publish(slot, by=request.user)
        messages.success(request, _("Published: people can sign up."))
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("organise:slot", pk=slot.pk)


@office_page
@require_form
def terms(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Titles, seats, opening, approval, people in charge: nobody is told."""
    slot = slot_for(request, pk)
    with transaction.atomic():
        hold_if_posted(request, slot)
        form = TermsForm(request.POST or None, slot=slot)
        if request.method == "POST" and form.is_valid():
            values = dict(form.cleaned_data)
            values.pop("seen")
            titles = {"fr": values.pop("title_fr"), "en": values.pop("title_en")}
            try:
                offered = scheduling.change_terms(slot, **values, titles=titles, by=request.user)
            except ChangeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Saved.") + (f" {said_offered(offered)}" if offered else ""))
                return redirect("organise:slot", pk=slot.pk)
    return render(request, "organise/terms.html", page_context(request, slot, form=form))


@office_page
@require_form
def move(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Two steps: the new time and place, then who will be told, and only then it is done; a second time, it is said.

    What has several meetings is changed on their page (events.arranging_views).
    """
    slot = slot_for(request, pk)
    if slot.dates > 1:
        return redirect("organise:meetings", pk=slot.pk)
    to_tell = scheduling.concerned(slot).count() if slot.state == Slot.State.OPEN else 0
    with transaction.atomic():
        hold_if_posted(request, slot)
        form = MoveForm(request.POST or None, slot=slot)
        asks = False
        if request.method == "POST" and form.is_valid():
            if form.is_done and "back" not in request.POST:
                told = scheduling.told_of_move(slot)
                messages.success(request, said_told(told) if told else _("It has this time and place now."))
                return redirect("organise:slot", pk=slot.pk)
            asks = bool(to_tell) and "confirmed" not in request.POST
            if not asks and "back" not in request.POST:
                try:
                    told = scheduling.move(
                        slot,
                        starts_at=form.cleaned_data["starts_at"],
                        ends_at=form.cleaned_data["ends_at"],
                        place=form.place(),
                        by=request.user,
                    )
                except ChangeRefused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    messages.success(request, said_told(told))
                    return redirect("organise:slot", pk=slot.pk)
    clashes = overview.clashes(request.user, slot, form.moved() if asks else None)
    context = page_context(request, slot, form=form, to_tell=to_tell, clashes=clashes)
    return render(request, "organise/move_confirm.html" if asks else "organise/move.html", context)


@office_page
@require_form
def call_off(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Cancels the date for everybody, after a box was ticked. A second time, says that it is cancelled."""
    slot = slot_for(request, pk)
    form = CallOffForm(request.POST or None)
    with transaction.atomic():
        hold_if_posted(request, slot)
        if request.method == "POST" and slot.state == Slot.State.CANCELLED:
            messages.info(request, _("This date is cancelled already."))
            return redirect("organise:slot", pk=slot.pk)
        if request.method == "POST" and form.is_valid():
            try:
                told = scheduling.call_off(slot, by=request.user, reason=form.cleaned_data["reason"])
            except ChangeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("This date is cancelled.") + f" {said_told(told)}")
                return redirect("organise:slot", pk=slot.pk)
    to_tell = scheduling.concerned(slot).count()
    under_way = scheduling.UNDER_WAY if scheduling.is_under_way(slot) else ""
    context = page_context(request, slot, form=form, to_tell=to_tell, under_way=under_way)
    return render(request, "organise/call_off.html", context)


@office_page
@require_form
def write(request: OrganiserRequest, pk: int) -> HttpResponse:
    """One message each; sent twice by a double click, it leaves once. Another text from the same form asks again.

    A person in charge writes to those who come; organisers choose to whom.
    """
    slot = slot_for(request, pk, only_attendance=True)
    if not can_write(request.user, slot):
        raise PermissionDenied
    chooses = can_organise(request.user, slot)
    form = WordForm(request.POST or None, initial={"states": [Registration.State.CONFIRMED]}, chooses=chooses)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            told = writing.write(slot, **values | {"key": values["key"].hex}, by=request.user)
        except AnotherWordLeft as refusal:
            form.renew()
            form.add_error(None, str(refusal))
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said_told(told))
            return redirect("organise:slot", pk=slot.pk)
    return render(request, "organise/write.html", page_context(request, slot, form=form))


def said_told(count: int) -> str:
    if not count:
        return _("Nobody needed to be told.")
    said = ngettext("%(count)d person gets a message.", "%(count)d people get a message.", count)
    return said % {"count": count}


def hold_if_posted(request: OrganiserRequest, slot: Slot) -> None:
    """While a form is compared with the row and saved, the row is ours: two tabs cannot both find it unchanged."""
    if request.method == "POST":
        Slot.objects.select_for_update(no_key=True).filter(pk=slot.pk).values_list("pk").get()
        slot.refresh_from_db()
