"""The back office of the Night: the people of an edition."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from events.night.editions.views import edition_for
from events.night.models import Edition, Participant
from events.night.models.participants import ParticipantQuerySet
from events.night.people import shown
from events.night.people.forms import PeopleFilter
from events.night.people.resources import PeopleResource
from events.night.permissions import can_organise, visible_headquarters, visible_lists, visible_people
from events.organise_views import OrganiserRequest, office_page
from volunteers.tables import xlsx_response

PAGE = 50


@office_page
@require_safe
def people(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Who takes part, where and how: all of an edition for its organisers, one's own headquarters for a coordinator."""
    night = edition_for(request, edition)
    organises = can_organise(request.user, night)
    asked, found = _found(request, night, organises=organises)
    page = Paginator(shown.with_wishes(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "edition": night,
        "organises": organises,
        "filter": asked,
        "asked": any(value for name, value in request.GET.items() if name != "page"),
        "query": request.GET.urlencode(),
        "counts": shown.counts(found),
        "page_obj": page,
        "rows": [_row(one) for one in page],
        "lists": visible_lists(request.user).filter(edition=night).select_related("created_by")[:5]
        if organises
        else [],
    }
    return render(request, "organise/night/people.html", context)


@office_page
@require_safe
def export(request: OrganiserRequest, edition: int) -> HttpResponse:
    """The same people, all pages, as a spreadsheet; for organisers."""
    night = edition_for(request, edition, to_change=True)
    _asked, found = _found(request, night, organises=True)
    table = PeopleResource().export(shown.with_wishes(found))
    return xlsx_response(table, title=_("People"), filename=_("people of the Night"))


def _found(request: OrganiserRequest, night: Edition, *, organises: bool) -> tuple[PeopleFilter, ParticipantQuerySet]:
    asked = PeopleFilter(request.GET, edition=night, places=visible_headquarters(request.user), organises=organises)
    return asked, asked.apply(visible_people(request.user).filter(edition=night))


def _row(row: Participant) -> dict[str, Any]:
    return {
        "person": row,
        "name": shown.name_of(row),
        "phone": shown.phone_of(row),
        "place": shown.place_of(row),
        "team": shown.team_of(row),
        "waits": shown.waits(row),
        "by": shown.by_whom(row),
        "choices": [choice.headquarters.district.code for choice in row.choices.all()],
    }
