"""The back office of a trainer: the sessions in their charge, and the people of each."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events import handouts
from events.organise_views import OrganiserRequest, office_page, page_context, slot_for
from events.permissions import can_write
from trainings import evaluating, leading
from trainings.models import Session


@office_page
@require_safe
def mine(request: OrganiserRequest) -> HttpResponse:
    """What is in my charge: to come, and of the last two months."""
    return render(request, "organise/trainings/mine.html", {"dates": leading.dates_of(request.user)})


@office_page
@require_safe
def people(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """Who comes and what they know, for whoever may see them (the trainer, the network's organisers)."""
    slot = slot_for(request, slot_id, only_attendance=True)
    session = get_object_or_404(Session.objects.select_related("training__grants"), slot=slot)
    context = page_context(request, slot, session=session, group=leading.group_of(slot))
    context["may_write"] = context["organises"] or can_write(request.user, slot)
    context["was_asked"] = evaluating.was_asked(slot)
    context["handouts"] = handouts.of([slot]).get(slot.pk, [])
    return render(request, "organise/trainings/people.html", context)
