"""The journal's entries in words: who was brought where, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.night.board.journal import Spot, shown_name
from events.night.models import BoardChange, Headquarters, Participant, Sector

NAMED = 3  # people that a line names


@dataclass(frozen=True)
class Line:
    """``what``: "Awa D.: 11-1 → 12-1"; ``may_undo``, ``may_redo``: what whoever looks may do with it."""

    change: BoardChange
    what: str
    may_undo: bool = False
    may_redo: bool = False


def lines(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Where each of an entry's rows brings somebody: "Awa D.: 11-1 → 12-1". Three queries for any number."""
    spots = [Spot(*spot) for _key, *both in rows for spot in both if spot]
    people = Participant.objects.filter(pk__in=[row[0] for row in rows])
    names = {row.pk: shown_name(row) for row in people.select_related("volunteer__user")}
    codes = dict(Sector.objects.filter(pk__in={spot.sector for spot in spots}).values_list("pk", "code"))
    places = Headquarters.objects.filter(pk__in={spot.headquarters for spot in spots}).select_related("district")
    reserves = {row.pk: _("reserve %(code)s") % {"code": row.district.code} for row in places}

    def place(spot: Spot | None) -> str:
        if spot is None:
            return _("nowhere")
        return codes.get(spot.sector, "?") if spot.sector else reserves.get(spot.headquarters, "?")

    def line(key: int, before: Spot | None, after: Spot | None) -> str:
        name = names.get(key, _("somebody who has left"))
        if before and after and before.sector == after.sector and before.headquarters == after.headquarters:
            if before.leads != after.leads:
                led = _("%(who)s leads %(team)s") if after.leads else _("%(who)s no longer leads %(team)s")
                return led % {"who": name, "team": place(after)}
            pinned = _("%(who)s pinned in %(team)s") if after.is_pinned else _("%(who)s no longer pinned in %(team)s")
            return pinned % {"who": name, "team": place(after)}
        return _("%(who)s: %(before)s → %(after)s") % {"who": name, "before": place(before), "after": place(after)}

    return [line(key, *(Spot(*spot) if spot else None for spot in both)) for key, *both in rows]


def tell(changes: Sequence[BoardChange]) -> dict[int, str]:
    """What each entry did, by its key. Three queries for any number of entries."""
    words = iter(lines([row for change in changes for row in change.rows[:NAMED]]))
    told = {}
    for change in changes:
        said = [next(words) for _row in change.rows[:NAMED]]
        if change.kind == BoardChange.Kind.CHOSEN:
            chosen = change.roster or _("a roster that has been deleted")
            said = [_("“%(roster)s” chosen") % {"roster": chosen}]
        elif (more := len(change.rows) - NAMED) > 0:
            said.append(ngettext("%(count)d more person", "%(count)d more people", more) % {"count": more})
        told[change.pk] = "; ".join(said)
    return told
