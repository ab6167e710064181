"""Who is there: a list for a phone, in the hand of the person in charge."""

from __future__ import annotations

from typing import Any

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
    """Everybody confirmed, by name, each with two big buttons."""
    slot = slot_for(request, pk, only_attendance=True)
    rows = list(
        slot.registrations.filter(state=Registration.State.CONFIRMED)
        .select_related("volunteer__user")
        .order_by("volunteer__user__last_name", "volunteer__user__first_name", "pk")
    )
    context = page_context(request, slot, rows=rows) | _counts(slot)
    return render(request, "organise/attendance.html", context)


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
        return render(request, "organise/_attended.html", {"slot": slot, "row": row, "in_place": True} | _counts(slot))
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


def _counts(slot: Slot) -> dict[str, Any]:
    marks = list(slot.registrations.filter(state=Registration.State.CONFIRMED).values_list("attendance", flat=True))
    return {"present": marks.count(Attendance.PRESENT), "absent": marks.count(Attendance.ABSENT), "all": len(marks)}


def _by_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
