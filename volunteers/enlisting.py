"""Comparing a list of people with the volunteers we know, then writing the difference at once.

A resource of django-import-export: its fields and widgets say what a list may hold, its results and row types are the
library's. What differs is that nothing is done row by row: people are looked up, compared and written in bulk, so the
number of queries follows the thousands of rows and not the rows.

What an import may do is bounded. A profile is its owner's: somebody known here but in none of the organiser's networks
only joins, whatever the list says of them, and nothing of their profile is shown. Who has left the network is not
brought back. Accounts made here have no password, an unverified address and no consent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.results import Error, Result, RowResult
from phonenumber_field.phonenumber import PhoneNumber

from volunteers import cells
from volunteers.models import District, Interest, Membership, Network, SpokenLanguage, User, Volunteer
from volunteers.permissions import organised_networks
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
    """Why a list as a whole cannot be used, in a sentence fit for the person."""


class ListChanged(Exception):
    """Somebody changed what the preview showed: look again before confirming."""


@dataclass
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

    ``changes``: (column, before, after) in words; ``faults``: (column, value, sentence); ``notes``: sentences.
    """

    def __init__(self, row: int, who: str) -> None:
        super().__init__()
        self.number, self.who = row, who
        self.changes: list[tuple[str, str, str]] = []
        self.faults: list[tuple[str, str, str]] = []
        self.notes: list[str] = []
        self.is_double = False  # a later row is about the same person

    def refuse(self, column: str, value: Any, sentence: str) -> None:
        self.faults.append((column, cells.text_of(value)[:80], sentence))
        self.import_type = self.IMPORT_TYPE_INVALID


@dataclass
class Plan:
    """What confirming would write: the lines of the preview, and the rows behind them."""

    result: Result
    accounts: list[tuple[User, Person]] = field(default_factory=list)
    changed_users: list[User] = field(default_factory=list)
    changed_volunteers: list[Volunteer] = field(default_factory=list)
    joining: list[tuple[Volunteer, int, str]] = field(default_factory=list)  # network's key, day
    links: dict[str, list[tuple[int, list[int]]]] = field(default_factory=lambda: {name: [] for name in MANY})
    digest: str = ""


class VolunteerList(resources.ModelResource):
    """A list of volunteers for one network, sent in by one organiser."""

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
        # Looked up once: asking a catalogue for a word is slow, and 15,000 rows have six each.
        self.labels = {
            "name": _("Name"),
            "phone": _("Telephone"),
            "networks": _("Networks"),
            "districts": _("Districts"),
            "interests": _("Interests"),
            "languages": _("Languages"),
        }
        self.words: dict[str, dict[int, str]] = {"networks": {pk: str(row) for pk, row in self.mine.items()}}
        self.fields: dict[str, Any] = dict(self.fields)
        self.fields["networks"] = self._many("networks", cells.ManyWidget, self._names(self.mine.values()))
        self._add_vocabularies()

    # --- Reading --------------------------------------------------------------------------------------------------
    def people(
        self, sheet: Sheet, tick: Callable[[int], None] = lambda done: None
    ) -> tuple[list[Person], list[Line], list[str]]:
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
                double.notes.append(sentence % {"row": number})
                doubles.append(double)
            latest[person.email] = person
        return list(latest.values()), refused + doubles, remarks

    def columns(self, headers: Sequence[str]) -> tuple[dict[int, str], list[str]]:
        """Which column holds what, and remarks on the columns that are not used."""
        columns, unused = dict[int, str](), []
        for index, head in enumerate(headers):
            name = KNOWN.get(cells.plain(head))
            if name is None:
                if head:
                    unused.append(head[:40])
            elif name in columns.values():
                twice = _("Two columns hold the same thing: %(head)s. Keep one.")
                raise ListRefused(twice % {"head": head[:40]})
            else:
                columns[index] = name
        if "email" not in columns.values():
            raise ListRefused(_('No column holds e-mail addresses. Name one of them "E-mail" in the first row.'))
        remarks = [_("Columns not used: %(heads)s.") % {"heads": ", ".join(unused)}] if unused else []
        return columns, remarks

    def _clean(self, number: int, row: list[Any], columns: dict[int, str], sheet: Sheet) -> tuple[Line, dict[str, Any]]:
        line, values = Line(number, ""), dict[str, Any]()
        for index, name in columns.items():
            value = row[index] if index < len(row) else ""
            if sheet.formulas and (number, index + 1) in sheet.formulas:
                sentence = _("This cell holds a formula. Put its value instead.")
                line.refuse(sheet.headers[index], value, sentence)
                continue
            try:
                values[name] = self.fields[name].widget.clean(value)
            except ValueError as error:
                line.refuse(sheet.headers[index], value, str(error))
        if values.get("joined_on") is not None:
            values["joined_on"] = values["joined_on"].isoformat()
        else:
            values.pop("joined_on", None)
        line.who = values.get("email") or " ".join(str(values.get(n, "")) for n in ("first_name", "last_name"))
        return line, values

    # --- Comparing ------------------------------------------------------------------------------------------------
    def plan(
        self, people: Sequence[Person], lines: Sequence[Line] = (), tick: Callable[[int], None] = lambda done: None
    ) -> Plan:
        """Compares with the database, in a handful of queries a thousand people. Writes nothing."""
        plan = Plan(Result())
        found = list(lines)
        for start in range(0, len(people), CHUNK):
            tick(start)
            found += self._compare(people[start : start + CHUNK], plan)
        found.sort(key=lambda line: line.number)
        digest = hashlib.sha256()
        for line in found:
            plan.result.increment_row_result_total(line)
            digest.update(json.dumps([line.number, line.import_type, line.changes, line.notes]).encode())
        plan.result.rows = found
        plan.result.total_rows = len(found)
        plan.digest = digest.hexdigest()
        return plan

    def _compare(self, people: Sequence[Person], plan: Plan) -> Iterator[Line]:
        known = {
            user.email: user
            for user in User.objects.filter(email__in=[person.email for person in people]).select_related("volunteer")
        }
        ids = [user.volunteer.pk for user in known.values() if hasattr(user, "volunteer")]
        stays = dict[int, dict[int, bool]]()  # volunteer: network: still there
        for volunteer, network, left in Membership.objects.filter(volunteer__in=ids).values_list(
            "volunteer_id", "network_id", "left_at"
        ):
            networks = stays.setdefault(volunteer, {})
            networks[network] = networks.get(network, False) or left is None
        many = {name: self._linked(name, ids) for name in MANY} if ids else {}
        for person in people:
            line = Line(person.row, person.email)
            user = known.get(person.email)
            if user is None:
                self._add(person, line, plan)
            else:
                self._change(person, user, line, plan, stays, many)
            yield line

    def _linked(self, name: str, ids: list[int]) -> dict[int, list[int]]:
        """The primary keys that each volunteer has chosen."""
        through, target = MANY[name].through, MANY[name].field.m2m_reverse_name()
        chosen = dict[int, list[int]]()
        for volunteer, key in through.objects.filter(volunteer__in=ids).values_list("volunteer_id", target):
            chosen.setdefault(volunteer, []).append(key)
        return chosen

    def _add(self, person: Person, line: Line, plan: Plan) -> None:
        line.import_type = line.IMPORT_TYPE_NEW
        line.changes = self._said(person)
        plan.accounts.append((User(email=person.email), person))

    def _said(self, person: Person) -> list[tuple[str, str, str]]:
        """All that the list says of somebody who is new to the network."""
        said = [(self.labels["name"], "", person.name), (self.labels["phone"], "", person.phone)]
        wanted = {"networks": sorted({self.network.pk, *person.networks})}
        for name in (*MANY, "networks"):
            said.append((self.labels[name], "", self._in_words(name, wanted.get(name) or getattr(person, name, []))))
        return [change for change in said if change[2]]

    def _change(
        self,
        person: Person,
        user: User,
        line: Line,
        plan: Plan,
        stays: dict[int, dict[int, bool]],
        many: dict[str, dict[int, list[int]]],
    ) -> None:
        volunteer = user.volunteer if hasattr(user, "volunteer") else None
        there = stays.get(volunteer.pk, {}) if volunteer else {}
        joins = [key for key in sorted({self.network.pk, *person.networks}) if key not in there]
        for key in sorted({self.network.pk, *person.networks}):
            if there.get(key) is False:
                sentence = _("Has left %(network)s, and is not brought back.")
                line.notes.append(sentence % {"network": self.words["networks"][key]})
        if volunteer is None:
            # An account without a profile, such as an administrator's.
            volunteer = Volunteer(user=user)
        plan.joining += [(volunteer, key, person.joined_on) for key in joins]
        if not any(there.get(key) for key in self.mine):
            # Not one of ours: nothing of the profile may be shown or changed.
            line.changes = self._said(person) if joins else []
            line.import_type = line.IMPORT_TYPE_NEW if joins else line.IMPORT_TYPE_SKIP
            return
        if joins:
            line.changes.append((self.labels["networks"], "", self._in_words("networks", joins)))
        self._change_names(person, user, line, plan)
        if person.phone and person.phone != str(volunteer.phone or ""):
            line.changes.append((self.labels["phone"], str(volunteer.phone or ""), person.phone))
            volunteer.phone = PhoneNumber.from_string(person.phone)
            plan.changed_volunteers.append(volunteer)
        for name in MANY:
            wanted, before = getattr(person, name), sorted(many[name].get(volunteer.pk, []))
            if wanted and wanted != before:
                change = (self.labels[name], self._in_words(name, before), self._in_words(name, wanted))
                line.changes.append(change)
                plan.links[name].append((volunteer.pk, wanted))
        line.import_type = line.IMPORT_TYPE_UPDATE if line.changes else line.IMPORT_TYPE_SKIP

    def _change_names(self, person: Person, user: User, line: Line, plan: Plan) -> None:
        before = user.get_full_name()
        if (person.first_name or user.first_name, person.last_name or user.last_name) != (
            user.first_name,
            user.last_name,
        ):
            user.first_name = person.first_name or user.first_name
            user.last_name = person.last_name or user.last_name
            line.changes.append((self.labels["name"], before, user.get_full_name()))
            plan.changed_users.append(user)

    # --- Writing --------------------------------------------------------------------------------------------------
    def write(self, plan: Plan, *, brought_by: int | None, tick: Callable[[int], None] = lambda done: None) -> None:
        """Writes a plan in bulk, inside the caller's transaction. Sends nothing, invents no consent."""
        now = timezone.now()
        for user, person in plan.accounts:
            user.first_name, user.last_name = person.first_name, person.last_name
            user.password, user.date_joined = unusable(), now
        tick(0)
        users = User.objects.bulk_create([user for user, _person in plan.accounts], batch_size=CHUNK)
        profiles = [
            Volunteer(user=user, phone=person.phone) for user, (_user, person) in zip(users, plan.accounts, strict=True)
        ]
        bare = {volunteer.user_id: volunteer for volunteer, _key, _day in plan.joining if volunteer.pk is None}
        Volunteer.objects.bulk_create([*profiles, *bare.values()], batch_size=CHUNK)
        tick(len(users) // 2)
        stays = [
            Membership(volunteer_id=volunteer.pk, network_id=key, brought_by_id=brought_by)
            for volunteer, (_user, person) in zip(profiles, plan.accounts, strict=True)
            for key in sorted({self.network.pk, *person.networks})
        ]
        stays += [
            Membership(volunteer_id=bare.get(volunteer.user_id, volunteer).pk, network_id=key, brought_by_id=brought_by)
            for volunteer, key, _day in plan.joining
        ]
        days = [p.joined_on for _u, p in plan.accounts for _k in sorted({self.network.pk, *p.networks})]
        days += [day for _volunteer, _key, day in plan.joining]
        Membership.objects.bulk_create(stays, batch_size=CHUNK)
        self._date_back(stays, days)
        self._link(plan, profiles)
        upsert(User, plan.changed_users, ["first_name", "last_name"])
        upsert(Volunteer, plan.changed_volunteers, ["phone"])

    def _date_back(self, stays: list[Membership], days: list[str]) -> None:
        """The model dates a membership at its writing; the list may know better."""
        zone, dated = timezone.get_current_timezone(), []
        for stay, day in zip(stays, days, strict=True):
            if day:
                stay.joined_at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), zone)
                dated.append(stay)
        upsert(Membership, dated, ["joined_at"])

    def _link(self, plan: Plan, profiles: list[Volunteer]) -> None:
        for name, relation in MANY.items():
            through, target = relation.through, relation.field.m2m_reverse_name()
            replaced = [volunteer for volunteer, _keys in plan.links[name]]
            for start in range(0, len(replaced), CHUNK):
                through.objects.filter(volunteer__in=replaced[start : start + CHUNK]).delete()
            rows = [through(volunteer_id=pk, **{target: key}) for pk, keys in plan.links[name] for key in keys]
            rows += [
                through(volunteer_id=volunteer.pk, **{target: key})
                for volunteer, (_user, person) in zip(profiles, plan.accounts, strict=True)
                for key in getattr(person, name)
            ]
            through.objects.bulk_create(rows, batch_size=CHUNK)

    # --- The library's way in -------------------------------------------------------------------------------------
    def import_data(self, dataset: Any, dry_run: bool = False, raise_errors: bool = False, **kwargs: Any) -> Result:
        """All of it for a tablib Dataset: read, compare and, unless ``dry_run`` or a row is refused, write."""
        sheet = Sheet(list(dataset.headers), [(number, list(row)) for number, row in enumerate(dataset, start=2)])
        try:
            people, lines, _remarks = self.people(sheet)
        except ListRefused as refusal:
            result = Result()
            result.append_base_error(Error(refusal))
            if raise_errors:
                raise
            return result
        plan = self.plan(people, lines)
        if not dry_run and not any(line.faults for line in lines):
            with transaction.atomic():
                self.write(plan, brought_by=None)
        return plan.result

    # --- Words ----------------------------------------------------------------------------------------------------
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

    def _in_words(self, name: str, keys: Sequence[int]) -> str:
        return ", ".join(self.words[name].get(key, "?") for key in keys)


_unusable = make_password(None)[:1]


def unusable() -> str:
    """A password that no one can give. Without the random tail that Django adds against reset links: allauth's
    links do not hang on it, and 15,000 of them take a second."""
    return _unusable


def upsert(model: type[Any], rows: list[Any], columns: list[str]) -> None:
    """Writes some columns of rows that exist, in one statement a thousand: ``bulk_update`` asks for a CASE a cell."""
    if rows:
        model.objects.bulk_create(
            rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["pk"], update_fields=columns
        )


def as_json(people: Sequence[Person]) -> bytes:
    """People as they are kept between the preview and the confirmation."""
    return json.dumps([vars(person) for person in people]).encode()


def from_json(content: bytes) -> list[Person]:
    return [Person(**values) for values in json.loads(content)]
