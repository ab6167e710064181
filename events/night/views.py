"""What the public sees of a headquarters: where to come, and when."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.models import Slot
from events.night.models import Headquarters
from events.night.permissions import can_fill_in
from volunteers.backoffice import acting_user


@require_safe
def headquarters(request: HttpRequest, slot_id: int) -> HttpResponse:
    """A headquarters' own page, once its date is public; before, for those who prepare it."""
    rows = Headquarters.objects.select_related("edition__network", "district", "slot__venue")
    found = get_object_or_404(rows, slot=slot_id)
    if found.slot.state == Slot.State.DRAFT and not can_fill_in(acting_user(request), found):
        raise Http404
    context = {"headquarters": found, "edition": found.edition, "slot": found.slot}
    return render(request, "night/headquarters.html", context)
