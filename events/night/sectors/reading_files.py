"""Reading a file of sectors or of headquarters: GeoJSON, or a table in CSV, XLSX or ODS.

Resources of django-import-export: their fields and widgets say what a file may hold. Nothing of the edition is looked
up here: what a row says is compared with what we know in ``comparing_files``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _
from import_export import fields, resources
from import_export.widgets import Widget

from events.night.models import Headquarters, PlaceKind, Sector
from events.night.models.sectors import LARGEST_TEAM
from events.night.sectors import boundaries
from events.night.sectors.boundaries import BoundaryRefused
from volunteers import cells, lines, sentences, spreadsheets
from volunteers.models import District, Qualification, SpokenLanguage
from volunteers.sentences import Sentence
from volunteers.spreadsheets import SpreadsheetRefused

MOST_ROWS = 5_000
MOST_POINTS = 300_000  # of all boundaries of a file
BOUNDARY = "boundary"
WORLD = ("wgs84", "wgs 84", "crs84", "4326")  # how a file of degrees may call what it counts in

# Heads that files carry, as ``cells.plain`` writes them, with commas between.
SECTOR_HEADS = {
    "code": "code secteur, secteur, sector, code du secteur, n secteur, sector code",
    "district": "c ar, arrondissement, arr, ardt, district code, code arrondissement, qg, headquarters",
    "kind": "type, type de lieu, lieu, kind of place, place kind, nature",
    "walk": "marche, walking, difficulte, difficulty, difficulte de marche",
    "professionals_only": "professionnels, professionnels seulement, reserve aux professionnels, professionals",
    "least": "mini, minimum, min, taille minimum, smallest team",
    "target": "cible, taille cible, taille visee, team size, taille",
    "most": "maxi, maximum, max, taille maximum, largest team",
    "needs": "besoins, indispensable, needed",
    "wants": "souhaits, souhaite, wished for, wishes",
    "rally_points": "points de ralliement, ralliement, rally point",
    "dangers": "danger, vigilance, hazards",
    "difficulties": "difficultes, difficultes connues, known difficulties, remarques, notes",
    BOUNDARY: "geometry, geometrie, wkt, geojson, limite, limites, contour, geom, geo shape",
}
HEADQUARTERS_HEADS = {
    "district": SECTOR_HEADS["district"] + ", code",
    "venue": "lieu, place, adresse du qg, nom du lieu, mairie",
    "street": "rue, adresse, address",
    "postal_code": "code postal, cp, postcode, zip",
    "capacity": "places, capacite, seats, jauge",
    "arrival": "arrivee, heure d arrivee, arrival at, accueil",
    "briefing": "consignes, heure des consignes, briefing at, formation",
    "meal": "repas, diner, food",
    "quota": "quota de personnes, quota of people, au plus",
    BOUNDARY: SECTOR_HEADS[BOUNDARY],
}


class FileRefused(Exception):
    """Why a file as a whole cannot be used, in a sentence fit for the person (volunteers.sentences)."""


@dataclass
class RawRow:
    """One row as the file has it: its number there, what each known column holds, and what is wrong already."""

    number: int
    cells: dict[str, Any] = field(default_factory=dict)
    boundary: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str, Sentence]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Contents:
    """``remarks`` are about the file as a whole."""

    rows: list[RawRow]
    remarks: list[Sentence]


def read(content: bytes, heads: Mapping[str, str]) -> Contents:
    """The rows of a file, whatever its name says; what is not known to be a column of ours is left aside.

    Raises FileRefused for what is neither GeoJSON nor a table, is too large, or has two columns for one thing.
    """
    if not content.strip():
        raise FileRefused(_("This file is empty."))
    if len(content) > spreadsheets.MAX_FILE_BYTES:
        raise FileRefused(_("This file is larger than 20 MB. Split it."))
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    contents = _of_geojson(content, heads) if start == b"{" else _of_table(content, heads)
    if len(contents.rows) > MOST_ROWS:
        raise FileRefused(_("This file has more than 5,000 rows. Split it."))
    if sum(_count(row.boundary.get("coordinates")) for row in contents.rows) > MOST_POINTS:
        raise FileRefused(_("The boundaries of this file have more than 300,000 points. Simplify them."))
    return contents


def _of_geojson(content: bytes, heads: Mapping[str, str]) -> Contents:
    try:
        found = json.loads(content.decode("utf-8-sig"))
        features = found["features"] if found["type"] == "FeatureCollection" else [found]
        pairs = [(dict(one.get("properties") or {}), one.get("geometry")) for one in features]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FileRefused(_("This file cannot be read as GeoJSON: it takes a FeatureCollection.")) from error
    if not pairs:
        raise FileRefused(_("There is nothing in this file."))
    if len(pairs) > MOST_ROWS:
        raise FileRefused(_("This file has more than 5,000 rows. Split it."))
    if not any(word in json.dumps(found.get("crs") or "wgs84").lower() for word in WORLD):
        raise FileRefused(_("This file does not count in WGS 84: export it again in degrees (EPSG:4326)."))
    known, remarks = _columns([*dict.fromkeys(name for properties, _geometry in pairs for name in properties)], heads)
    rows = []
    for number, (properties, geometry) in enumerate(pairs, start=1):
        row = RawRow(number, {known[name]: _kept(value) for name, value in properties.items() if name in known})
        _bound(row, geometry, "geometry")
        rows.append(row)
    return Contents(rows, remarks)


def _of_table(content: bytes, heads: Mapping[str, str]) -> Contents:
    try:
        sheet = spreadsheets.read(content)
    except SpreadsheetRefused as refusal:
        raise FileRefused(*refusal.args) from refusal
    known, remarks = _columns(sheet.headers, heads)
    if not known:
        raise FileRefused(_("No column of this file is known. The first row names them: code, district, kind..."))
    rows = []
    for number, values in sheet.rows:
        row = RawRow(number)
        for index, value in enumerate(values[: len(sheet.headers)]):
            head = sheet.headers[index]
            if head not in known or value in (None, ""):
                continue
            if (number, index + 1) in sheet.formulas:
                sentence = _("This cell holds a formula. Put its value instead.")
                row.faults.append((head, cells.text_of(value)[:80], sentence))
            elif cells.is_error(value):
                sentence = _("This cell holds an error of the spreadsheet. Correct it.")
                row.faults.append((head, cells.text_of(value)[:80], sentence))
            elif known[head] == BOUNDARY:
                _bound(row, value, head)
            else:
                row.cells[known[head]] = _kept(value)
        rows.append(row)
    return Contents(rows, remarks)


def _bound(row: RawRow, value: Any, head: str) -> None:
    try:
        row.boundary = boundaries.read(value)
    except BoundaryRefused as refusal:
        row.faults.append((head, "", sentences.of(refusal)))


def _columns(headers: list[str], heads: Mapping[str, str]) -> tuple[dict[str, str], list[Sentence]]:
    """Which column of ours each head names, and a remark on the others. The plain name of a column always works."""
    words = {
        " ".join(word.split()): name
        for name, others in heads.items()
        for word in (name.replace("_", " "), *others.split(","))
    }
    known, unused = dict[str, str](), []
    for head in headers:
        name = words.get(cells.plain(head))
        if name is None:
            unused += [head[:40]] if head else []
        elif name in known.values():
            raise FileRefused(_("Two columns hold the same thing: %(head)s. Keep one."), {"head": head[:40]})
        else:
            known[head] = name
    remarks = [sentences.filled(_("Columns not used: %(heads)s."), heads=", ".join(unused[:20]))] if unused else []
    return known, remarks


def _kept(value: Any) -> Any:
    """A cell as JSON keeps it: hours as 18:30."""
    if isinstance(value, dt.datetime | dt.time):
        return value.strftime("%H:%M")
    return value if isinstance(value, str | int | float | bool) else str(value)[:2000]


def _count(coordinates: Any) -> int:
    if not isinstance(coordinates, list):
        return 0
    return 1 if coordinates and not isinstance(coordinates[0], list) else sum(_count(one) for one in coordinates)


# --- What the cells may hold ---------------------------------------------------------------------------------------
CODE = re.compile(r"0*(\d{1,3})\s*[-./_ ]\s*0*(\d{1,4})([A-Za-z]{0,2})")
HOUR = re.compile(r"(\d{1,2})\s*(?:h|:|\.)\s*(\d{2})?(?::\d{2})?")
YES = {"yes", "oui", "true", "vrai", "1", "x"}
NO = {"no", "non", "false", "faux", "0"}
WALKS = {
    "0": 0,
    "1": 1,
    "2": 2,
    "facile": 0,
    "easy": 0,
    "moyenne": 1,
    "usual": 1,
    "moyen": 1,
    "difficile": 2,
    "hard": 2,
}


class CodeWidget(Widget):
    """A sector's code; 7.6, 7-06 and 07-6 are one. "" where none is given."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = cells.text_of(value)
        found = CODE.fullmatch(text)
        code = f"{found[1].zfill(2)}-{found[2]}{found[3].upper()}" if found else text
        if len(code) > 12:
            raise ValueError(_("A code has at most 12 characters."))
        if code and not re.fullmatch(r"[\w.-]+", code):
            raise ValueError(_("A code is made of letters, digits, dots and dashes: 07-6."))
        return code


class NumberWidget(Widget):
    """A whole number, or None."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.least, self.most = least, most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = cells.text_of(value)
        if not text:
            return None
        if not text.isdecimal() or len(text) > 6 or not self.least <= int(text) <= self.most:
            raise ValueError(
                _("This is no whole number from %(least)d to %(most)d."), {"least": self.least, "most": self.most}
            )
        return int(text)


class WordWidget(Widget):
    """One of some words, whatever it stands for; None for nothing."""

    def __init__(self, choices: Mapping[str, Any], unknown: str) -> None:
        super().__init__()
        self.choices, self.unknown = choices, unknown

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = cells.text_of(value)
        if not text:
            return None
        if cells.plain(text) not in self.choices:
            raise ValueError(self.unknown, {"value": text[:60]})
        return self.choices[cells.plain(text)]


class TextWidget(Widget):
    """Words for the team, or a name."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.longest = longest

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = cells.text_of(value)
        if len(text) > self.longest:
            raise ValueError(_("This is longer than %(count)d characters."), {"count": self.longest})
        if not lines.can_be_shown(text):
            raise ValueError(lines.IN_ENGLISH)
        return text


class HourWidget(Widget):
    """A time of the day as "18:30", from 18:30, 18h30 or 18 h; "" for none."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = cells.text_of(value)
        if not text:
            return ""
        found = HOUR.fullmatch(text)
        if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise ValueError(_("This is not a time of the day. Write it like 18:30."))
        return f"{int(found[1]):02}:{int(found[2] or 0):02}"


class TagsWidget(Widget):
    """Languages and qualifications by any of their names, as sorted ("language" or "qualification", key)."""

    def __init__(self, choices: Mapping[str, tuple[str, int]]) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[tuple[str, int]]:
        found = set()
        for part in re.split(r"[;,|\n]", cells.text_of(value)):
            word = cells.plain(part.strip().removeprefix("lang:").removeprefix("clear:"))
            if not word:
                continue
            if word not in self.choices:
                sentence = _('No language and no qualification is called "%(value)s".')
                raise ValueError(sentence, {"value": part.strip()[:60]})
            found.add(self.choices[word])
        return sorted(found)


def _names(rows: Any) -> dict[str, int]:
    """Every name that a row goes by: in French, in English, its slug or code."""
    names = dict[str, int]()
    for row in rows:
        known_as = (row.name_fr, row.name_en, getattr(row, "slug", ""), getattr(row, "code", ""))
        names |= {cells.plain(name): row.pk for name in known_as if name}
    return names


class DistrictWidget(cells.DistrictsWidget):
    """One district, by code, name, number or postal code; None for nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = cells.text_of(value)
        return self.one(text) if text else None


class FileReader(resources.ModelResource):
    """What a row may say, cleaned cell by cell."""

    heads: Mapping[str, str] = {}

    def __init__(self) -> None:
        super().__init__()
        districts = District.objects.defer(BOUNDARY)
        codes = {row.code: row.pk for row in districts} | {cells.plain(row.name): row.pk for row in districts}
        self.fields: dict[str, Any] = dict(self.fields)
        unknown = _('No district is called "%(value)s".')
        self.fields["district"] = fields.Field("district", "district", DistrictWidget(codes, unknown))

    def clean(self, row: RawRow, refuse: Callable[[str, Any, Sentence], None]) -> dict[str, Any]:
        """The row's values by column; what a cell may not hold goes to ``refuse``."""
        values = dict[str, Any]()
        for name, value in row.cells.items():
            try:
                values[name] = self.fields[name].widget.clean(value)
            except ValueError as error:
                refuse(name, value, sentences.of(error))
        return values


class SectorReader(FileReader):
    code = fields.Field("code", "code", CodeWidget())
    walk = fields.Field("walk", "walk", WordWidget(WALKS, _("Walking is 0 (easy), 1 (usual) or 2 (hard).")))
    professionals_only = fields.Field(
        "professionals_only",
        "professionals_only",
        WordWidget(dict.fromkeys(YES, True) | dict.fromkeys(NO, False), _("Write yes or no.")),
    )
    least = fields.Field("least", "least", NumberWidget(1, LARGEST_TEAM))
    target = fields.Field("target", "target", NumberWidget(1, LARGEST_TEAM))
    most = fields.Field("most", "most", NumberWidget(1, LARGEST_TEAM))
    rally_points = fields.Field("rally_points", "rally_points", TextWidget(2000))
    dangers = fields.Field("dangers", "dangers", TextWidget(2000))
    difficulties = fields.Field("difficulties", "difficulties", TextWidget(2000))

    heads = SECTOR_HEADS

    class Meta:
        model = Sector
        import_id_fields = ("code",)
        fields = (
            "code", "kind", "walk", "professionals_only", "least", "target", "most", "rally_points", "dangers",
            "difficulties",
        )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.kinds = {kind.pk: kind for kind in PlaceKind.objects.all()}
        unknown = _('No kind of place is called "%(value)s".')
        self.fields["kind"] = fields.Field("kind", "kind", WordWidget(_names(self.kinds.values()), unknown))
        languages, qualifications = SpokenLanguage.objects.all(), Qualification.objects.all()
        choices = {word: ("qualification", key) for word, key in _names(qualifications).items()}
        choices |= {word: ("language", key) for word, key in _names(languages).items()}
        self.tag_words = {("language", row.pk): str(row) for row in languages}
        self.tag_words |= {("qualification", row.pk): str(row) for row in qualifications}
        for name in ("needs", "wants"):
            self.fields[name] = fields.Field(name, name, TagsWidget(choices))


class HeadquartersReader(FileReader):
    venue = fields.Field("venue", "venue", TextWidget(120))
    street = fields.Field("street", "street", TextWidget(160))
    postal_code = fields.Field("postal_code", "postal_code", TextWidget(10))
    capacity = fields.Field("capacity", "capacity", NumberWidget(1, 10_000))
    arrival = fields.Field("arrival", "arrival", HourWidget())
    briefing = fields.Field("briefing", "briefing", HourWidget())
    meal = fields.Field("meal", "meal", TextWidget(160))
    quota = fields.Field("quota", "quota", NumberWidget(1, 10_000))

    heads = HEADQUARTERS_HEADS

    class Meta:
        model = Headquarters
        import_id_fields = ("district",)
        fields = ("venue", "street", "postal_code", "capacity", "arrival", "briefing", "meal", "quota")
