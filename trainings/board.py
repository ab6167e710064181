"""How a quarter goes: what needs an organiser, and its figures by month and by district.

One query reads the quarter's dates with their counts; everything else is worked out from them. Organisers count the
people of their own networks: nothing here is for the public, and small numbers are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Case, Count, Exists, IntegerField, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from events import by_date
from events.models import Meeting, Registration, Slot
from trainings import board_figures
from trainings.board_figures import Figure
from trainings.models import EvaluationAnswer
from trainings.quarters import Quarter
from volunteers.models import Network

State = Registration.State

LONG_QUEUE = 5  # people waiting: more than these would nearly fill another date
FEW_SHARE = 1 / 3  # of the seats
FEW_WITHIN = dt.timedelta(days=14)


@dataclass(frozen=True)
class Date:
    """One date of the quarter with its counts: people confirmed, there, absent, not marked, waiting.

    Of a course, ``unmarked`` are those at the first of its meetings that is over and where somebody is (``to_mark``).
    """

    slot: Slot
    has_trainer: bool
    confirmed: int
    there: int
    absent: int
    unmarked: int
    waiting: int
    to_mark: Meeting | None = None

    @property
    def month(self) -> int:
        return timezone.localtime(self.slot.starts_at).month

    @property
    def district(self) -> str:
        """The code of its district, "online", or "" where its venue has none."""
        if self.slot.venue is None:
            return "online"
        return self.slot.venue.district.code if self.slot.venue.district else ""

    def is_over(self, now: dt.datetime) -> bool:
        return self.slot.ends_at <= now


@dataclass(frozen=True)
class Bar:
    """A row of templates/components/bar_chart.html."""

    label: str
    value: int
    url: str
    shown: str = ""


@dataclass(frozen=True)
class Chart:
    """A measure by month or by district. ``longest`` is the length of the longest possible bar."""

    caption: str
    heading: str
    bars: list[Bar]
    longest: int
    unit: str = ""


@dataclass(frozen=True)
class ToDo:
    """Dates that ask for something before it is too late, or still."""

    no_trainer: list[Date] = field(default_factory=list)
    crowded: list[Date] = field(default_factory=list)
    few: list[Date] = field(default_factory=list)
    unmarked: list[Date] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.no_trainer or self.crowded or self.few or self.unmarked)


@dataclass(frozen=True)
class Board:
    """``chosen`` are the dates of the month or district asked for, None when neither is."""

    dates: list[Date]
    to_do: ToDo
    figures: list[Figure]
    by_month: list[Chart]
    by_district: list[Chart]
    chosen: list[Date] | None
    chosen_words: str


def dates_of(networks: Iterable[Network], quarter: Quarter, now: dt.datetime) -> list[Date]:
    """The quarter's dates that were not called off, in order of time. One query; two with courses."""
    first, after = quarter.bounds
    trained = Slot.people_in_charge.through.objects.filter(slot=OuterRef("pk"))
    slots = Slot.objects.filter(session__training__network__in=networks, starts_at__gte=first, starts_at__lt=after)
    slots = slots.exclude(state=Slot.State.CANCELLED).select_related("network", "venue__district")
    slots = slots.annotate(
        has_trainer=Exists(trained),
        confirmed=_count(state=State.CONFIRMED),
        there=_count(state=State.CONFIRMED, attendance__in=Registration.THERE),
        absent=_count(state=State.CONFIRMED, attendance=Registration.Attendance.ABSENT),
        unmarked=_count(state=State.CONFIRMED, attendance=""),
        waiting=_count(state=State.WAITING),
    )
    counts = ("has_trainer", "confirmed", "there", "absent", "unmarked", "waiting")
    found = list(slots.order_by("starts_at", "pk"))
    by_date.note_unmarked([slot for slot in found if slot.dates > 1], now, over=True)
    return [
        Date(slot, **{name: getattr(slot, name) for name in counts}, to_mark=getattr(slot, "to_mark", None))
        for slot in found
    ]


def _count(**which: Any) -> Count:
    return Count("registrations", filter=Q(**{f"registrations__{name}": value for name, value in which.items()}))


def board_of(
    networks: Sequence[Network],
    quarter: Quarter,
    *,
    month: str = "",
    district: str = "",
    now: dt.datetime | None = None,
) -> Board:
    """The board of these networks; ``month`` (its number) or ``district`` (its code) choose dates to list."""
    now = now or timezone.now()
    dates = dates_of(networks, quarter, now)
    address = _Address(quarter, networks)
    by_month = _groups(dates, lambda date: (f"{date.month:02}", _month_words(date)), address, "month")
    by_district = _groups(dates, lambda date: (date.district, _district_words(date)), address, "district")
    chosen = {"month": month.zfill(2) if month else "", "district": district}
    groups = {("month", group.key): group for group in by_month} | {("district", g.key): g for g in by_district}
    group = next((groups[pair] for pair in chosen.items() if pair[1] and pair in groups), None)
    return Board(
        dates=dates,
        to_do=_to_do(dates, now),
        figures=[*_own_figures(dates, networks, quarter), *board_figures.figures(networks, quarter)] if dates else [],
        by_month=_charts(by_month, gettext("Month")),
        by_district=_charts(by_district, gettext("District")),
        chosen=group.dates if group else None,
        chosen_words=group.words if group else "",
    )


def _to_do(dates: list[Date], now: dt.datetime) -> ToDo:
    found = ToDo()
    for date in dates:
        slot = date.slot
        if date.unmarked and (date.to_mark or date.is_over(now)) and slot.state == Slot.State.OPEN:
            found.unmarked.append(date)
        if date.is_over(now):
            continue
        if not date.has_trainer:
            found.no_trainer.append(date)
        if date.waiting > LONG_QUEUE:
            found.crowded.append(date)
        soon = now < slot.starts_at <= now + FEW_WITHIN
        if soon and slot.state == Slot.State.OPEN and slot.seats_taken < slot.capacity * FEW_SHARE:
            found.few.append(date)
    return found


def _own_figures(dates: list[Date], networks: Sequence[Network], quarter: Quarter) -> list[Figure]:
    """Whatever can be said: no rate where nobody was marked."""
    taken, capacity = sum(date.slot.seats_taken for date in dates), sum(date.slot.capacity for date in dates)
    found = [
        Figure(gettext("dates"), len(dates)),
        Figure(gettext("of the seats taken"), _percent(taken, capacity), "%"),
    ]
    there, absent = sum(date.there for date in dates), sum(date.absent for date in dates)
    if there + absent:
        found.append(Figure(gettext("of those expected came"), _percent(there, there + absent), "%"))
        found.append(Figure(gettext("did not come, without a word"), absent))
    found.append(Figure(gettext("on waiting lists"), sum(date.waiting for date in dates)))
    first, after = quarter.bounds
    said = EvaluationAnswer.objects.filter(
        evaluation__closed_on__isnull=False,
        evaluation__session__training__network__in=networks,
        evaluation__session__slot__starts_at__gte=first,
        evaluation__session__slot__starts_at__lt=after,
    )
    good = Case(When(score__gte=EvaluationAnswer.Score.GOOD, then=100), default=0, output_field=IntegerField())
    share = said.aggregate(share=Avg(good))["share"]
    if share is not None:
        url = reverse("organise-trainings:evaluations")
        found.append(Figure(gettext("of the answers say good or very good"), round(share), "%", url))
    return found


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


@dataclass(frozen=True)
class _Address:
    quarter: Quarter
    networks: Sequence[Network]

    def of(self, **chosen: str) -> str:
        query = {"quarter": str(self.quarter), **chosen}
        if len(self.networks) == 1:
            query["network"] = self.networks[0].slug
        return f"?{urlencode(query)}#dates"


@dataclass(frozen=True)
class _Group:
    key: str
    words: str
    url: str
    dates: list[Date] = field(default_factory=list)

    def sum_of(self, name: str) -> int:
        return sum(getattr(date, name) for date in self.dates)


def _groups(dates: list[Date], name_of: Callable[[Date], tuple[str, str]], to: _Address, kind: str) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for date in dates:
        key, words = name_of(date)
        groups.setdefault(key, _Group(key, words, to.of(**{kind: key}) if key else "")).dates.append(date)
    return [groups[key] for key in sorted(groups, key=lambda key: (not key, key))]


def _month_words(date: Date) -> str:
    return date_format(timezone.localtime(date.slot.starts_at), "F")


def _district_words(date: Date) -> str:
    if date.district == "online":
        return gettext("Online")
    district = date.slot.venue.district if date.slot.venue else None
    return f"{district.code.lstrip('0')} · {district.name}" if district else gettext("no district")


def _charts(groups: list[_Group], heading: str) -> list[Chart]:
    """Dates, attendance, no-shows and waiting lists; each only with the groups of which there is something to say."""
    dates = [Bar(group.words, len(group.dates), group.url) for group in groups]
    rates = [
        Bar(group.words, _percent(there, there + absent), group.url)
        for group in groups
        if (there := group.sum_of("there")) + (absent := group.sum_of("absent"))
    ]
    absences = [Bar(group.words, group.sum_of("absent"), group.url) for group in groups if group.sum_of("absent")]
    queues = [Bar(group.words, group.sum_of("waiting"), group.url) for group in groups if group.sum_of("waiting")]
    charts = [
        Chart(gettext("Dates"), heading, dates, _longest(dates)),
        Chart(gettext("Attendance"), heading, rates, 100, "%"),
        Chart(gettext("Did not come"), heading, absences, _longest(absences)),
        Chart(gettext("On waiting lists"), heading, queues, _longest(queues)),
    ]
    return [chart for chart in charts if chart.bars]


def _longest(bars: list[Bar]) -> int:
    return max((bar.value for bar in bars), default=1)
