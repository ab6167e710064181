"""The board of a quarter, and what participants ask for next: the back office of who plans."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.organise_views import OrganiserRequest, office_page
from trainings import evaluation_results
from trainings.board import board_of
from trainings.models import Theme
from trainings.quarters import Quarter
from volunteers.models import Network
from volunteers.permissions import organised_networks

PAGE = 100
BACK, AHEAD = 6, 3  # quarters to choose from


@office_page
@require_safe
def quarter(request: OrganiserRequest) -> HttpResponse:
    """What needs somebody, and how the quarter goes, for the networks that one runs."""
    mine = _networks(request)
    quarter, networks = _quarter(request), _chosen(request, mine)
    board = board_of(networks, quarter, month=request.GET.get("month", ""), district=request.GET.get("district", ""))
    themes = Theme.objects.filter(network__in=networks, year=quarter.year, quarter=quarter.number)
    context = _frame(request, quarter, mine) | {"board": board, "themes": themes.select_related("network")}
    return render(request, "organise/trainings/quarter.html", context)


@office_page
@require_safe
def wishes(request: OrganiserRequest) -> HttpResponse:
    """What participants missed or ask for next: the material of the next call for ideas."""
    mine = _networks(request)
    quarter, networks = _quarter(request), _chosen(request, mine)
    page = Paginator(evaluation_results.wishes(networks, quarter), PAGE).get_page(request.GET.get("page"))
    context = _frame(request, quarter, mine) | {"page_obj": page}
    return render(request, "organise/trainings/wishes.html", context)


def _networks(request: OrganiserRequest) -> list[Network]:
    networks = list(organised_networks(request.user).order_by("name", "pk"))
    if not networks:
        raise PermissionDenied
    return networks


def _chosen(request: OrganiserRequest, networks: list[Network]) -> list[Network]:
    return [one for one in networks if one.slug == request.GET.get("network")] or networks


def _quarter(request: OrganiserRequest) -> Quarter:
    """The one that the address asks for; the present one when it asks for none that could be."""
    try:
        return Quarter.parse(request.GET.get("quarter", ""))
    except ValueError:
        return Quarter.of(timezone.localdate())


def _frame(request: OrganiserRequest, quarter: Quarter, networks: list[Network]) -> dict[str, object]:
    present = Quarter.of(timezone.localdate())
    choices = {shift(present, number) for number in range(-BACK, AHEAD + 1)} | {quarter}
    return {
        "quarter": quarter,
        "quarter_words": quarter.words,
        "quarters": [(str(one), one.words) for one in sorted(choices, reverse=True)],
        "earlier": shift(quarter, -1),
        "later": shift(quarter, 1),
        "networks": networks,
        "network": request.GET.get("network", ""),
    }


def shift(quarter: Quarter, quarters: int) -> Quarter:
    """So many quarters later."""
    number = quarter.year * 4 + quarter.number - 1 + quarters
    return Quarter(number // 4, number % 4 + 1)
