"""What confirming a list of people would write: each row beside what is known of that person here. Writes nothing.

To an organisation, what is known is what it has said itself: nothing tells whether an address has an account. To an
organiser, also the people of the edition's network, among whom somebody may be under another address: pairs that look
like one person are answered by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _
from rapidfuzz import fuzz, process

from events.night.models import NamedPerson, Participant, PeopleList
from events.night.people.bringing import Named, said_of
from events.night.people.reading import PeopleReader, unused
from volunteers import cells, sentences
from volunteers.models import Membership
from volunteers.reading_lists import Line
from volunteers.sentences import Sentence

ALIKE = 90  # of 100, what two names have in common when they may be one person's
LEFT_OUT = _("This person has asked not to be signed up by you, and is left out.")
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


@dataclass(frozen=True)
class Face:
    """Somebody as a pair shows them. ``at``: the row of the file, or the key of the volunteer."""

    at: int
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Pair:
    """A row that may be the same person as an earlier row, or as somebody of the network. ``key`` names the question;
    ``answer``: True, False, or None while nobody has said."""

    key: str
    one: Face
    other: Face
    is_known: bool
    why: Sentence
    answer: bool | None


@dataclass
class Plan:
    """What confirming would write: the lines of the preview, and the rows behind them."""

    lines: list[Line] = field(default_factory=list)
    new: list[Named] = field(default_factory=list)
    changed: list[tuple[NamedPerson, Named]] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    digest: str = ""

    @property
    def refused(self) -> int:
        return sum(bool(line.faults) for line in self.lines)

    @property
    def open_pairs(self) -> int:
        return sum(pair.answer is None for pair in self.pairs)

    @property
    def is_confirmable(self) -> bool:
        """One row refused, or one pair that nobody has answered, means that nothing is written."""
        return not self.refused and not self.open_pairs and bool(self.new or self.changed)


def plan_of(sent: PeopleList) -> Plan:
    """The plan at this moment. The same number of queries for any number of rows."""
    reader = PeopleReader(sent.edition, sent.partner)
    columns = {int(index): name for index, name in sent.columns.items()}
    plan = Plan(remarks=unused(sent.headers, columns))
    said = dict(_read(sent, reader, columns, plan))
    if sent.partner is None:
        _pair(sent, said, plan)
    _compare(sent, reader, said, plan)
    plan.lines.sort(key=lambda line: line.number)
    digest = hashlib.sha256()
    for line in plan.lines:
        digest.update(json.dumps([line.number, line.import_type, line.changes, line.notes, line.who]).encode())
    digest.update(json.dumps(sorted(sent.answers.items())).encode())
    plan.digest = digest.hexdigest()
    return plan


def _read(
    sent: PeopleList, reader: PeopleReader, columns: Mapping[int, str], plan: Plan
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What each row that can be used says, by its number. Of several with one address the last is used."""
    latest: dict[str, tuple[int, dict[str, Any]]] = {}
    without: list[tuple[int, dict[str, Any]]] = []
    for number, values, formulas in sent.rows:
        line, said = reader.clean((number, values, formulas), columns, sent.headers)
        if line.faults:
            plan.lines.append(line)
            continue
        email = said.get("email", "")
        if not email:
            without.append((number, said))
            continue
        if former := latest.pop(email, None):
            plan.lines.append(_skipped(former[0], email, _double(number)))
        latest[email] = (number, said)
    yield from sorted([*latest.values(), *without])


def _double(row: int) -> Sentence:
    sentence = _("Same person as row %(row)d, further down: that row is used, this one is left out.")
    return sentences.filled(sentence, row=row)


def _skipped(number: int, who: str, note: Sentence) -> Line:
    line = Line(number, who)
    line.import_type, line.is_double = Line.IMPORT_TYPE_SKIP, True
    line.notes.append(note)
    return line


def _compare(sent: PeopleList, reader: PeopleReader, said: Mapping[int, dict[str, Any]], plan: Plan) -> None:
    rows = NamedPerson.objects.filter(edition=sent.edition_id, partner=sent.partner_id)
    rows = rows.select_related("participant__volunteer__user", "participant__registration", "participant__edition")
    known = {row.email: row for row in rows.prefetch_related("languages", "clearances")}
    for number, facts in said.items():
        email = facts.get("email", "")
        line = Line(number, email or f"{facts['first_name']} {facts.get('last_name', '')}".strip())
        plan.lines.append(line)
        if not email:
            line.refuse("", "", _("Without an e-mail address, nobody new can be signed up: they could not be told."))
            continue
        there = known.get(email)
        if there and there.objected_at:
            line.import_type = Line.IMPORT_TYPE_SKIP
            line.notes.append(LEFT_OUT)
            continue
        before = said_of(there) if there else None
        person = reader.named(facts, over=before, row=number)
        line.changes = list(_changes(reader, before, person))
        if before is None:
            line.import_type = Line.IMPORT_TYPE_NEW
            plan.new.append(person)
        elif there and line.changes:
            line.import_type = Line.IMPORT_TYPE_UPDATE
            plan.changed.append((there, person))
        else:
            line.import_type = Line.IMPORT_TYPE_SKIP


def _changes(reader: PeopleReader, before: Named | None, person: Named) -> Iterator[tuple[str, str, str]]:
    for name, label in LABELS.items():
        was, becomes = (getattr(one, name) if one else None for one in (before, person))
        if was != becomes and (before or becomes or name == "max_walk"):
            if before is None and name == "max_walk" and becomes == Participant.Walk.USUAL:
                continue
            yield label, _in_words(reader, name, was), _in_words(reader, name, becomes)


def _in_words(reader: PeopleReader, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name in ("languages", "clearances"):
        return ", ".join(reader.words[name].get(key, "?") for key in value)
    if name in reader.words:
        return reader.words[name].get(value, "?")
    if name == "max_walk":
        return str(Participant.Walk(value).label)
    return {True: "✓", False: "–"}[value] if isinstance(value, bool) else str(value)


# --- Who may be the same person -------------------------------------------------------------------------------------
def _pair(sent: PeopleList, said: dict[int, dict[str, Any]], plan: Plan) -> None:
    """Finds who looks like somebody else, and does what was answered: the row of somebody known goes to their address,
    a row that is the same as an earlier one is left out."""
    members = Membership.objects.filter(network=sent.edition.network_id, left_at=None).order_by("volunteer")
    columns = ("volunteer", "user__first_name", "user__last_name", "user__email", "phone")
    known = [
        Face(pk, f"{first} {last}".strip(), email, str(phone or ""))
        for pk, first, last, email, phone in members.values_list(
            columns[0], *(f"volunteer__{name}" for name in columns[1:])
        ).distinct()
    ]
    by_email = {face.email for face in known}
    among = _Crowd(known)
    rows = _Crowd()
    for number, facts in list(said.items()):
        face = Face(
            number,
            f"{facts['first_name']} {facts.get('last_name', '')}".strip(),
            facts.get("email", ""),
            facts.get("phone", ""),
        )
        if face.email not in by_email:
            for other, why in among.like(face):
                pair = _asked(sent, f"{number}:v{other.at}", face, other, why, is_known=True)
                plan.pairs.append(pair)
                if pair.answer and other.email != facts.get("email"):
                    facts["email"] = other.email
        for other, why in rows.like(face):
            pair = _asked(sent, f"{number}:r{other.at}", face, other, why, is_known=False)
            plan.pairs.append(pair)
            if pair.answer and number in said:
                del said[number]
                sentence = _("Same person as row %(row)d, as you said: this row is left out.")
                plan.lines.append(_skipped(number, face.email or face.name, sentences.filled(sentence, row=other.at)))
        rows.add(face)
    _settle(said, plan)


def _settle(said: dict[int, dict[str, Any]], plan: Plan) -> None:
    """Of rows that have become one address's, the first is used."""
    seen: dict[str, int] = {}
    for number in sorted(said):
        email = said[number].get("email", "")
        if email and email in seen:
            del said[number]
            sentence = _("Same person as row %(row)d, as you said: this row is left out.")
            plan.lines.append(_skipped(number, email, sentences.filled(sentence, row=seen[email])))
        elif email:
            seen[email] = number


def _asked(sent: PeopleList, key: str, one: Face, other: Face, why: Sentence, *, is_known: bool) -> Pair:
    return Pair(key, one, other, is_known, why, sent.answers.get(key))


class _Crowd:
    """People among whom somebody alike is looked for: by telephone, and by names of which a part begins alike."""

    def __init__(self, faces: Iterable[Face] = ()) -> None:
        self.by_phone: dict[str, list[Face]] = {}
        self.by_start: dict[str, tuple[list[str], list[Face]]] = {}
        for face in faces:
            self.add(face)

    def add(self, face: Face) -> None:
        if face.phone:
            self.by_phone.setdefault(face.phone, []).append(face)
        name = _in_order(face.name)
        for start in _starts(name):
            names, faces = self.by_start.setdefault(start, ([], []))
            names.append(name)
            faces.append(face)

    def like(self, face: Face) -> list[tuple[Face, Sentence]]:
        """Those who may be this person, the most alike first, three at most, each with why."""
        found = {other.at: (101, other, _("same telephone")) for other in self.by_phone.get(face.phone, ())}
        name = _in_order(face.name)
        for start in _starts(name):
            names, faces = self.by_start.get(start, ([], []))
            for _name, score, index in process.extract(name, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4):
                other, why = faces[index], _("same name") if score == 100 else _("nearly the same name")
                found.setdefault(other.at, (int(score), other, why))
        others = (one for one in found.values() if not face.email or one[1].email != face.email)
        return [(other, why) for _score, other, why in sorted(others, key=lambda one: (-one[0], one[1].at))[:3]]


def _in_order(name: str) -> str:
    """Without accents and capitals, its words in the order of the alphabet: which name comes first is no difference."""
    return " ".join(sorted(cells.plain(name).split()))


def _starts(name: str) -> set[str]:
    """By what names are looked up: pairs of beginnings of their words, so that only names alike are compared."""
    words = sorted({word[:3] for word in name.split() if len(word) > 1})
    if len(words) < 2:
        return {words[0]} if words else set()
    return {f"{one} {other}" for index, one in enumerate(words) for other in words[index + 1 :]}
