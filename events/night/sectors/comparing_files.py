"""Comparing what a file of sectors or headquarters holds with an edition: what confirming it would write.

Writes nothing. Both plans are made of lines as lists of volunteers are, row by row, and have a digest: confirming
writes a plan that still has the digest of the one that was looked at.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from events.models import Venue
from events.night.editions.preparing import EditionRefused
from events.night.editions.siting import Site, check_site
from events.night.models import Edition, Headquarters, Sector
from events.night.sectors import boundaries
from events.night.sectors.boundaries import Fault
from events.night.sectors.reading_files import HeadquartersReader, RawRow, SectorReader
from volunteers import cells
from volunteers.models import District, User
from volunteers.reading_lists import Line

LABELS = {
    "code": _("Code"),
    "district": _("District"),
    "headquarters": _("Headquarters"),
    "kind": _("Kind of place"),
    "walk": _("Walking"),
    "professionals_only": _("Professionals only"),
    "least": _("Smallest team"),
    "target": _("Team aimed at"),
    "most": _("Largest team"),
    "needs": _("Needed"),
    "wants": _("Wished for"),
    "rally_points": _("Rally points"),
    "dangers": _("Dangers"),
    "difficulties": _("Known difficulties"),
    "boundary": _("Boundary"),
    "venue": _("Venue"),
    "street": _("Street"),
    "postal_code": _("Postal code"),
    "capacity": _("Seats"),
    "arrival": _("Arrival"),
    "briefing": _("Briefing"),
    "meal": _("Meal"),
    "quota": _("At most so many people"),
}
PLAIN = ("walk", "professionals_only", "least", "target", "most", "rally_points", "dangers", "difficulties")
NEW_SEATS = 100  # of a headquarters of which the file does not say how many it has
TAG = tuple[str, int]  # ("language" or "qualification", its key)


@dataclass
class Plan:
    """What confirming would write: the preview's lines, what is wrong with the ground, and the rows behind them."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    digest: str = ""
    sectors: list[tuple[Sector, set[TAG], set[TAG]]] = field(default_factory=list)  # with what is needed, wished for
    changed: list[tuple[Sector, set[TAG] | None, set[TAG] | None]] = field(default_factory=list)  # None: stays
    gone: list[Sector] = field(default_factory=list)
    kept: list[Sector] = field(default_factory=list)
    sites: list[tuple[District, Site]] = field(default_factory=list)
    resited: list[tuple[Headquarters, Site]] = field(default_factory=list)
    venues: list[Venue] = field(default_factory=list)  # those that are new
    outlines: list[tuple[District, dict[str, Any]]] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(1 for line in self.lines if line.faults)

    @property
    def created(self) -> int:
        return sum(1 for line in self.lines if line.import_type == Line.IMPORT_TYPE_NEW)

    @property
    def updated(self) -> int:
        return sum(1 for line in self.lines if line.import_type == Line.IMPORT_TYPE_UPDATE)

    @property
    def is_confirmable(self) -> bool:
        """One row refused means that nothing is written."""
        return not self.refused and bool(self.created or self.updated or self.gone)

    def sealed(self) -> Plan:
        """The plan with its digest: of all that the preview shows, and of what it rests on."""
        self.lines.sort(key=lambda line: line.number)
        said = [[line.number, line.who, line.import_type, line.changes, line.notes, line.faults] for line in self.lines]
        ground = [[fault.codes, fault.sentence] for fault in self.faults]
        gone = sorted(sector.code for sector in self.gone)
        self.digest = hashlib.sha256(json.dumps([said, ground, gone]).encode()).hexdigest()
        return self


class SectorPlanner:
    """Of a file of sectors."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.reader = SectorReader()
        rows = edition.headquarters.select_related("district")
        self.headquarters = {row.district_id: row for row in rows}
        self.prefixes = {row.district.code: row.district_id for row in rows}
        sectors = edition.sectors.select_related("kind", "headquarters__district").prefetch_related("tags")
        self.existing = {sector.code: sector for sector in sectors}
        self.before = {code: _facts(sector) for code, sector in self.existing.items()}

    def plan(self, rows: Sequence[RawRow], *, replaces: bool) -> Plan:
        """What the file would change. Of a code that stands twice in it, both rows are refused."""
        plan = Plan()
        cleaned = [self._cleaned(row) for row in rows]
        self._number(cleaned, anew=replaces)
        times = Counter(values["code"] for _line, values, _raw in cleaned if values.get("code"))
        for line, values, raw in cleaned:
            code = values.get("code", "")
            line.who = code or "?"
            if times[code] > 1:
                line.refuse(LABELS["code"], code, _("Another row of this file has this code."))
            if not line.faults:
                self._compare(line, values, raw, plan)
            plan.lines.append(line)
        touched = {sector.code for sector, *_tags in (*plan.sectors, *plan.changed)}
        named = set(times)
        for code, sector in self.existing.items():
            if replaces and code not in named:
                plan.gone.append(sector)
            elif code not in touched:
                plan.kept.append(sector)
        if not plan.refused:
            plan.faults = self._ground(plan)
        return plan.sealed()

    def _cleaned(self, raw: RawRow) -> tuple[Line, dict[str, Any], RawRow]:
        line = Line(raw.number, "")
        line.faults += [(column, value, why) for column, value, why in raw.faults]
        if line.faults:
            line.import_type = Line.IMPORT_TYPE_INVALID
        values = self.reader.clean(raw, lambda name, value, why: line.refuse(LABELS[name], value, why))
        if values.get("district") is None:
            values["district"] = self.prefixes.get(values.get("code", "").partition("-")[0])
        if values["district"] is None:
            if not line.faults:
                sentence = _("Say which district it is in: no headquarters of this edition has such a code.")
                line.refuse(LABELS["district"], "", sentence)
        elif values["district"] not in self.headquarters:
            line.refuse(LABELS["district"], "", _("There is no headquarters in this district: add it first."))
        return line, values, raw

    def _number(self, cleaned: Iterable[tuple[Line, dict[str, Any], RawRow]], *, anew: bool) -> None:
        """Gives the rows without a code the next numbers of their district; ``anew``, from 1 on."""
        taken = {*(() if anew else self.existing), *(values.get("code") for _line, values, _raw in cleaned)}
        for line, values, _raw in cleaned:
            if values.get("code") or line.faults:
                continue
            district = self.headquarters[values["district"]].district.code
            number = 1
            while (code := f"{district}-{number}") in taken:
                number += 1
            taken.add(code)
            values["code"] = code

    def _compare(self, line: Line, values: dict[str, Any], raw: RawRow, plan: Plan) -> None:
        code = values["code"]
        sector = self.existing.get(code) or Sector(edition=self.edition, code=code)
        is_new = sector.pk is None
        sector.headquarters = self.headquarters[values["district"]]
        kind = self.reader.kinds.get(values.get("kind") or 0)
        if kind is None and is_new:
            kind = next(iter(self.reader.kinds.values()), None)
        if kind is not None:
            sector.kind = kind
        elif is_new:
            line.refuse(LABELS["kind"], "", _("There is no kind of place yet: an administrator adds them."))
            return
        for name in PLAIN:
            if values.get(name) not in (None, ""):
                setattr(sector, name, values[name])
        self._fit_sizes(sector, values)
        if raw.boundary:
            sector.boundary = raw.boundary
        if not sector.least <= sector.target <= sector.most:
            sizes = f"{sector.least}, {sector.target}, {sector.most}"
            line.refuse(LABELS["target"], sizes, _("Sizes go up: the smallest team, the one aimed at, the largest."))
            return
        needs = {tuple(tag) for tag in values["needs"]} if values.get("needs") else None
        wants = {tuple(tag) for tag in values["wants"]} if values.get("wants") else None
        self._say(line, sector, needs, wants)
        if is_new:
            line.import_type = Line.IMPORT_TYPE_NEW
            if not sector.boundary:
                line.notes.append(_("Without a boundary it is not on the map."))
            plan.sectors.append((sector, needs or set(), (wants or set()) - (needs or set())))
        elif line.changes:
            line.import_type = Line.IMPORT_TYPE_UPDATE
            plan.changed.append((sector, needs, wants))
        else:
            line.import_type = Line.IMPORT_TYPE_SKIP

    def _fit_sizes(self, sector: Sector, values: dict[str, Any]) -> None:
        """Sizes of which the file says nothing give way to those that it names."""
        said = [name for name in ("least", "target", "most") if values.get(name)]
        if said and len(said) < 3:
            numbers = [values[name] for name in said]
            if "least" not in said:
                sector.least = min(sector.least, *numbers)
            if "most" not in said:
                sector.most = max(sector.most, *numbers)
            if "target" not in said:
                sector.target = min(max(sector.target, sector.least), sector.most)

    def _say(self, line: Line, sector: Sector, needs: set[Any] | None, wants: set[Any] | None) -> None:
        before = self.before.get(sector.code, {})
        after = _facts(sector, needs=needs, wants=wants)
        for name, value in after.items():
            if name in ("needs", "wants"):
                was, becomes = self._tags(before.get(name, ())), self._tags(value)
            else:
                was, becomes = _in_words(before.get(name)), _in_words(value)
                if value is False and not before:
                    continue  # of a new sector, what it is not
            if was != becomes:
                line.changes.append((LABELS[name], was, becomes))

    def _tags(self, tags: Iterable[TAG]) -> str:
        return ", ".join(sorted(self.reader.tag_words.get(tag, "?") for tag in tags))

    def _ground(self, plan: Plan) -> list[Fault]:
        """What would be wrong with the ground afterwards, in the districts that the file speaks of."""
        after = [*(sector for sector, *_tags in (*plan.sectors, *plan.changed)), *plan.kept]
        speaks = {self.headquarters_of(sector) for sector, *_tags in (*plan.sectors, *plan.changed)}
        speaks |= {self.headquarters_of(sector) for sector in plan.gone}
        districts = {row.district.code: row.district.boundary for row in self.headquarters.values()}
        faults = boundaries.faults_of(
            {sector.code: (self.headquarters_of(sector), sector.boundary) for sector in after}, districts
        )
        touched = {sector.code for sector, *_tags in (*plan.sectors, *plan.changed)}
        return [fault for fault in faults if touched & set(fault.codes) or fault.district in speaks]

    @staticmethod
    def headquarters_of(sector: Sector) -> str:
        return sector.headquarters.district.code


class HeadquartersPlanner:
    """Of a file of headquarters. Outlines of districts are the city's: only an administrator's file changes them."""

    def __init__(self, edition: Edition, *, by: User) -> None:
        self.edition, self.redraws = edition, by.is_superuser
        self.reader = HeadquartersReader()
        rows = edition.headquarters.select_related("district", "slot__venue")
        self.existing = {row.district_id: row for row in rows}
        self.districts = District.objects.in_bulk()
        self.venues = {cells.plain(venue.name): venue for venue in Venue.objects.order_by("-pk")}

    def plan(self, rows: Sequence[RawRow]) -> Plan:
        """What the file would change. Of a district that stands twice in it, both rows are refused."""
        plan = Plan()
        cleaned = []
        for raw in rows:
            line = Line(raw.number, "")
            line.faults += [(column, value, why) for column, value, why in raw.faults]
            refuse = line.refuse
            values = self.reader.clean(
                raw,
                lambda name, value, why, refuse=refuse: refuse(LABELS[name], value, why),  # type: ignore[misc]
            )
            if line.faults:
                line.import_type = Line.IMPORT_TYPE_INVALID
            elif values.get("district") is None:
                line.refuse(LABELS["district"], "", _("Say which district it is in."))
            cleaned.append((line, values, raw))
        times = Counter(values.get("district") for _line, values, _raw in cleaned)
        for line, values, raw in cleaned:
            district = self.districts.get(values.get("district") or 0)
            line.who = str(district or "?")
            if district and times[district.pk] > 1:
                line.refuse(LABELS["district"], district.code, _("Another row of this file is about this district."))
            if district and not line.faults:
                self._compare(line, district, values, raw, plan)
            plan.lines.append(line)
        return plan.sealed()

    def _compare(self, line: Line, district: District, values: dict[str, Any], raw: RawRow, plan: Plan) -> None:
        there = self.existing.get(district.pk)
        before = self._site_of(there) if there else None
        site = before or Site(None, NEW_SEATS, self.edition.starts_at - dt.timedelta(hours=4))
        if values.get("venue"):
            site = replace(site, venue=self._venue(values, district, plan))
        for name in ("capacity", "meal", "quota"):
            if values.get(name):
                site = replace(site, **{name: values[name]})
        if values.get("arrival"):
            site = replace(site, arrival_at=self._at(values["arrival"]))
        if values.get("briefing"):
            site = replace(site, briefing_at=self._at(values["briefing"]))
        try:
            check_site(self.edition, site)
        except EditionRefused as refusal:
            line.refuse(LABELS["headquarters"], "", str(refusal))
            return
        line.changes += _site_changes(before, site)
        self._outline(line, district, raw, plan)
        if there is None:
            line.import_type = Line.IMPORT_TYPE_NEW
            plan.sites.append((district, site))
            if not values.get("capacity"):
                line.notes.append(_("The file does not say how many seats there are: 100 until you say otherwise."))
        elif line.changes:
            line.import_type = Line.IMPORT_TYPE_UPDATE
            if site != before:
                plan.resited.append((there, site))
        else:
            line.import_type = Line.IMPORT_TYPE_SKIP

    def _site_of(self, there: Headquarters) -> Site:
        slot = there.slot
        return Site(
            slot.venue,
            slot.capacity,
            slot.starts_at,
            there.briefing_at,
            there.meal,
            there.contact,
            there.quota,
        )

    def _venue(self, values: dict[str, Any], district: District, plan: Plan) -> Venue:
        """The venue of that name, or a new one, which is added with the rest."""
        name = values["venue"]
        known = self.venues.get(cells.plain(name))
        if known is None:
            known = Venue(
                name=name,
                street=values.get("street", ""),
                postal_code=values.get("postal_code", ""),
                district=district,
                latitude=district.latitude,
                longitude=district.longitude,
            )
            self.venues[cells.plain(name)] = known
            plan.venues.append(known)
        return known

    def _at(self, hour: str) -> dt.datetime:
        """That hour in the evening of the night; before noon it is the next day's."""
        day = self.edition.night_on
        clock = dt.time.fromisoformat(hour)
        if clock.hour < 12 and timezone.localtime(self.edition.starts_at).hour >= 12:
            day += dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(day, clock))

    def _outline(self, line: Line, district: District, raw: RawRow, plan: Plan) -> None:
        if not raw.boundary or raw.boundary == district.boundary:
            return
        if not self.redraws:
            line.notes.append(_("The outline of the district is the city's: only an administrator's file changes it."))
            return
        line.changes.append((LABELS["boundary"], _in_words(district.boundary), _in_words(raw.boundary)))
        plan.outlines.append((district, raw.boundary))


def _facts(sector: Sector, *, needs: set[TAG] | None = None, wants: set[TAG] | None = None) -> dict[str, Any]:
    """What a line compares of a sector, by column."""
    tags = list(sector.tags.all()) if sector.pk else []
    had = {is_needed: {_tag(tag) for tag in tags if tag.is_needed is is_needed} for is_needed in (True, False)}
    needed = had[True] if needs is None else needs
    return {
        "headquarters": str(sector.headquarters.district),
        "kind": str(sector.kind),
        **{name: getattr(sector, name) for name in PLAIN},
        "needs": needed,
        "wants": (had[False] if wants is None else wants) - needed,
        "boundary": dict(sector.boundary),
    }


def _tag(tag: Any) -> TAG:
    return ("language", tag.language_id) if tag.language_id else ("qualification", tag.qualification_id)


def _site_changes(before: Site | None, after: Site) -> list[tuple[str, str, str]]:
    pairs = {
        "venue": (before and before.venue, after.venue),
        "capacity": (before and before.capacity, after.capacity),
        "arrival": (before and before.arrival_at, after.arrival_at),
        "briefing": (before and before.briefing_at, after.briefing_at),
        "meal": (before and before.meal, after.meal),
        "quota": (before and before.quota, after.quota),
    }
    words = {name: (_in_words(was), _in_words(becomes)) for name, (was, becomes) in pairs.items()}
    return [(LABELS[name], was, becomes) for name, (was, becomes) in words.items() if was != becomes]


def _in_words(value: Any) -> str:
    """A value as a line shows it. A boundary is its area, and a mark of its own: two of one size may differ."""
    if value is None or value == {} or value == "":
        return ""
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, dict):
        mark = hashlib.sha256(json.dumps(value).encode()).hexdigest()[:4]
        return f"{boundaries.square_kilometres(value):.2f} km² ({mark})"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%H:%M}"
    return str(value)
