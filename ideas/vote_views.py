"""Where one votes: the ideas of a call, one's own ballot, theirs to change or to take back until the vote closes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ideas import permissions, reports, voting
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea, Phase
from ideas.vote_forms import CHECKED, POINTS, BallotForm
from volunteers import backoffice
from volunteers.methods import require_form


@dataclass(frozen=True)
class Candidate:
    """A line of the ballot: an idea and the points that it has there."""

    idea: Idea
    author: str
    points: int


@never_cache
@login_required
@require_form
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """The ballot. Nothing chosen, or "take it back", is no ballot."""
    calls = Call.objects.visible_to(backoffice.acting_user(request)).exclude(vote="")
    call = get_object_or_404(calls.select_related("network").prefetch_related("phases"), slug=slug)
    phase = call.phase(Phase.Kind.VOTE)
    if phase is None:
        raise Http404
    if not permissions.has_a_vote(request.user, call):
        raise PermissionDenied
    volunteer = request.user.volunteer  # type: ignore[union-attr]
    own = voting.chosen_by(volunteer, call=call)
    form = BallotForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        points = {} if "take_back" in request.POST else form.points
        try:
            ballot = voting.vote(volunteer, call=call, points=points)
        except IdeaRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _kept(phase) if ballot else _("You have no ballot in this vote."))
            return redirect("ideas:vote", slug=slug)
    if not permissions.can_vote(request.user, call):
        messages.info(request, _when(phase))
        return redirect("ideas:call", slug=slug)
    shown = dict(form.points if form.errors else own)
    rows = [Candidate(idea, reports.author_of(idea), shown.pop(idea.pk, 0)) for idea in voting.candidates(call)]
    context = {
        "call": call,
        "phase": phase,
        "closes": _end(phase),
        "form": form,
        "rows": rows,
        "has_ballot": bool(own),
        # What one voted on before its text was hidden: counted, unless the ballot is sent anew.
        "gone": list(Idea.objects.filter(pk__in=shown)) if own and not form.errors else [],
        "given": sum(row.points for row in rows),
        "checked": CHECKED,
        "points": POINTS,
    }
    return render(request, "ideas/vote.html", context)


def _kept(phase: Phase) -> str:
    return _("Your ballot is kept. You can change it until %(moment)s.") % {"moment": _end(phase)}


def _when(phase: Phase) -> str:
    if phase.starts_at > timezone.now():
        return _("The vote opens on %(moment)s.") % {"moment": _moment(phase.starts_at)}
    return _("The vote closed on %(moment)s.") % {"moment": _end(phase)}


def _end(phase: Phase) -> str:
    """In words: the last day where it ends with it, as the call's own page says; else the moment."""
    if timezone.localtime(phase.ends_at).time() == dt.time():
        return date_format(timezone.localtime(phase.last_moment))
    return _moment(phase.ends_at)


def _moment(moment: object) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")  # type: ignore[arg-type]
