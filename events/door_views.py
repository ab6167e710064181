"""At the door: the code that somebody shows, and whoever comes without a registration or an account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from events import by_date, checking_in, door_codes, walking_in
from events.attendance_views import about, address_of, date_of, shown
from events.models import Registration, Slot
from events.organise_forms import WalkInForm
from events.organise_views import OrganiserRequest, office_page, slot_for
from events.permissions import has_agenda
from events.scheduling import ChangeRefused
from volunteers.models import User


@never_cache
@require_safe
def door(request: HttpRequest, code: str) -> HttpResponse:
    """Where the square of a confirmation leads: the same page whatever the code, which is not looked up.

    Whoever has dates in the back office goes on to the list of the date, where a telephone without a scanner of ours
    marks with one touch.
    """
    if isinstance(request.user, User) and has_agenda(request.user):
        return redirect("organise:door", code=code)
    return render(request, "events/door.html")


@office_page
@require_safe
def office_door(request: OrganiserRequest, code: str) -> HttpResponse:
    """On to the attendance list of the code's date, with the code in its field; 404 for a date not theirs to see."""
    rows = Registration.objects.filter(slot__in=Slot.objects.visible_to(request.user))
    row = get_object_or_404(rows, pk=door_codes.number_of(code) or 0)
    address = redirect("organise:attendance", pk=row.slot_id).url
    return redirect(f"{address}?{urlencode({'code': door_codes.shown(door_codes.code_of(row))})}")


@office_page
@require_POST
def check_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Marks present whoever has the code, and says who. By htmx, answers with what is said and that person's line.

    Of several meetings the code counts for the one that is on: a page that shows another one gives way to its page.
    """
    slot = slot_for(request, pk, only_attendance=True)
    date = by_date.on(slot) if slot.dates > 1 else None
    elsewhere = date_of(request, slot) != date
    row, kind = None, "success"
    try:
        found = checking_in.check_in(slot, code=request.POST.get("code", "")[:200], by=request.user)
    except ChangeRefused as refusal:
        said, kind = str(refusal), "danger"
    else:
        row = found.registration
        if date:
            row = shown(slot.registrations.filter(pk=row.pk), slot, date)[0]
        name = found.registration.person_name or _("somebody without a name")
        said = _("%(name)s is present.") % {"name": name}
        if found.was_marked:
            said, kind = _("%(name)s was marked present before.") % {"name": name}, "warn"
    by_htmx = getattr(request, "htmx", False)
    if by_htmx and not elsewhere:
        context = {"slot": slot, "row": row, "kind": kind, "said": said, **about(slot, date)}
        return render(request, "organise/_checked_in.html", context)
    levels = {"success": messages.SUCCESS, "warn": messages.WARNING, "danger": messages.ERROR}
    messages.add_message(request, levels[kind], said)
    address = address_of(slot, date)
    return HttpResponseClientRedirect(address) if by_htmx else redirect(address)


@office_page
@require_POST
def let_in(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Somebody without a registration and without an account: a first name, and they are counted."""
    slot = slot_for(request, pk, only_attendance=True)
    date = date_of(request, slot)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(address_of(slot, date))
    try:
        number = date.number if date else None
        row = walking_in.let_in(**form.cleaned_data, slot=slot, by=request.user, date=number)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is counted in.") % {"name": row.first_name})
    return redirect(address_of(slot, date))


@office_page
@require_POST
def take_back(request: OrganiserRequest, pk: int, walk_in: int) -> HttpResponse:
    """Counted in by mistake."""
    slot = slot_for(request, pk, only_attendance=True)
    row = walking_in.take_back(slot, walk_in=walk_in, by=request.user)
    if row is not None:
        messages.success(request, _("Taken off the list, and the seat is free again."))
    return redirect(address_of(slot, date_of(request, slot)))
