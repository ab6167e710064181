"""Who is there: a list for a phone, in the hand of the person in charge."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from events import attending, enlisting
from events.models import Registration, Slot
from events.organise_forms import PersonForm
from events.organise_views import OrganiserRequest, office_page, page_context, slot_for
from events.scheduling import ChangeRefused
from volunteers.addresses import keys_in

Attendance = Registration.Attendance


@office_page
@require_safe
def attendance(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Everybody confirmed, by name, each with big buttons; above them what the door needs: a code, a first name.

    ``?code=`` is the code that a telephone's own camera has read: it waits in the field for one touch.
    """
    slot = slot_for(request, pk, only_attendance=True)
    context = page_context(
        request,
        slot,
        rows=_confirmed(slot),
        walk_ins=slot.walk_ins.all(),
        code=request.GET.get("code", "")[:20],
        walk_in_key=uuid.uuid4(),
    )
    response = render(request, "organise/attendance.html", context | {"counts": attending.count(slot)})
    response.camera = True  # type: ignore[attr-defined]  # config.headers: this page may use it, no other
    return response


@office_page
@require_POST
def mark(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Marks one person, or all that are not marked yet. By htmx, answers with that person's line; a refusal
    loads the whole page, which says it."""
    slot = slot_for(request, pk, only_attendance=True)
    chosen = keys_in(request.POST.getlist("registration"))
    if request.POST.get("all"):
        unmarked = slot.registrations.filter(state=Registration.State.CONFIRMED, attendance=Attendance.UNKNOWN)
        chosen = list(unmarked.values_list("pk", flat=True))
    try:
        changed = attending.mark(
            slot, registrations=chosen, attendance=request.POST.get("attendance", ""), by=request.user
        )
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseClientRefresh() if _by_htmx(request) else redirect("organise:attendance", pk=slot.pk)
    if _by_htmx(request) and len(chosen) == 1:
        row = slot.registrations.select_related("volunteer__user").filter(pk=chosen[0]).first()
        context = {"slot": slot, "row": row, "in_place": True, "counts": attending.count(slot)}
        return render(request, "organise/_attended.html", context)
    if request.POST.get("all"):
        said = ngettext("%(count)d person marked.", "%(count)d people marked.", changed) % {"count": changed}
        messages.success(request, said)
    anchor = f"#r{chosen[0]}" if len(chosen) == 1 else ""
    return redirect(f"{redirect('organise:attendance', pk=slot.pk).url}{anchor}")


@office_page
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Somebody who came without a registration, or from the waiting list."""
    slot = slot_for(request, pk)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enlisting.welcome(**form.cleaned_data, slot=slot, language=get_language() or "fr", by=request.user)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added, and marked present."))
            return redirect("organise:attendance", pk=slot.pk)
    return render(request, "organise/person.html", page_context(request, slot, form=form, at_the_door=True))


@office_page
@require_http_methods(["GET", "HEAD", "POST"])
def key_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """The signed sheet, copied: everybody was there except those ticked, in one go."""
    slot = slot_for(request, pk, only_attendance=True)
    if request.method == "POST":
        try:
            keyed = attending.key_in(
                slot,
                seen=_seen(request.POST.getlist("seen")),
                missing=keys_in(request.POST.getlist("missing")),
                by=request.user,
            )
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            _say_keyed(request, keyed)
            return redirect("organise:attendance", pk=slot.pk)
    context = page_context(request, slot, rows=_confirmed(slot))
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


def _confirmed(slot: Slot) -> list[Registration]:
    rows = slot.registrations.filter(state=Registration.State.CONFIRMED).select_related("volunteer__user")
    return list(rows.order_by("volunteer__user__last_name", "volunteer__user__first_name", "pk"))


def _by_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
