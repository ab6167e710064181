"""Comparing the people of a list with the volunteers we know, in bulk: what confirming it would write.

What an import may do is bounded here. A profile is its owner's: somebody known but in none of the organiser's networks
only joins, whatever the list says of them, and nothing of their profile is shown. The preview has them added like
anybody new, in the list's own words: that somebody has an account is theirs to tell, and what was written is told
afterwards, to an organiser who then sees them in the network. Who has left the network is not brought back.

What a list has written a list may replace, until the person has signed in. Whoever has, or joined by themselves, keeps
what they say of themselves: a list fills what is empty. Whoever had an account when a list made them join has joined,
and no more, each time that a list is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _
from import_export.results import Result
from phonenumber_field.phonenumber import PhoneNumber

from volunteers import sentences
from volunteers.models import Membership, User, Volunteer
from volunteers.reading_lists import CHUNK, MANY, Line, ListReader, Person


@dataclass
class Plan:
    """What confirming would write: the lines of the preview, and the rows behind them."""

    result: Result
    newcomers: list[Person] = field(default_factory=list)
    changed_users: list[User] = field(default_factory=list)
    changed_volunteers: list[Volunteer] = field(default_factory=list)
    joining: list[tuple[Volunteer, int, str]] = field(default_factory=list)  # network's key, day
    links: dict[str, list[tuple[int, list[int]]]] = field(default_factory=lambda: {name: [] for name in MANY})
    digest: str = ""


class Pen:
    """What a list may write in one person's profile, and whether it was held back."""

    def __init__(self, user: User, lists: Set[dt.datetime | None]) -> None:
        """``lists``: when those were sent that brought the person; None for having joined otherwise."""
        made_by_one = any(sent_at is not None and sent_at <= user.date_joined for sent_at in lists)
        self.replaces = made_by_one and user.last_login is None
        self.fills = made_by_one or None in lists
        self.held_back = False

    def writes(self, wanted: object, *, over: object) -> bool:
        """Is this to be written? An empty cell says nothing."""
        if not wanted or wanted == over:
            return False
        allowed = self.replaces or (self.fills and not over)
        self.held_back |= not allowed
        return allowed


class Comparison:
    """Of what a reader has read with the database, as its organiser may see it. Writes nothing."""

    def __init__(self, reader: ListReader) -> None:
        self.reader = reader

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
        lists = dict[int, set[dt.datetime | None]]()  # volunteer: when those were sent that brought them; None: no list
        for volunteer, network, left, sent_at in Membership.objects.filter(volunteer__in=ids).values_list(
            "volunteer_id", "network_id", "left_at", "brought_by__created_at"
        ):
            networks = stays.setdefault(volunteer, {})
            networks[network] = networks.get(network, False) or left is None
            if network in self.reader.mine:
                lists.setdefault(volunteer, set()).add(sent_at)
        many = {name: self._linked(name, ids) for name in MANY} if ids else {}
        for person in people:
            line = Line(person.row, person.email)
            user = known.get(person.email)
            if user is None:
                self._add(person, line, plan)
            else:
                self._change(person, user, line, plan, stays, lists, many)
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
        plan.newcomers.append(person)

    def _said(self, person: Person) -> list[tuple[str, str, str]]:
        """All that the list says of somebody who is new to the network."""
        said = [(self.reader.labels["name"], "", person.name), (self.reader.labels["phone"], "", person.phone)]
        wanted = {"networks": sorted({self.reader.network.pk, *person.networks})}
        for name in (*MANY, "networks"):
            keys = wanted.get(name) or getattr(person, name, [])
            said.append((self.reader.labels[name], "", self.reader.in_words(name, keys)))
        return [change for change in said if change[2]]

    def _change(
        self,
        person: Person,
        user: User,
        line: Line,
        plan: Plan,
        stays: dict[int, dict[int, bool]],
        lists: dict[int, set[dt.datetime | None]],
        many: dict[str, dict[int, list[int]]],
    ) -> None:
        volunteer = user.volunteer if hasattr(user, "volunteer") else None
        there = stays.get(volunteer.pk, {}) if volunteer else {}
        joins = [key for key in sorted({self.reader.network.pk, *person.networks}) if key not in there]
        for key in sorted({self.reader.network.pk, *person.networks}):
            if there.get(key) is False:
                sentence = _("Has left %(network)s, and is not brought back.")
                line.notes.append(sentences.filled(sentence, network=self.reader.words["networks"][key]))
        if volunteer is None:
            # An account without a profile, such as an administrator's.
            volunteer = Volunteer(user=user)
        plan.joining += [(volunteer, key, person.joined_on) for key in joins]
        if not any(there.get(key) for key in self.reader.mine):
            # Not one of ours: nothing of the profile may be shown or changed.
            line.import_type = line.IMPORT_TYPE_SKIP
            if joins:
                line.import_type, line.changes = line.IMPORT_TYPE_NEW, self._said(person)
                line.written = [(self.reader.labels["networks"], "", self.reader.in_words("networks", joins))]
            return
        if joins:
            line.changes.append((self.reader.labels["networks"], "", self.reader.in_words("networks", joins)))
        pen = Pen(user, lists.get(volunteer.pk, set()))
        self._change_names(person, user, line, plan, pen)
        phone = str(volunteer.phone or "")
        if pen.writes(person.phone, over=phone):
            line.changes.append((self.reader.labels["phone"], phone, person.phone))
            volunteer.phone = PhoneNumber.from_string(person.phone)
            plan.changed_volunteers.append(volunteer)
        for name in MANY:
            wanted, before = getattr(person, name), sorted(many[name].get(volunteer.pk, []))
            if pen.writes(wanted, over=before):
                was, becomes = self.reader.in_words(name, before), self.reader.in_words(name, wanted)
                line.changes.append((self.reader.labels[name], was, becomes))
                plan.links[name].append((volunteer.pk, wanted))
        if pen.held_back:
            line.notes.append(_("The list says other things of this person, whose profile is kept as it is."))
        line.import_type = line.IMPORT_TYPE_UPDATE if line.changes else line.IMPORT_TYPE_SKIP

    def _change_names(self, person: Person, user: User, line: Line, plan: Plan, pen: Pen) -> None:
        before = user.get_full_name()
        for name in ("first_name", "last_name"):
            if pen.writes(getattr(person, name), over=getattr(user, name)):
                setattr(user, name, getattr(person, name))
        if user.get_full_name() != before:
            line.changes.append((self.reader.labels["name"], before, user.get_full_name()))
            plan.changed_users.append(user)
