"""All ideas of a call as open data: CSV for spreadsheets, JSON for programs. Nobody's name is in it.

Both are written as they are read, a few hundred ideas at a time, so that a call of any size takes as little memory.
What the columns mean: docs/ideas-data.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse

from ideas import outcomes
from ideas.models import Call, Idea, Step
from volunteers.tables import harmless_in_csv

CHUNK = 200
BOM = "\ufeff"  # by which spreadsheet programs know UTF-8
COLUMNS = (
    "id", "url", "state", "title", "text", "language", "district", "place", "association", "offer", "group",
    "proposed_at", "edited_at", "answered_at", "answer", "answer_language",
    "supports", "comments", "merged_into", "outcomes", "hidden", "hidden_language",
)  # fmt: skip

NO_ANSWER = ("", "")  # its reason and its language

Row = dict[str, Any]


def as_csv(call: Call) -> Iterator[str]:
    """A line of names, then a line for each idea; what a spreadsheet would run as a formula is made harmless."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(COLUMNS)
    for row in rows_of(call):
        values = (" ".join(value) if isinstance(value, list) else value for value in row.values())
        yield writer.writerow([harmless_in_csv(value) for value in values])


def as_json(call: Call) -> Iterator[str]:
    """One object: the call, and the list of its ideas."""
    about = {
        "url": settings.SITE_URL + reverse("ideas:call", args=[call.slug]),
        "title": call.title,
        "network": call.network.name if call.network else "",
        "place": call.place,
        "district": call.district.code if call.district else "",
        "latitude": call.latitude,
        "longitude": call.longitude,
        "phases": [
            {"kind": phase.kind, "from": _moment(phase.starts_at), "to": _moment(phase.ends_at)}
            for phase in call.phases.all()
        ],
    }
    yield '{"call": ' + _json(about) + ', "ideas": ['
    for number, row in enumerate(rows_of(call)):
        yield (",\n" if number else "\n") + _json(row)
    yield "\n]}\n"


def rows_of(call: Call) -> Iterator[Row]:
    """The ideas in the order in which they were proposed, by the names of ``COLUMNS``."""
    ideas = Idea.objects.filter(call=call).select_related("district", "association", "group").order_by("pk")
    comments = Count("comments", filter=Q(comments__hidden_at=None))
    reading = ideas.annotate(comments_shown=comments).iterator(chunk_size=CHUNK)
    while chunk := list(itertools.islice(reading, CHUNK)):
        yield from _rows(chunk)


def _rows(ideas: Sequence[Idea]) -> Iterable[Row]:
    answered = Step.objects.filter(idea__in=ideas, kind=Step.Kind.ANSWERED).order_by("at", "pk")
    answers = {idea: said for idea, *said in answered.values_list("idea", "reason", "language")}  # the last one stays
    found = outcomes.of_ideas(list(ideas))
    for idea in ideas:
        values = (
            idea.pk,
            settings.SITE_URL + reverse("ideas:idea", args=[idea.pk]),
            idea.state,
            "" if idea.is_hidden else idea.title,
            "" if idea.is_hidden else idea.text,
            idea.language,
            idea.district.code if idea.district else "",
            "" if idea.is_hidden else idea.place,
            idea.association.name if idea.association else "",
            idea.offer,
            idea.group.name if idea.group else "",
            _moment(idea.proposed_at),
            _moment(idea.edited_at),
            _moment(idea.answered_at),
            *(answers.get(idea.pk, NO_ANSWER) if idea.state in Idea.DECIDED else NO_ANSWER),
            idea.supporters,
            idea.comments_shown,  # type: ignore[attr-defined]
            idea.merged_into_id,
            [_whole(outcome.url) for outcome in found.get(idea.pk, [])],
            idea.hidden_reason if idea.is_hidden else "",
            idea.hidden_language if idea.is_hidden else "",
        )
        yield dict(zip(COLUMNS, values, strict=True))


class _Line:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _moment(moment: dt.datetime | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _whole(url: str) -> str:
    return settings.SITE_URL + url if url.startswith("/") else url
