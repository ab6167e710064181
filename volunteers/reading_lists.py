"""Reading a list of people: which column holds what, whom each row is about, and which rows are refused.

A resource of django-import-export: its fields and widgets say what a list may hold, its row types are the library's.
Nobody is looked up here: what a row says is compared with what we know in ``comparing_lists``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from typing import Any

from django.utils.translation import gettext_noop as _
from import_export import fields, resources
from import_export.results import RowResult

from volunteers import cells, sentences
from volunteers.models import District, Interest, Network, SpokenLanguage, User, Volunteer
from volunteers.permissions import organised_networks
from volunteers.sentences import Sentence
from volunteers.spreadsheets import Sheet

CHUNK = 1000

# Heads that lists carry, as ``cells.plain`` writes them, with commas between.
HEADS = {
    "email": """
        email, e mail, mail, courriel, adresse mail, adresse email, adresse e mail, adresse
        courriel, adresse electronique, email address, e mail address, mel
    """,
    "first_name": "prenom, first name, firstname, given name, prenoms",
    "last_name": "nom, nom de famille, last name, lastname, surname, family name, name",
    "phone": """
        telephone, tel, portable, mobile, phone, phone number, numero de telephone, tel portable,
        gsm
    """,
    "districts": """
        arrondissement, arrondissements, arr, district, districts, code postal, cp, postal code,
        postcode, zip
    """,
    "networks": "reseau, reseaux, network, networks",
    "interests": "interet, interets, centres d interet, interest, interests, themes",
    "languages": """
        langue, langues, langues parlees, language, languages, languages spoken, langues parlees
        couramment
    """,
    "joined_on": """
        date d inscription, inscription, inscrit le, inscrite le, date d adhesion, joined, joined
        on, date joined, since, depuis
    """,
}
KNOWN = {
    " ".join(head.split()): name
    for name, heads in HEADS.items()
    for head in (name.replace("_", " "), *heads.split(","))
}
MANY: dict[str, Any] = {
    "districts": Volunteer.districts,
    "interests": Volunteer.interests,
    "languages": Volunteer.languages,
}


class ListRefused(Exception):
    """Why a list as a whole cannot be used, in a sentence fit for the person (volunteers.sentences)."""


@dataclass(slots=True)
class Person:
    """One row that could be read, its cells cleaned. Empty means that the list says nothing about it."""

    row: int
    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    districts: list[int] = field(default_factory=list)
    networks: list[int] = field(default_factory=list)
    interests: list[int] = field(default_factory=list)
    languages: list[int] = field(default_factory=list)
    joined_on: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Line(RowResult):
    """The result of one row, as the preview shows it.

    ``changes``: (column, before, after) in words; ``faults``: (column, value, sentence); ``notes``: sentences, which
    like the columns of ``changes`` are translated when they are shown (volunteers.sentences).
    ``written``: the changes that are made, where those that are shown would tell who has an account.
    """

    def __init__(self, row: int, who: str) -> None:
        super().__init__()
        self.number, self.who = row, who
        self.changes: list[tuple[str, str, str]] = []
        self.written: list[tuple[str, str, str]] = []
        self.faults: list[tuple[str, str, Sentence]] = []
        self.notes: list[Sentence] = []
        self.is_double = False  # a later row is about the same person

    def refuse(self, column: str, value: Any, sentence: Sentence) -> None:
        self.faults.append((column, cells.text_of(value)[:80], sentence))
        self.import_type = self.IMPORT_TYPE_INVALID


class ListReader(resources.ModelResource):
    """What a list for one network, sent in by one organiser, may say, and the words for it."""

    email = fields.Field("user__email", "email", cells.EmailWidget())
    first_name = fields.Field("user__first_name", "first_name", cells.NameWidget())
    last_name = fields.Field("user__last_name", "last_name", cells.NameWidget())
    phone = fields.Field("phone", "phone", cells.PhoneWidget())
    joined_on = fields.Field(None, "joined_on", cells.DayWidget())

    class Meta:
        model = Volunteer
        import_id_fields = ("email",)
        fields = ("email", "first_name", "last_name", "phone", "joined_on", *MANY)
        use_transactions = True

    def __init__(self, *, network: Network, by: User) -> None:
        super().__init__()
        self.network, self.by = network, by
        self.mine = {row.pk: row for row in organised_networks(by)}
        self.labels = {
            "name": _("Name"),
            "phone": _("Telephone"),
            "networks": _("Networks"),
            "districts": _("Districts"),
            "interests": _("Interests"),
            "languages": _("Languages"),
        }
        self.words: dict[str, dict[int, str]] = {"networks": {pk: str(row) for pk, row in self.mine.items()}}
        self.said = dict[tuple[str | int, ...], str]()
        self.fields: dict[str, Any] = dict(self.fields)
        self.fields["networks"] = self._many("networks", cells.ManyWidget, self._names(self.mine.values()))
        self._add_vocabularies()

    def people(
        self, sheet: Sheet, tick: Callable[[int], None] = lambda done: None
    ) -> tuple[list[Person], list[Line], list[Sentence]]:
        """The people of a sheet, the lines refused, and remarks on the whole. Reads no person from the database.

        Of several rows with the same address the last one wins; the others become lines that say so. Raises
        ListRefused when no column holds addresses, or two columns hold the same thing.
        """
        columns, remarks = self.columns(sheet.headers)
        latest, refused, doubles = dict[str, Person](), list[Line](), list[Line]()
        for done, (number, row) in enumerate(sheet.rows):
            if done % CHUNK == 0:
                tick(done)
            line, values = self._clean(number, row, columns, sheet)
            if line.faults:
                refused.append(line)
                continue
            person = Person(row=number, **values)
            former = latest.pop(person.email, None)
            if former is not None:
                double = Line(former.row, former.email)
                double.import_type, double.is_double = Line.IMPORT_TYPE_SKIP, True
                sentence = _("Same person as row %(row)d, further down: that row is used, this one is left out.")
                double.notes.append(sentences.filled(sentence, row=number))
                doubles.append(double)
            latest[person.email] = person
        return list(latest.values()), refused + doubles, remarks

    def columns(self, headers: Sequence[str]) -> tuple[dict[int, str], list[Sentence]]:
        """Which column holds what, and remarks on the columns that are not used."""
        columns, unused = dict[int, str](), []
        for index, head in enumerate(headers):
            name = KNOWN.get(cells.plain(head))
            if name is None:
                if head:
                    unused.append(head[:40])
            elif name in columns.values():
                twice = _("Two columns hold the same thing: %(head)s. Keep one.")
                raise ListRefused(twice, {"head": head[:40]})
            else:
                columns[index] = name
        if "email" not in columns.values():
            raise ListRefused(_('No column holds e-mail addresses. Name one of them "E-mail" in the first row.'))
        remarks = [sentences.filled(_("Columns not used: %(heads)s."), heads=", ".join(unused))] if unused else []
        return columns, remarks

    def _clean(self, number: int, row: list[Any], columns: dict[int, str], sheet: Sheet) -> tuple[Line, dict[str, Any]]:
        line, values = Line(number, ""), dict[str, Any]()
        for index, name in columns.items():
            value = row[index] if index < len(row) else ""
            if cells.is_error(value):
                line.refuse(sheet.headers[index], value, _("This cell holds an error of the spreadsheet. Correct it."))
                continue
            if sheet.formulas and (number, index + 1) in sheet.formulas:
                sentence = _("This cell holds a formula. Put its value instead.")
                line.refuse(sheet.headers[index], value, sentence)
                continue
            try:
                values[name] = self.fields[name].widget.clean(value)
            except ValueError as error:
                line.refuse(sheet.headers[index], value, sentences.of(error))
        if values.get("joined_on") is not None:
            values["joined_on"] = values["joined_on"].isoformat()
        else:
            values.pop("joined_on", None)
        line.who = values.get("email") or " ".join(str(values.get(n, "")) for n in ("first_name", "last_name"))
        return line, values

    def _add_vocabularies(self) -> None:
        districts, interests, languages = District.objects.all(), Interest.objects.all(), SpokenLanguage.objects.all()
        self.words |= {
            "districts": {row.pk: row.code.lstrip("0") for row in districts},
            "interests": {row.pk: row.name for row in interests},
            "languages": {row.pk: row.name for row in languages},
        }
        codes = {row.code: row.pk for row in districts} | {cells.plain(row.name): row.pk for row in districts}
        self.fields["districts"] = self._many("districts", cells.DistrictsWidget, codes)
        self.fields["interests"] = self._many("interests", cells.ManyWidget, self._names(interests))
        self.fields["languages"] = self._many("languages", cells.ManyWidget, self._names(languages))

    def _names(self, rows: Any) -> dict[str, int]:
        """Every name that a row goes by: in French, in English, its slug or code."""
        names = dict[str, int]()
        for row in rows:
            known_as = (row.name_fr, row.name_en, getattr(row, "slug", ""), getattr(row, "code", ""))
            names |= {cells.plain(name): row.pk for name in known_as if name}
        return names

    def _many(self, name: str, widget: type[cells.ManyWidget], choices: dict[str, int]) -> fields.Field:
        unknown = {
            "networks": _('You run no network called "%(value)s".'),
            "districts": _('No district is called "%(value)s".'),
            "interests": _('No interest is called "%(value)s".'),
            "languages": _('No language is called "%(value)s".'),
        }[name]
        return fields.Field(name, name, widget(choices, unknown))

    def in_words(self, name: str, keys: Sequence[int]) -> str:
        """The names of these rows of a vocabulary. Written once for all who chose the same."""
        chosen: tuple[str | int, ...] = (name, *keys)
        if chosen not in self.said:
            self.said[chosen] = ", ".join(self.words[name].get(key, "?") for key in keys)
        return self.said[chosen]


def as_json(people: Sequence[Person]) -> bytes:
    """People as they are kept between the preview and the confirmation, a line each."""
    columns = [column.name for column in dataclass_fields(Person)]
    rows = (json.dumps({name: getattr(person, name) for name in columns}) for person in people)
    return "\n".join(rows).encode()


def from_json(content: bytes) -> list[Person]:
    return [Person(**json.loads(line)) for line in content.splitlines()]
