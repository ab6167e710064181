"""The organisers' board: teams as they are now, changed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.night.board import balancing, moving, offering, recomposing
from events.night.board.forms import RecomposeForm
from events.night.board.journal import CHANGING, BoardRefused, Spot, shown_name
from events.night.board.standing import Standing, legend, stamp
from events.night.board.telling import Line, tell
from events.night.board.weighing import Scales
from events.night.editions.headquarters_views import headquarters_for
from events.night.editions.preparing import EditionRefused
from events.night.editions.views import edition_for
from events.night.models import Appeal, BoardChange, Edition, Headquarters, Participant, Sector
from events.night.permissions import (
    can_compose,
    can_organise,
    can_take_back,
    visible_editions,
    visible_headquarters,
    visible_people,
    visible_sectors,
)
from events.night.readiness import appealing
from events.night.readiness.counting import PEOPLE
from events.organise_views import OrganiserRequest, office_page
from volunteers.methods import require_form

PAGE = 50
EVERY = "every 5s"  # others' moves are looked for


@office_page
@require_safe
def overview(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Headquarters by headquarters: teams that go out, people, who waits, what is short."""
    night = edition_for(request, edition)
    parts = Standing(night, _headquarters(request, night)).parts
    whole = {name: sum(getattr(part, name) for part in parts) for name in ("going", "people", "waiting", "free")}
    context = _context(request, night) | {
        "parts": parts,
        "whole": whole | {"teams": sum(len(part.teams) for part in parts)},
        "heading": _("Board"),
    }
    return render(request, "organise/night/board/overview.html", context)


@office_page
@require_safe
def board_all(request: OrganiserRequest, edition: int) -> HttpResponse:
    """All teams of the edition, or of the headquarters that one coordinates."""
    night = edition_for(request, edition)
    return _board(request, night, _headquarters(request, night), at="all")


@office_page
@require_safe
def board_of(request: OrganiserRequest, pk: int) -> HttpResponse:
    """The teams of one headquarters."""
    headquarters = headquarters_for(request, pk)
    return _board(request, headquarters.edition, [headquarters], at=str(pk))


def _board(request: OrganiserRequest, night: Edition, headquarters: list[Headquarters], *, at: str) -> HttpResponse:
    """The board, or 204 for whoever sees all that it shows already."""
    shown = stamp(night, headquarters)
    if request.GET.get("seen") == shown:
        return HttpResponse(status=204)
    context = _context(request, night) | {
        "parts": Standing(night, headquarters).parts,
        "number": int(shown.partition(".")[0]),
        "stamp": shown,
        "at": at,
        "every": EVERY,
        "others": [(one, at == str(one.pk)) for one in _headquarters(request, night)],
        "people_url": reverse("organise-night:list") + "participants/",
        "legend": legend(night),
        "heading": _("All teams") if at == "all" else str(headquarters[0].district),
    }
    return render(request, "organise/night/board/board.html", context)


@office_page
@require_form
def person(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Where somebody could go, with what it would do; then brings them there, asking first when a rule is broken."""
    one = _person(request, pk)
    night, at = one.edition, _at(request)
    if not one.is_active:
        return _gone(request, one)
    if request.method == "POST":
        to = _target(request, request.POST.get("to", ""))
        effect = None
        if not request.POST.get("confirmed"):
            scales = Scales(night)
            effect = scales.weigh(offering.spots(scales, one.pk, to)) if one.pk in scales.people else None
        if effect and effect.breaks:
            context = {"edition": night, "person": one, "name": shown_name(one), "to": offering.called(to), "at": at}
            context |= {"value": request.POST["to"], "seen": _seen(request), "back": _back(night, at, to)}
            context |= {"effect": effect}
            return render(request, "organise/night/board/confirm.html", context)
        said = _("%(who)s is in %(place)s now, and stays there when teams are composed again.")
        words = {"who": shown_name(one), "place": offering.called(to)}
        return _done(
            request, night, lambda: moving.move(one, to=to, seen=_seen(request), by=request.user), said % words, to=to
        )
    number, scales = moving.number_of(night), Scales(night)
    is_weighed = one.pk in scales.people  # not where every headquarters is called off
    spot = scales.spots.get(one.pk)
    context = {
        "edition": night,
        "person": one,
        "name": shown_name(one),
        "here": offering.here(scales, one),
        "facts": offering.facts(scales, one) if is_weighed else [],
        "offers": offering.offers(scales, one, _headquarters(request, night)),
        "acts": _acts(spot),
        "at": at,
        "back": _back(night, at or (str(spot.headquarters) if spot else "")),
        "seen": number,
        "may_change": night.state in CHANGING,
    }
    return render(request, "organise/night/board/person.html", context)


def _acts(spot: Spot | None) -> list[tuple[str, str]]:
    """What else can be done with somebody who is there."""
    if spot is None:
        return []
    acts = [("unpin", _("Let the next roster decide"))] if spot.is_pinned else [("pin", _("Pin"))]
    return acts + ([("lead", _("Make leader"))] if spot.sector and not spot.leads else [])


@office_page
@require_POST
def person_act(request: OrganiserRequest, pk: int, act: str) -> HttpResponse:
    """Pins somebody where they are, lets go of the pin, or makes them lead their team."""
    one = _person(request, pk)
    who = {"who": shown_name(one)}
    acts: dict[str, tuple[Callable[..., BoardChange | None], str]] = {
        "pin": (moving.pin, _("%(who)s stays there when teams are composed again.")),
        "unpin": (moving.unpin, _("The next roster decides where %(who)s goes.")),
        "lead": (moving.lead, _("%(who)s leads the team now.")),
    }
    if act not in acts:
        raise Http404
    if not one.is_active:
        return _gone(request, one)
    verb, said = acts[act]
    return _done(request, one.edition, lambda: verb(one, seen=_seen(request), by=request.user), said % who, person=one)


@office_page
@require_POST
def team_act(request: OrganiserRequest, pk: int, act: str) -> HttpResponse:
    """Pins a whole team, or lets go of its pins."""
    sectors = visible_sectors(request.user).select_related("edition__network", "headquarters__slot")
    sector: Sector = get_object_or_404(sectors, pk=pk)
    acts: dict[str, tuple[Callable[..., BoardChange | None], str]] = {
        "pin": (moving.pin_team, _("Team %(team)s stays as it is when teams are composed again.")),
        "unpin": (moving.unpin_team, _("The next roster decides who is in %(team)s.")),
    }
    if act not in acts:
        raise Http404
    verb, said = acts[act]
    words = said % {"team": sector.code}
    return _done(request, sector.edition, lambda: verb(sector, seen=_seen(request), by=request.user), words, to=sector)


@office_page
@require_safe
def changes(request: OrganiserRequest, edition: int) -> HttpResponse:
    """What was changed by hand, the last first; each can be taken back while nobody was moved again since."""
    night = edition_for(request, edition, to_change=True)
    rows = BoardChange.objects.filter(board=night.pk).select_related("by", "roster", "of").order_by("-number")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    told = tell(list(page))
    may = night.state in CHANGING
    lines = [Line(row, told[row.pk], may and row.may_be_undone, may and row.is_undone) for row in page]
    context = _context(request, night) | {"lines": lines, "page_obj": page, "heading": _("Changes")}
    return render(request, "organise/night/board/changes.html", context)


@office_page
@require_safe
def balance(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Which headquarters lack people, and who waits elsewhere, how far away, and could be asked."""
    night = edition_for(request, edition, to_change=True)
    rows = night.headquarters.select_related("district", "slot__venue").order_by("district__code")
    parts = Standing(night, rows).parts
    sent = Appeal.objects.filter(headquarters__edition=night, what=PEOPLE).with_answers()
    context = _context(request, night) | {
        "heading": _("Balance between headquarters"),
        "at": "all",
        "shortages": balancing.shortages(night, parts),
        "may_ask": appealing.may_ask(night, waiting=True),
        "what": PEOPLE,
        "appeals": sent.select_related("headquarters__district")[:PAGE],
    }
    return render(request, "organise/night/board/balance.html", context)


@office_page
@require_form
def recompose(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Asks what stays, then has a roster composed around it; a coordinator, of their own headquarters alone."""
    night = edition_for(request, edition)
    form = RecomposeForm(
        request.POST or None,
        headquarters=visible_headquarters(request.user).filter(edition=night),
        organises=can_organise(request.user, night),
        initial={"only": request.GET.get("only")},
    )
    if request.method == "POST" and form.is_valid():
        if not can_compose(request.user, night, form.cleaned_data["only"]):
            raise PermissionDenied
        try:
            run = recomposing.recompose(night, by=request.user, **form.cleaned_data)
        except EditionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("organise-night:roster", pk=run.pk)
    context = _context(request, night) | {"form": form, "heading": _("Compose around what was decided"), "at": "all"}
    return render(request, "organise/night/board/recompose.html", context)


@office_page
@require_POST
def take_back(request: OrganiserRequest, pk: int, act: str) -> HttpResponse:
    """Undoes one change, or does it again."""
    rows = BoardChange.objects.filter(board__edition__in=visible_editions(request.user))
    change: BoardChange = get_object_or_404(rows.select_related("board__edition__network"), pk=pk)
    night = change.board.edition
    if not can_take_back(request.user, change):
        raise PermissionDenied
    acts: dict[str, tuple[Callable[..., BoardChange], str]] = {
        "undo": (moving.undo, _("Taken back.")),
        "redo": (moving.redo, _("Done again.")),
    }
    if act not in acts:
        raise Http404
    verb, said = acts[act]
    return _done(request, night, lambda: verb(change, by=request.user), said, undo=False)


def _done(
    request: OrganiserRequest,
    night: Edition,
    act: Callable[[], BoardChange | None],
    said: str,
    *,
    to: Sector | Headquarters | None = None,
    person: Participant | None = None,
    undo: bool = True,
) -> HttpResponse:
    """Does it, says so with a way to take it back, and returns to the board."""
    at = _at(request)
    try:
        entry = act()
    except BoardRefused as refusal:
        messages.error(request, str(refusal))
    else:
        url = ""
        if entry and undo:
            url = f"{reverse('organise-night:board-take-back', args=[entry.pk, 'undo'])}?at={at}"
        messages.success(request, said if entry else _("It is so already."), extra_tags=url)
    return redirect(_back(night, at, to, person))


def _back(night: Edition, at: str, to: Sector | Headquarters | None = None, person: Participant | None = None) -> str:
    """The board that the person came from: all of it, one headquarters', or that of where somebody went."""
    if at == "all":
        return reverse("organise-night:board-all", args=[night.pk])
    if at == "changes":
        return reverse("organise-night:board-changes", args=[night.pk])
    if at:
        return reverse("organise-night:board-of", args=[at])
    if to:
        return reverse("organise-night:board-of", args=[to.headquarters_id if isinstance(to, Sector) else to.pk])
    return reverse("organise-night:board", args=[night.pk])


def _at(request: OrganiserRequest) -> str:
    """Which board the person looks at: "all", "changes", a headquarters' key, or "" where that is not known."""
    at = request.POST.get("at") or request.GET.get("at", "")
    return at if at in ("all", "changes") or (at.isdecimal() and len(at) < 19) else ""


def _seen(request: OrganiserRequest) -> int:
    """The journal's number that their page showed; 0, before everything, where it says none."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else 0


def _person(request: OrganiserRequest, pk: int) -> Participant:
    """Somebody whom this person may move (404), or might have before they withdrew."""
    rows = visible_people(request.user).select_related("edition__network", "volunteer__user", "group")
    found: Participant = get_object_or_404(rows, pk=pk)
    return found


def _gone(request: OrganiserRequest, one: Participant) -> HttpResponse:
    """Back to the board of whoever was about to change something about somebody who has withdrawn since."""
    messages.error(request, _("%(who)s has withdrawn.") % {"who": shown_name(one)})
    return redirect(_back(one.edition, _at(request)))


def _target(request: OrganiserRequest, value: str) -> Sector | Headquarters:
    """The team or the reserve that was chosen, if it is this person's to fill (404)."""
    what, key = value[:1], value[1:]
    if not (key.isdecimal() and len(key) < 19):
        raise Http404
    if what == "s":
        sectors = visible_sectors(request.user).select_related("headquarters__district")
        sector: Sector = get_object_or_404(sectors, pk=key)
        return sector
    headquarters: Headquarters = get_object_or_404(
        visible_headquarters(request.user).select_related("district"), pk=key if what == "h" else 0
    )
    return headquarters


def _headquarters(request: OrganiserRequest, night: Edition) -> list[Headquarters]:
    rows = visible_headquarters(request.user).filter(edition=night).select_related("district")
    return list(rows.order_by("district__code"))


def _context(request: OrganiserRequest, night: Edition) -> dict[str, Any]:
    """What the head of each board shows: what can be taken back, and done again."""
    undo = moving.last_done(night, by=request.user)
    redo = moving.next_undone(night, by=request.user)
    told = tell([change for change in (undo, redo) if change])
    return {
        "edition": night,
        "organises": can_organise(request.user, night),
        "may_change": night.state in CHANGING,
        "may_recompose": night.state in recomposing.COMPOSED_IN,
        "undo": undo and Line(undo, told[undo.pk]),
        "redo": redo and Line(redo, told[redo.pk]),
    }
