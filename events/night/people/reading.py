"""Reading a list of people for a Night: which column holds what, and what is said of each person.

A resource of django-import-export, as ``volunteers.reading_lists`` is for lists of volunteers: its widgets say what a
cell may hold. Nobody is looked up here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _
from import_export import fields, resources
from import_export.widgets import Widget

from events.night.models import Edition, NamedPerson, Participant, Partner
from events.night.people.bringing import Named
from events.night.sectors.reading_files import NO, YES, CodeWidget, WordWidget
from volunteers import cells, sentences, spreadsheets
from volunteers.models import District, Qualification, SpokenLanguage
from volunteers.reading_lists import HEADS as PROFILE_HEADS
from volunteers.reading_lists import Line
from volunteers.sentences import Sentence
from volunteers.spreadsheets import SpreadsheetRefused

# Heads that lists carry, as ``cells.plain`` writes them, with commas between.
HEADS = {
    **{name: PROFILE_HEADS[name] for name in ("email", "first_name", "last_name", "phone", "languages")},
    "name": "nom et prenom, prenom et nom, nom prenom, prenom nom, nom complet, full name, personne, qui, agent",
    "leader": """
        responsable, responsable d equipe, peut etre responsable, peut etre responsable d equipe, chef d equipe,
        cheffe d equipe, chef, referent, leads, leader, may lead, may lead a team, team leader
    """,
    "max_walk": "marche, walking, mobilite, walk",
    "clearances": "habilitation, habilitations, clearance, clearances, qualification, qualifications",
    "headquarters": "qg, headquarters, hq, arrondissement, lieu, site, affectation, district",
    "sector": "secteur, sector, code secteur, equipe, team",
}
KNOWN = {
    " ".join(head.split()): name
    for name, heads in HEADS.items()
    for head in (*(() if name == "name" else (name.replace("_", " "),)), *heads.split(","))
}
WALKS = {
    **{str(number): number for number in range(3)},
    **dict.fromkeys(("court", "plat", "courte", "short", "facile", "easy", "short and flat", "court et plat"), 0),
    **dict.fromkeys(("moyen", "moyenne", "usual", "normal", "normale"), 1),
    **dict.fromkeys(("long", "longue", "hard", "difficile", "bon marcheur", "bonne marcheuse"), 2),
}


LABELS = {
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone": _("Telephone"),
    "leader": _("May lead a team"),
    "max_walk": _("Walking"),
    "languages": _("Languages"),
    "clearances": _("Clearances"),
    "headquarters": _("Headquarters"),
    "sector": _("Sector"),
}
MOST_TEXT = 20_000_000  # characters of a list: it is kept in one row, and searched when somebody is erased


class ListRefused(Exception):
    """Why a list as a whole cannot be used, in a sentence fit for the person (volunteers.sentences)."""


@dataclass(frozen=True)
class Contents:
    """``rows``: the number in the file, the cells, and the numbers of the columns whose cell is a formula."""

    headers: list[str]
    rows: list[tuple[int, list[Any], list[int]]]


def read(content: bytes, *, most: int) -> Contents:
    """The rows of a file as JSON can keep them. Raises ListRefused for what is no table, or has more rows."""
    try:
        sheet = spreadsheets.read(content)
    except SpreadsheetRefused as refusal:
        raise ListRefused(*refusal.args) from refusal
    if len(sheet.rows) > most:
        raise ListRefused(_("This list has more than %(most)d rows. Split it."), {"most": most})
    width = len(sheet.headers)
    formulas: dict[int, list[int]] = {}
    for number, column in sheet.formulas:
        formulas.setdefault(number, []).append(column - 1)
    rows = [(number, [_kept(cell) for cell in row[:width]], formulas.get(number, [])) for number, row in sheet.rows]
    if sum(len(cell) for _number, row, _formulas in rows for cell in row if isinstance(cell, str)) > MOST_TEXT:
        raise ListRefused(_("This list holds too much text. Keep the columns that are needed, or split it."))
    return Contents([head[:80] for head in sheet.headers], rows)


def guess(headers: Sequence[str]) -> dict[int, str]:
    """Which column holds what, by its head. Of two that seem to hold the same the first is taken."""
    columns: dict[int, str] = {}
    for index, head in enumerate(headers):
        name = KNOWN.get(cells.plain(head))
        if name and name not in columns.values():
            columns[index] = name
    return columns


def check_columns(columns: Mapping[int, str]) -> None:
    """Raises ListRefused where nobody could be known, or told, by these columns."""
    names = list(columns.values())
    if len(set(names)) < len(names):
        raise ListRefused(_("Two columns hold the same thing. Keep one."))
    if "email" not in names:
        raise ListRefused(_("No column holds e-mail addresses. Name one of them “E-mail” in the first row."))
    if not {"first_name", "name"} & set(names):
        raise ListRefused(_("No column holds first names. Name one of them “First name” in the first row."))


def unused(headers: Sequence[str], columns: Mapping[int, str]) -> list[Sentence]:
    """A remark on the columns that are left aside."""
    left = [head for index, head in enumerate(headers) if index not in columns and head]
    return [sentences.filled(_("Columns not used: %(heads)s."), heads=", ".join(left[:20]))] if left else []


def _kept(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return (
        value if isinstance(value, str | int | float | bool) else str(value or "")[: spreadsheets.MAX_CELL_CHARACTERS]
    )


class AddressWidget(cells.EmailWidget):
    """As of a list of volunteers, and why it is asked for here."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if not cells.text_of(value):
            raise ValueError(_("The e-mail address is missing: nobody is signed up without being told."))
        return super().clean(value, row, **kwargs)


class OneWidget(Widget):
    """One row of a vocabulary by its code; None for nothing."""

    def __init__(self, choices: Mapping[str, int], unknown: str) -> None:
        super().__init__()
        self.choices, self.unknown = choices, unknown

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        code = CodeWidget().clean(value)
        if not code:
            return None
        if code not in self.choices:
            raise ValueError(self.unknown, {"value": code})
        return self.choices[code]


class HeadquartersWidget(cells.DistrictsWidget):
    """The headquarters of a district, by its code, name, number or postal code; None for nothing."""

    def __init__(self, choices: Mapping[str, int], unknown: str, there: Mapping[int, int]) -> None:
        super().__init__(choices, unknown)
        self.there = there  # the key of a district, and that of its headquarters

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = cells.text_of(value)
        if not text:
            return None
        district = self.one(text)
        if district not in self.there:
            raise ValueError(_('This Night has no headquarters in "%(value)s".'), {"value": text[:60]})
        return self.there[district]


class PeopleReader(resources.ModelResource):
    """What a row may say of a person: to an organisation, of its own sectors and clearances alone."""

    email = fields.Field("email", "email", AddressWidget())
    first_name = fields.Field("first_name", "first_name", cells.NameWidget())
    last_name = fields.Field("last_name", "last_name", cells.NameWidget())
    name = fields.Field("name", "name", cells.NameWidget())
    phone = fields.Field("phone", "phone", cells.PhoneWidget())
    leader = fields.Field(
        "leader",
        "leader",
        WordWidget(dict.fromkeys(YES, True) | dict.fromkeys(NO, False), _('Write yes or no: this is "%(value)s".')),
    )
    max_walk = fields.Field(
        "max_walk", "max_walk", WordWidget(WALKS, _("Walking is 0 (short), 1 (usual) or 2 (long)."))
    )

    class Meta:
        model = NamedPerson
        import_id_fields = ("email",)
        fields = ("email", "first_name", "last_name", "name", "phone", "leader", "max_walk")

    def __init__(self, edition: Edition, partner: Partner | None) -> None:
        super().__init__()
        self.partner = partner
        self.fields: dict[str, Any] = dict(self.fields)
        places = edition.headquarters.select_related("district").defer("district__boundary")
        there = {one.district_id: one.pk for one in places}
        districts = District.objects.defer("boundary")
        codes = {row.code: row.pk for row in districts} | {cells.plain(row.name): row.pk for row in districts}
        unknown = _('No district is called "%(value)s".')
        languages = SpokenLanguage.objects.all()
        cleared = partner.qualifications.all() if partner else Qualification.objects.all()
        sectors = list(partner.sectors.all()) if partner else []
        self._add("headquarters", HeadquartersWidget(codes, unknown, there))
        self._add("languages", cells.ManyWidget(_names(languages), _('No language is called "%(value)s".')))
        not_theirs = _('You have no clearance "%(value)s" to give. Ask the organisers.')
        nothing = _('No clearance is called "%(value)s".')
        self._add("clearances", cells.ManyWidget(_names(cleared), not_theirs if partner else nothing))
        team = _("You do not name the team of sector %(value)s.")
        self._add("sector", OneWidget({sector.code: sector.pk for sector in sectors}, team))
        self.of_sector = {sector.pk: sector.headquarters_id for sector in sectors}
        self.words: dict[str, dict[int, str]] = {
            "headquarters": {one.pk: str(one) for one in places},
            "languages": {row.pk: row.name for row in languages},
            "clearances": {row.pk: row.name for row in cleared},
            "sector": {sector.pk: sector.code for sector in sectors},
        }

    def clean(
        self, row: tuple[int, list[Any], list[int]], columns: Mapping[int, str], headers: Sequence[str]
    ) -> tuple[Line, dict[str, Any]]:
        """What a row says, by field, what is empty left out; and its line, with the faults."""
        number, values, formulas = row
        line, said = Line(number, ""), dict[str, Any]()
        for index, name in columns.items():
            value = values[index] if index < len(values) else ""
            if index in formulas:
                line.refuse(headers[index], value, _("This cell holds a formula. Put its value instead."))
            elif cells.is_error(value):
                line.refuse(headers[index], value, _("This cell holds an error of the spreadsheet. Correct it."))
            elif (name == "email" and self.partner) or cells.text_of(value):
                try:
                    said[name] = self.fields[name].widget.clean(value)
                except ValueError as error:
                    line.refuse(headers[index], value, sentences.of(error))
        if "name" in said:
            first, last = split_name(cells.text_of(_cell(values, columns, "name")))
            said = {"first_name": first, "last_name": last} | said
            del said["name"]
        if not said.get("first_name") and not line.faults:
            line.refuse(_head(headers, columns, "first_name"), "", _("The first name is missing."))
        line.who = said.get("email") or " ".join(str(said.get(part, "")) for part in ("first_name", "last_name"))
        return line, said

    def named(self, said: Mapping[str, Any], *, over: Named | None, row: int) -> Named:
        """The person as the row says, what it does not say being what was said before, or what is usual."""
        before = {name: getattr(over, name) for name in Named.__dataclass_fields__} if over else {}
        default = self.partner.headquarters_id if self.partner else None
        facts = {"headquarters": default} | before | dict(said) | {"row": row}
        facts["origins"] = said.get("origins", {})
        facts |= {name: tuple(facts[name]) for name in ("languages", "clearances") if name in facts}
        if sector := facts.get("sector"):
            facts["headquarters"] = self.of_sector.get(sector, facts["headquarters"])
        return Named(**facts)

    def in_words(self, name: str, value: Any) -> str:
        """What a field holds as people read it, in the language of this moment; "" for nothing."""
        if value is None or value == "":
            return ""
        if name in ("languages", "clearances"):
            return ", ".join(self.words[name].get(key, "?") for key in value)
        if name in self.words:
            return self.words[name].get(value, "?")
        if name == "max_walk":
            return str(Participant.Walk(value).label)
        return {True: "✓", False: "–"}[value] if isinstance(value, bool) else str(value)

    def _add(self, name: str, widget: Widget) -> None:
        self.fields[name] = fields.Field(name, name, widget)


def split_name(text: str) -> tuple[str, str]:
    """First and last name of "DUPONT Marie", "Marie DUPONT", "Dupont, Marie" and "Marie Dupont"."""
    if "," in text:
        last, _comma, first = (part.strip() for part in text.partition(","))
        return _cased(first), _cased(last)
    words = text.split()
    loud = [word for word in words if word.isupper() and len(word) > 1]
    if loud and len(loud) < len(words):
        return _cased(" ".join(word for word in words if word not in loud)), _cased(" ".join(loud))
    return (_cased(words[0]), _cased(" ".join(words[1:]))) if words else ("", "")


def _cased(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 2 else name


def _cell(values: Sequence[Any], columns: Mapping[int, str], name: str) -> Any:
    index = next(index for index, field in columns.items() if field == name)
    return values[index] if index < len(values) else ""


def _head(headers: Sequence[str], columns: Mapping[int, str], name: str) -> str:
    return next((headers[index] for index, field in columns.items() if field in (name, "name")), "")


def _names(rows: Any) -> dict[str, int]:
    """Every name that a row goes by: in French, in English, its slug or code."""
    names = dict[str, int]()
    for row in rows:
        known_as = (row.name_fr, row.name_en, getattr(row, "slug", ""), getattr(row, "code", ""))
        names |= {cells.plain(name): row.pk for name in known_as if name}
    return names
