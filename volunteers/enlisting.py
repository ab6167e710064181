"""Bringing the people of a list in: read, compared with the volunteers we know, then written at once.

What differs from django-import-export, whose resource this is, is that nothing is done row by row: people are looked
up, compared and written in bulk, so the number of queries follows the thousands of rows and not the rows.

Accounts made here have no password, an unverified address and no consent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from import_export.results import Error, Result

from volunteers.comparing_lists import Comparison, Plan
from volunteers.models import Membership, User, Volunteer
from volunteers.reading_lists import CHUNK, MANY, Line, ListReader, ListRefused, Person
from volunteers.spreadsheets import Sheet


class ListChanged(Exception):
    """Somebody changed what the preview showed: look again before confirming."""


class VolunteerList(ListReader):
    """A list of volunteers for one network, sent in by one organiser."""

    def plan(
        self, people: Sequence[Person], lines: Sequence[Line] = (), tick: Callable[[int], None] = lambda done: None
    ) -> Plan:
        """What writing these people would change. Writes nothing."""
        return Comparison(self).plan(people, lines, tick)

    def write(self, plan: Plan, *, brought_by: int | None, tick: Callable[[int], None] = lambda done: None) -> None:
        """Writes a plan in bulk, inside the caller's transaction. Sends nothing, invents no consent.

        No more than a thousand new people are in memory at a time.
        """
        for start in range(0, len(plan.newcomers), CHUNK):
            tick(start)
            self._open_accounts(plan.newcomers[start : start + CHUNK], brought_by)
        bare = {volunteer.user_id: volunteer for volunteer, _key, _day in plan.joining if volunteer.pk is None}
        Volunteer.objects.bulk_create(bare.values(), batch_size=CHUNK)
        self._join(
            [(bare.get(volunteer.user_id, volunteer), key, day) for volunteer, key, day in plan.joining], brought_by
        )
        for name in MANY:
            through = MANY[name].through
            replaced = [pk for pk, _keys in plan.links[name]]
            for start in range(0, len(replaced), CHUNK):
                through.objects.filter(volunteer__in=replaced[start : start + CHUNK]).delete()
            link(name, plan.links[name])
        upsert(User, plan.changed_users, ["first_name", "last_name"])
        upsert(Volunteer, plan.changed_volunteers, ["phone"])

    def _open_accounts(self, people: Sequence[Person], brought_by: int | None) -> None:
        now, password = timezone.now(), unusable()
        users = User.objects.bulk_create(
            User(
                email=person.email,
                first_name=person.first_name,
                last_name=person.last_name,
                password=password,
                date_joined=now,
            )
            for person in people
        )
        profiles = Volunteer.objects.bulk_create(
            Volunteer(user=user, phone=person.phone) for user, person in zip(users, people, strict=True)
        )
        newcomers = list(zip(profiles, people, strict=True))
        self._join(
            [
                (profile, key, person.joined_on)
                for profile, person in newcomers
                for key in sorted({self.network.pk, *person.networks})
            ],
            brought_by,
        )
        for name in MANY:
            link(name, [(profile.pk, getattr(person, name)) for profile, person in newcomers])

    def _join(self, joining: Sequence[tuple[Volunteer, int, str]], brought_by: int | None) -> None:
        """Makes them members. The model dates a membership at its writing; the list may know better."""
        stays = [
            Membership(volunteer_id=profile.pk, network_id=key, brought_by_id=brought_by)
            for profile, key, _day in joining
        ]
        Membership.objects.bulk_create(stays, batch_size=CHUNK)
        zone, dated = timezone.get_current_timezone(), []
        for stay, (_profile, _key, day) in zip(stays, joining, strict=True):
            if day:
                stay.joined_at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), zone)
                dated.append(stay)
        upsert(Membership, dated, ["joined_at"])

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


_unusable = make_password(None)[:1]


def unusable() -> str:
    """A password that no one can give. Without the random tail that Django adds against reset links: allauth's
    links do not hang on it, and 15,000 of them take a second."""
    return _unusable


def link(name: str, chosen: Sequence[tuple[int, Sequence[int]]]) -> None:
    """Writes what each volunteer (by key) has chosen of one vocabulary (keys)."""
    through, target = MANY[name].through, MANY[name].field.m2m_reverse_name()
    rows = (through(volunteer_id=pk, **{target: key}) for pk, keys in chosen for key in keys)
    while batch := list(islice(rows, CHUNK)):
        through.objects.bulk_create(batch)


def upsert(model: type[Any], rows: list[Any], columns: list[str]) -> None:
    """Writes some columns of rows that exist, in one statement a thousand: ``bulk_update`` asks for a CASE a cell."""
    if rows:
        model.objects.bulk_create(
            rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["pk"], update_fields=columns
        )
