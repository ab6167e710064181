"""Who of a list may be the same person as somebody of the edition's network, or as an earlier row; and two who are one,
put together field by field. Answered by hand (listing_people.answer). Writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _
from rapidfuzz import fuzz, process

from events.night.models import Edition, NamedPerson, Participant, PeopleList
from events.night.people.bringing import said_of
from events.night.people.reading import LABELS, PeopleReader
from volunteers import cells, sentences
from volunteers.models import Membership, Volunteer
from volunteers.sentences import Sentence

ALIKE = 90  # of 100, what two names have in common when they may be one person's
ONE, OTHER, BOTH = "one", "other", "both"
SETS = ("languages", "clearances")
NAMES = ("first_name", "last_name")
EMPTY: dict[str, Any] = {
    "last_name": "",
    "phone": "",
    "leader": False,
    "max_walk": Participant.Walk.USUAL,
    "languages": (),
    "clearances": (),
    "headquarters": None,
}
WORDS = {"email": _("E-mail address")} | {name: LABELS[name] for name in ("first_name", *EMPTY)}


@dataclass(frozen=True)
class Face:
    """Somebody as a pair shows them. ``at``: the row of the file, or the key of the volunteer."""

    at: int
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Difference:
    """A field of which two say otherwise, in words; ``usual``: whose is kept unless somebody chooses."""

    name: str
    one: str
    other: str
    usual: str

    @property
    def sides(self) -> tuple[str, ...]:
        """Whose can be kept. Nobody is without a first name or an address, and these never differ from nothing."""
        return (ONE, OTHER, BOTH) if self.name in SETS and self.one and self.other else (ONE, OTHER)


@dataclass
class Pair:
    """A row that may be the same person as an earlier row, or as somebody of the network. ``key`` names the question;
    ``answer``: True, False, or None while nobody has said; ``kept``: by field, ONE, OTHER or BOTH."""

    key: str
    one: Face
    other: Face
    is_known: bool
    why: Sentence
    differs: list[Difference]
    answer: bool | None = None
    kept: dict[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)  # what is known of somebody of the network

    def facts(self) -> dict[str, Any]:
        """What a page shows of both, as JSON keeps it. See ``shown``."""
        return {
            "one": vars(self.one),
            "other": vars(self.other),
            "is_known": self.is_known,
            "why": self.why,
            "differs": [vars(difference) for difference in self.differs],
        }


def differences(facts: Mapping[str, Any]) -> list[Difference]:
    """Those that were kept with a pair."""
    return [Difference(**kept) for kept in facts["differs"]]


# --- Who may be whom ------------------------------------------------------------------------------------------------
def find(
    sent: PeopleList, said: Mapping[int, dict[str, Any]], reader: PeopleReader, tick: Callable[..., None]
) -> list[Pair]:
    """The pairs of a list, with what was answered, in the order of its rows. ``said``: what rows say, by number."""
    known = _network(sent.edition)
    by_email, among, rows = {face.email for face in known}, _Crowd(known), _Crowd()
    found: list[tuple[Face, Face, bool, Sentence]] = []
    for done, (number, facts) in enumerate(said.items()):
        if done % 500 == 0:
            tick(len(sent.rows) + done)
        name = f"{facts['first_name']} {facts.get('last_name', '')}".strip()
        face = Face(number, name, facts.get("email", ""), facts.get("phone", ""))
        if face.email not in by_email:
            found += [(face, other, True, why) for other, why in among.like(face)]
        found += [(face, other, False, why) for other, why in rows.like(face)]
        rows.add(face)
    facts_of = _known_facts(sent.edition, [other for _one, other, is_known, _why in found if is_known])
    answers = {key: (is_one, kept) for key, is_one, kept in sent.pairs.values_list("key", "is_one", "kept")}
    pairs = []
    for one, other, is_known, why in found:
        theirs = facts_of[other.at] if is_known else said[other.at]
        differs = list(_differing(reader, said[one.at], theirs, is_known=is_known))
        key = f"{one.at}:{'v' if is_known else 'r'}{other.at}"
        answer, kept = answers.get(key, (None, {}))
        pairs.append(Pair(key, one, other, is_known, why, differs, answer, kept, theirs if is_known else {}))
    return pairs


def _network(edition: Edition) -> list[Face]:
    members = Membership.objects.filter(network=edition.network_id, left_at=None).order_by("volunteer").distinct()
    columns = ("user__first_name", "user__last_name", "user__email", "phone")
    found = members.values_list("volunteer", *(f"volunteer__{name}" for name in columns))
    return [Face(pk, f"{first} {last}".strip(), email, str(phone or "")) for pk, first, last, email, phone in found]


def _known_facts(edition: Edition, faces: Sequence[Face]) -> dict[int, dict[str, Any]]:
    """What is known of these people for this night: what a list said before, else their own wishes, else their profile.
    Names are as they wrote them. The same number of queries for any number of people."""
    if not faces:
        return {}
    keys = {face.at for face in faces}
    people = Volunteer.objects.filter(pk__in=keys).select_related("user").prefetch_related("languages")
    facts: dict[int, dict[str, Any]] = {
        row.pk: {
            "email": row.user.email,
            "first_name": row.user.first_name,
            "last_name": row.user.last_name,
            "phone": str(row.phone or ""),
            "languages": tuple(sorted(one.pk for one in row.languages.all())),
        }
        for row in people
    }
    parts = Participant.objects.active().filter(edition=edition, volunteer__in=keys)
    for part in parts.prefetch_related("languages", "choices"):
        facts[part.volunteer_id] |= {
            "leader": part.leader,
            "max_walk": part.max_walk,
            "languages": tuple(sorted(one.pk for one in part.languages.all())),
            "headquarters": next(
                (one.headquarters_id for one in sorted(part.choices.all(), key=lambda c: c.rank)), None
            ),
        }
    by_email = {face.email: face.at for face in faces}
    rows = NamedPerson.objects.filter(edition=edition, partner=None, objected_at=None, email__in=by_email)
    for person in rows.prefetch_related("languages", "clearances"):
        before = said_of(person)
        there = facts[by_email[person.email]]
        there |= {name: getattr(before, name) for name in EMPTY if name not in NAMES and getattr(before, name)}
    return facts


def _differing(
    reader: PeopleReader, one: Mapping[str, Any], other: Mapping[str, Any], *, is_known: bool
) -> Iterator[Difference]:
    for name in WORDS:
        if name == "email" and is_known:
            continue  # somebody known keeps their address: it is how they sign in
        ours, theirs = _value(name, one), _value(name, other)
        nothing = ours is None or theirs is None
        if ours == theirs or (nothing and name in ("email", "first_name")):
            continue
        side = usual(name, ours, theirs, is_known=is_known)
        yield Difference(name, reader.in_words(name, ours), reader.in_words(name, theirs), side)


def usual(name: str, one: Any, other: Any, *, is_known: bool) -> str:
    """Whose is kept unless somebody chooses: the one that says something; all of what both list; people's names as they
    wrote them, and the address of the first row; otherwise the later row, which is the latest word."""
    if one is None or other is None:
        return OTHER if one is None else ONE
    if name in SETS:
        return BOTH
    return OTHER if name == "email" or (is_known and name in NAMES) else ONE


def _value(name: str, facts: Mapping[str, Any]) -> Any:
    """None for nothing said."""
    value = facts.get(name)
    if name in SETS:
        return tuple(sorted(value)) if value else None
    return None if value == "" else value


# --- Two who are one -----------------------------------------------------------------------------------------------
def put_together(said: dict[int, dict[str, Any]], pairs: Iterable[Pair]) -> list[tuple[int, str, Sentence]]:
    """Does what was answered. A row that is somebody known goes to their address; one that is the same as an earlier
    row becomes part of it, and is left out: returns these, with who they are and why. ``origins`` of what is put
    together: see NamedPerson."""
    into: dict[int, int] = {}
    tied: dict[int, str] = {}
    gone = []
    for pair in pairs:
        number = pair.one.at
        if not pair.answer or number in into:
            continue
        if pair.is_known:
            if number not in tied:
                said[number] = _merged(said[number], pair.known, pair) | {"email": pair.other.email}
                tied[number] = pair.other.email
            continue
        first = pair.other.at
        while first in into:
            first = into[first]
        said[first] = _merged(said.pop(number), said[first], pair)
        into[number] = first
        if email := tied.get(first) or tied.get(number):
            tied[first] = said[first]["email"] = email
        gone.append((number, pair.one.email or pair.one.name, _left_out(first)))
    return gone + _settle(said)


def _merged(one: Mapping[str, Any], other: Mapping[str, Any], pair: Pair) -> dict[str, Any]:
    """What both say, the row's own being the one of somebody known, and the other, earlier one of two rows."""
    merged: dict[str, Any] = {}
    origins = dict(other.get("origins", {})) | dict(one.get("origins", {}))
    foreign, origin = (OTHER, 0) if pair.is_known else (ONE, pair.one.at)
    for name in WORDS:
        ours, theirs = _value(name, one), _value(name, other)
        side = pair.kept.get(name) or usual(name, ours, theirs, is_known=pair.is_known)
        if ours == theirs or (name in ("email", "first_name") and None in (ours, theirs)):
            side = ONE if ours is not None else OTHER
        if ours is None and theirs is None:
            continue
        value = tuple(sorted({*(ours or ()), *(theirs or ())})) if side == BOTH else ours if side == ONE else theirs
        merged[name] = EMPTY.get(name) if value is None else value
        if ours != theirs and side in (foreign, BOTH):
            origins[name] = origin
    return merged | {"origins": origins}


def _settle(said: dict[int, dict[str, Any]]) -> list[tuple[int, str, Sentence]]:
    """Of rows that have become one address's, the first is used; returns the others as ``put_together`` does."""
    seen: dict[str, int] = {}
    gone = []
    for number in sorted(said):
        email = said[number].get("email", "")
        if email and email in seen:
            del said[number]
            gone.append((number, email, _left_out(seen[email])))
        elif email:
            seen[email] = number
    return gone


def _left_out(row: int) -> Sentence:
    return sentences.filled(_("Same person as row %(row)d, as you said: this row is left out."), row=row)


# --- Who is alike --------------------------------------------------------------------------------------------------
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
