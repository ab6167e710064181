"""One page of the list of sessions, with its filters: what the programme and /trainings/ both show."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from trainings import listing, session_rows
from trainings.filters import SessionFilter, Vocabulary, is_filtered, vocabulary
from trainings.listing import Rows
from trainings.quarters import Quarter
from trainings.session_rows import SessionRow

PER_PAGE = 20


@dataclass(frozen=True)
class Chip:
    """A filter at work: its words, the same page without it, and how many sessions that would show (when none do)."""

    label: str
    url: str
    count: int | None = None


class Month(NamedTuple):
    """The sessions of one month."""

    slug: str
    rows: tuple[SessionRow, ...]

    @property
    def starts_on(self) -> dt.datetime:
        return self.rows[0].starts_at


@dataclass(frozen=True)
class Browse:
    """What templates/trainings/_browse.html shows. Equal ones look the same: what was rendered once may be kept.

    ``asked`` is the address's query without its page; ``number`` the page, of ``pages``.
    """

    rows: tuple[SessionRow, ...]
    count: int
    number: int
    chips: tuple[Chip, ...]
    bar: str
    asked: str

    @property
    def pages(self) -> int:
        return -(-self.count // PER_PAGE)

    @property
    def months(self) -> list[Month]:
        groups = itertools.groupby(self.rows, key=lambda row: (row.starts_at.year, row.starts_at.month))
        return [Month(f"m{year}-{month}", tuple(rows)) for (year, month), rows in groups]

    def url_of(self, number: int) -> str:
        """The address of another page of the same list."""
        page = f"page={number}"
        return f"?{self.asked}&{page}" if self.asked else f"?{page}"

    @property
    def previous_url(self) -> str:
        return self.url_of(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url_of(self.number + 1) if self.number < self.pages else ""


@dataclass(frozen=True)
class Found:
    """The sessions that an address asks for, as they were a moment ago (KEPT_SECONDS)."""

    rows: tuple[SessionRow, ...]
    count: int
    number: int
    chips: tuple[Chip, ...]


def browse(request: HttpRequest, *, quarter: Quarter | None = None) -> Browse:
    """The sessions that the address asks for: those of a quarter, or else all that are not over.

    Which they are and what they are called is looked up once in KEPT_SECONDS for each address; how many seats they
    have left at each look. One query for the seats or, now and then, one for the sessions and one for what the
    filters offer; signed in, one more.
    """
    choices = vocabulary()
    asked = _asked(request.GET)
    number = _number(request.GET.get("page", ""))
    today, language = timezone.localdate(), get_language() or ""
    key = hashlib.sha256(f"{language} {today} {quarter} {number} {asked}".encode()).hexdigest()
    found: Found | None = caches["process"].get(key)
    if found is None:
        found = _find(QueryDict(asked), choices, number, quarter)
        caches["process"].set(key, found, timeout=settings.KEPT_SECONDS)
        rows = found.rows
    else:
        rows = session_rows.with_seats(found.rows)
    own = session_rows.with_own_states(rows, request.user)
    bar = _bar(language, asked, choices, quarter, found.chips, found.count, today)
    return Browse(tuple(own), found.count, found.number, found.chips, bar, asked)


def _find(parameters: QueryDict, choices: Vocabulary, number: int, quarter: Quarter | None) -> Found:
    chips: list[Chip] = []
    if parameters:
        filterset = _filterset(parameters, choices, bound=quarter)
        sessions = filterset.qs
        chips = [Chip(label, _without(parameters, name)) for name, label in filterset.active()]
    else:
        sessions = _period(parameters, choices, bound=quarter)
    rows, count = listing.page_of_rows(sessions, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    if not rows and number > 1:  # past the last page: the first one again
        number = 1
        rows, count = listing.page_of_rows(sessions, limit=PER_PAGE)
    if not rows:
        chips = [_counted(chip, quarter, choices) for chip in chips]
    return Found(tuple(rows), count, number, tuple(chips))


def _period(parameters: QueryDict, choices: Vocabulary, *, bound: Quarter | None) -> Rows:
    """The sessions of a quarter, or those that are not over; of the running quarter, past ones only when asked."""
    if bound:
        runs = bound == Quarter.of(timezone.localdate()) and not parameters.get("past")
        return listing.in_quarter(bound, still_to_come=runs)
    asked = parameters.get("quarter", "")
    if asked in dict(dict(choices)["quarter"]):
        return listing.in_quarter(Quarter.parse(asked))
    return listing.upcoming()


def _filterset(parameters: QueryDict, choices: Vocabulary, *, bound: Quarter | None) -> SessionFilter:
    running = bound is not None and bound == Quarter.of(timezone.localdate())
    useless = ("quarter",) if running else ("quarter", "past") if bound else ("past",)
    return SessionFilter(
        parameters, queryset=_period(parameters, choices, bound=bound), choices=choices, without=useless
    )


@functools.lru_cache(maxsize=256)
def _bar(
    language: str,
    asked: str,
    choices: Vocabulary,
    quarter: Quarter | None,
    chips: tuple[Chip, ...],
    count: int,
    today: dt.date,
) -> str:
    """The filter bar as HTML. Everything that it depends on is an argument, so what was made once may be kept."""
    filterset = _filterset(QueryDict(asked), choices, bound=quarter)
    context = {"form": filterset.form, "chips": chips, "count": count, "clear_url": "?", "target": "sessions"}
    return render_to_string("components/filter_bar.html", context)


def _asked(parameters: QueryDict) -> str:
    if not parameters:
        return ""
    asked = parameters.copy()
    asked.pop("page", None)
    return asked.urlencode() if is_filtered(parameters) else ""


def _without(parameters: QueryDict, name: str) -> str:
    left = parameters.copy()
    for gone in (name, "page"):
        left.pop(gone, None)
    return f"?{left.urlencode()}"


def _counted(chip: Chip, quarter: Quarter | None, choices: Vocabulary) -> Chip:
    """How many sessions there would be without that filter. Asked only when nothing is found."""
    filterset = _filterset(QueryDict(chip.url[1:]), choices, bound=quarter)
    return replace(chip, count=filterset.qs.count())


def _number(text: str) -> int:
    """The page's number in the address, 1 when it is none."""
    return max(int(text), 1) if text.isdecimal() and len(text) < 6 else 1
