"""What confirming a list of people would write: each row beside what is known of that person here. Writes nothing.

To an organisation, what is known is what it has said itself: nothing tells whether an address has an account. To an
organiser, also the people of the edition's network, among whom somebody may be under another address: pairs that look
like one person are answered by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from events.night.models import NamedPerson, Participant, PeopleList
from events.night.people import pairing
from events.night.people.bringing import Named, said_of
from events.night.people.pairing import Pair
from events.night.people.reading import LABELS, PeopleReader, unused
from volunteers import sentences
from volunteers.reading_lists import Line
from volunteers.sentences import Sentence

LEFT_OUT = _("This person has asked not to be signed up by you, and is left out.")
TOGETHER = _("Put together from two, field by field, as you said.")


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


def plan_of(sent: PeopleList, tick: Callable[..., None] = lambda *_counts: None) -> Plan:
    """The plan at this moment. The same number of queries for any number of rows. ``tick``: told how far it is, by
    rows, of which there are twice as many as in the list."""
    reader = PeopleReader(sent.edition, sent.partner)
    columns = {int(index): name for index, name in sent.columns.items()}
    plan = Plan(remarks=unused(sent.headers, columns))
    tick(0, 2 * len(sent.rows))
    said = dict(_read(sent, reader, columns, plan, tick))
    if sent.partner is None:
        plan.pairs = pairing.find(sent, said, reader, tick)
        for number, who, note in pairing.put_together(said, plan.pairs):
            plan.lines.append(_skipped(number, who, note))
    _compare(sent, reader, said, plan)
    plan.lines.sort(key=lambda line: line.number)
    digest = hashlib.sha256()
    for line in plan.lines:
        digest.update(json.dumps([line.number, line.import_type, line.changes, line.notes, line.who]).encode())
    digest.update(json.dumps([(pair.key, pair.answer, pair.kept) for pair in plan.pairs], sort_keys=True).encode())
    plan.digest = digest.hexdigest()
    return plan


def _read(
    sent: PeopleList, reader: PeopleReader, columns: Mapping[int, str], plan: Plan, tick: Callable[..., None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What each row that can be used says, by its number. Of several with one address the last is used."""
    latest: dict[str, tuple[int, dict[str, Any]]] = {}
    without: list[tuple[int, dict[str, Any]]] = []
    for done, (number, values, formulas) in enumerate(sent.rows):
        if done % 500 == 0:
            tick(done)
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
        if facts.get("origins"):
            line.notes.append(TOGETHER)
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
            yield label, reader.in_words(name, was), reader.in_words(name, becomes)
