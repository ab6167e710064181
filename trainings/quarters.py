"""The quarters of the year, by which trainings are programmed, and what each network works on in one."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple, Self

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from trainings.models import Theme


class Quarter(NamedTuple):
    """A quarter of a year, 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``2026-4``. Raises ValueError."""
        year, number = (int(part) for part in text.split("-"))
        if not (1 <= number <= 4 and 2000 <= year <= 2999):
            raise ValueError(text)
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def begins_on(self) -> dt.date:
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> Quarter:
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def ends_on(self) -> dt.date:
        return self.next.begins_on - dt.timedelta(days=1)

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """Its first instant and the first one after it, in the city's time zone."""
        zone = timezone.get_default_timezone()
        first, after = (dt.datetime.combine(q.begins_on, dt.time(), zone) for q in (self, self.next))
        return first, after

    @property
    def words(self) -> str:
        """By its months: "January to March 2027"."""
        return str(
            _("%(first)s to %(last)s")
            % {"first": date_format(self.begins_on, "F"), "last": date_format(self.ends_on, "F Y")}
        )


def themes_of(quarter: Quarter) -> list[Theme]:
    """What each network works on in that quarter."""
    return list(Theme.objects.filter(year=quarter.year, quarter=quarter.number).select_related("network"))


def current_themes() -> list[Theme]:
    return themes_of(Quarter.of(timezone.localdate()))
