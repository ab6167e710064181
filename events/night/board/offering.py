"""Where one person could go: each team and each reserve, with what that would do, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from events.night.board.journal import Spot
from events.night.board.weighing import Effect, Scales
from events.night.composing.peopling import clearance_tag
from events.night.models import Headquarters, Participant, Sector
from volunteers.models import Qualification


@dataclass(frozen=True)
class Option:
    """One team, or, without a sector, the reserve. ``value``: as the form sends it back; ``size``: people there now."""

    value: str
    sector: Sector | None
    size: int
    effect: Effect

    @property
    def key(self) -> tuple[object, ...]:
        return (bool(self.effect.breaks), self.effect.key, self.sector is None)


@dataclass(frozen=True)
class Place:
    """A headquarters; ``wish``: what it is to the person, in words; not ``willing``: they would not go there."""

    is_here: bool
    headquarters: Headquarters
    wish: str
    cost: int | None
    options: list[Option]

    @property
    def willing(self) -> bool:
        return self.cost is not None


def offers(scales: Scales, person: Participant, headquarters: Sequence[Headquarters]) -> list[Place]:
    """The headquarters where the person is first, then as they wish them. No query beside those of the scales."""
    if person.pk not in scales.people:
        return []
    now, costs = scales.spots.get(person.pk), scales.costs(person.pk)
    here = now.headquarters if now else None
    prefs = [int(key) for key in scales.people[person.pk]["prefs"]]
    by_place: dict[int, list[Sector]] = {one.pk: [] for one in headquarters}
    for sector in sorted(scales.sectors.values(), key=lambda sector: (len(sector.code), sector.code)):
        if sector.headquarters_id in by_place:
            by_place[sector.headquarters_id].append(sector)
    places = []
    for one in headquarters:
        options = [
            Option(
                f"s{sector.pk}", sector, len(scales.members[sector.pk]), scales.weigh(spots(scales, person.pk, sector))
            )
            for sector in by_place[one.pk]
            if not (now and now.sector == sector.pk)
        ]
        if now is None or (now.headquarters, now.sector) != (one.pk, None):
            reserve = sum(spot == (one.pk, None, *spot[2:]) for spot in scales.spots.values() if spot)
            options.append(Option(f"h{one.pk}", None, reserve, scales.weigh(spots(scales, person.pk, one))))
        options.sort(key=lambda option: option.key)
        places.append(Place(one.pk == here, one, _wish(one.pk, prefs, costs), costs.get(one.pk), options))
    return sorted(places, key=lambda place: (not place.is_here, not place.willing, place.cost or 0))


def spots(scales: Scales, person: int, to: Sector | Headquarters) -> dict[int, Spot | None]:
    """What bringing the person there would change."""
    if isinstance(to, Sector):
        return scales.move(person, to)
    return {person: Spot(to.pk, is_pinned=True)}


def facts(scales: Scales, person: Participant) -> list[str]:
    """What an organiser wants to know of somebody before moving them. Two queries beside those of the scales."""
    row = scales.people[person.pk]
    codes = {key: place.district.code for key, place in scales.headquarters.items()}
    said = []
    if wished := [codes[int(key)] for key in row["prefs"]]:
        said.append(_("wishes %(places)s") % {"places": ", ".join(wished)})
    said.append(str(person.get_reach_display()))
    if row["leader"]:
        said.append(_("willing to lead"))
    if row["experienced"]:
        said.append(_("has done a Night before"))
    if row["kind"] == Participant.Kind.PROFESSIONAL:
        said.append(str(person.get_kind_display()))
    said.append(_("walking: %(walk)s") % {"walk": person.get_max_walk_display()})
    said += [str(language) for language in person.languages.order_by("name")]
    said += [str(one) for one in Qualification.objects.order_by("name") if clearance_tag(one.slug) in row["tags"]]
    for key in sorted(scales.friends.get(row["group"] or "", set()) - {person.pk}):
        spot = scales.spots.get(key)
        at = scales.sectors[spot.sector].code if spot and spot.sector else _("no team")
        said.append(_("friend: %(who)s (%(place)s)") % {"who": scales.names[key], "place": at})
    return said


def here(scales: Scales, person: Participant) -> str:
    """Where somebody is now, in words."""
    spot = scales.spots.get(person.pk)
    if spot is None:
        return _("nowhere yet")
    if spot.sector is None:
        at = _("reserve %(code)s") % {"code": scales.headquarters[spot.headquarters].district.code}
    else:
        at = _("leads %(team)s") if spot.leads else _("in %(team)s")
        at %= {"team": scales.sectors[spot.sector].code}
    return f"{at}, {_('pinned')}" if spot.is_pinned else at


def called(to: Sector | Headquarters) -> str:
    """A team by its code, a reserve by its headquarters."""
    return to.code if isinstance(to, Sector) else _("reserve %(code)s") % {"code": to.district.code}


def _wish(place: int, prefs: list[int], costs: dict[int, int]) -> str:
    if place in prefs:
        return (_("first choice"), _("second choice"), _("third choice"))[min(prefs.index(place), 2)]
    return _("goes there as well") if place in costs else _("not willing to go there")
