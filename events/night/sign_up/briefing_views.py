"""The back office of the Night: which dates are an edition's briefing sessions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from events.night.editions.views import edition_for
from events.night.sign_up import briefing
from events.night.sign_up.forms import BriefingsForm
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form


@office_page
@require_form
def briefings(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Chooses them among the network's dates."""
    edition = edition_for(request, pk, to_change=True)
    form = BriefingsForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        briefing.offer(edition, slots=form.cleaned_data["slots"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organise-night:edition", pk=edition.pk)
    context = {
        "form": form,
        "heading": _("Briefing sessions"),
        "edition": edition,
        "intro": _(
            "Whoever signs up is asked to choose one of these dates. They are sessions like others: make them first, "
            "with their seats. With none ticked, nothing is asked."
        ),
    }
    return render(request, "organise/night/form.html", context)
