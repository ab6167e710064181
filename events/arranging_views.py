"""The back office page of a date's meetings."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from events import arranging, overview, scheduling
from events.arranging_forms import ArrangeForm
from events.changes_views import hold_if_posted, said_told
from events.models import Slot
from events.organise_views import OrganiserRequest, office_page, page_context, slot_for
from events.scheduling import ChangeRefused
from volunteers.methods import require_form


@office_page
@require_form
def meetings(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Two steps, as for a move: the meetings, then who will be told. ``more`` asks for more lines, without script."""
    slot = slot_for(request, pk)
    to_tell = arranging.concerned(slot).count() if slot.state == Slot.State.OPEN else 0
    more = "more" in request.POST
    with transaction.atomic():
        hold_if_posted(request, slot)
        form = ArrangeForm(request.POST or None, slot=slot, more=more)
        asks = False
        if request.method == "POST" and not more and form.is_valid():
            if form.is_done and "back" not in request.POST:
                told = scheduling.told_of_move(slot)
                messages.success(request, said_told(told) if told else _("It has these meetings now."))
                return redirect("organise:slot", pk=slot.pk)
            asks = bool(to_tell) and "confirmed" not in request.POST
            if not asks and "back" not in request.POST:
                try:
                    told = arranging.arrange(slot, planned=form.planned(), place=form.place(), by=request.user)
                except ChangeRefused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    messages.success(request, said_told(told))
                    return redirect("organise:slot", pk=slot.pk)
    planned = arranging.occasions_of(form.planned(), form.place()) if asks else None
    context = page_context(request, slot, form=form, to_tell=to_tell, planned=planned)
    context["clashes"] = overview.clashes(request.user, slot, planned)
    return render(request, "organise/meetings_confirm.html" if asks else "organise/meetings.html", context)
