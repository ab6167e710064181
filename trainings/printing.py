"""The programme of a quarter on paper: one page to pin up, which flows on when there is more."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from trainings import listing
from trainings.models import Theme
from trainings.quarters import Quarter, themes_of
from trainings.session_rows import SessionRow
from volunteers import papermaking, squares

TEMPLATE = "programme.typ"
MOST = 500  # sessions; a quarter of a large city has a hundred


@dataclass(frozen=True)
class Heading:
    """What the page says besides its dates. ``address`` is its own, whole, for the square that phones read; ``colours``
    are the tints' by their name."""

    site: str
    title: str
    intro: str
    address: str
    colours: Mapping[str, str]


def programme(quarter: Quarter, heading: Heading) -> bytes:
    """The PDF, in the active language. Made once for each content, which two queries read."""
    return papermaking.kept_pdf(TEMPLATE, content(quarter, heading))


def content(quarter: Quarter, heading: Heading) -> dict[str, Any]:
    """What templates/paper/programme.typ shows. What was called off is left out; seats are those that there are,
    since paper cannot know how many are left."""
    rows, _count = listing.page_of_rows(listing.in_quarter(quarter), limit=MOST)
    months = {"first": date_format(quarter.begins_on, "F"), "last": date_format(quarter.ends_on, "F Y")}
    return {
        "language": get_language() or "fr",
        "site": heading.site,
        "title": heading.title,
        "months_from_to": _("From %(first)s to %(last)s") % months,
        "intro": heading.intro,
        "square": squares.svg(heading.address),
        "square_says": _("A square for a phone's camera, which leads to %(address)s") % {"address": heading.address},
        "scan": _("To sign up, and the latest news"),
        "footer": heading.address.partition("://")[2].rstrip("/"),
        "colours": dict(heading.colours),
        "themes": [_theme(theme) for theme in themes_of(quarter)],
        "months": _months([row for row in rows if row.state != "cancelled"]),
        "empty": _("The dates are being prepared."),
    }


def _theme(theme: Theme) -> dict[str, str]:
    return {
        "title": theme.title,
        "summary": theme.summary,
        "network": theme.network.name,
        "tint": theme.network.tint,
    }


def _months(rows: list[SessionRow]) -> list[dict[str, Any]]:
    by_month = itertools.groupby(rows, key=lambda row: date_format(row.starts_at, "F Y"))
    return [
        {"name": name[:1].upper() + name[1:], "sessions": [_session(row) for row in found]} for name, found in by_month
    ]


def _session(row: SessionRow) -> dict[str, str]:
    seats = ngettext("%(count)d seat", "%(count)d seats", row.capacity) % {"count": row.capacity}
    place = _("Online") if row.online else f"{row.place} ({row.district})" if row.district else row.place
    return {
        "title": row.title,
        "weekday": date_format(row.starts_at, "D"),
        "day": date_format(row.starts_at, "j"),
        "hours": row.span or f"{time_format(row.starts_at)} – {time_format(row.ends_at)}",
        "place": place,
        "network": row.network.name if row.network else "",
        "tint": row.network.tint if row.network else "",
        "seats": seats if row.capacity else "",
    }
