"""What a file sent in would change, row by row: kept as pages of a screenful, and shown in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from volunteers import sentences
from volunteers.models.imports import PreviewPage
from volunteers.reading_lists import Line

PAGE_ROWS = 50
Kind = PreviewPage.Kind
KINDS = {
    Line.IMPORT_TYPE_INVALID: Kind.REFUSED,
    Line.IMPORT_TYPE_UPDATE: Kind.CHANGED,
    Line.IMPORT_TYPE_NEW: Kind.CREATED,
    Line.IMPORT_TYPE_SKIP: Kind.UNCHANGED,
}


def by_kind(lines: list[Line]) -> dict[str, list[dict[str, Any]]]:
    """The lines as pages keep them. Empties the list: a large one is in memory once."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in Kind.values}
    lines.reverse()
    while lines:
        line = lines.pop()
        found[KINDS[line.import_type]].append(row_of(line))
    return found


def pages(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """What the pages of a preview are made of, screenful by screenful."""
    for kind, found in rows.items():
        for start in range(0, len(found), PAGE_ROWS):
            yield {"kind": kind, "number": start // PAGE_ROWS + 1, "rows": found[start : start + PAGE_ROWS]}


def row_of(line: Line) -> dict[str, Any]:
    """A line as JSON keeps it, what is empty left out."""
    row = {"row": line.number, "who": line.who}
    row |= {"changes": line.changes, "faults": line.faults, "notes": line.notes, "double": line.is_double}
    return {key: value for key, value in row.items() if value}


def shown(sent: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The page of a kept preview that an address asks for, one read however long the list: tabs, kind, page_obj, rows.
    ``sent``: what was sent in, with its ``pages`` and the number of its rows of each kind."""
    counts = {kind: getattr(sent, kind) for kind in Kind.values}
    kind = asked.get("kind", "")
    if kind not in counts:
        kind = next((name for name, count in counts.items() if count), Kind.CREATED.value)
    page_obj = Paginator(range(counts[kind]), PAGE_ROWS).get_page(asked.get("page"))
    page = sent.pages.filter(kind=kind, number=page_obj.number).first()
    return {
        "tabs": [(name, Kind(name).label, count) for name, count in counts.items()],
        "kind": kind,
        "page_obj": page_obj,
        "rows": [in_words(row) for row in page.rows] if page else [],
    }


def in_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a preview in the reader's language."""
    said: dict[str, Any] = {"notes": [sentences.in_words(note) for note in row.get("notes", ())]}
    said["faults"] = [
        (sentences.in_words(column), value, sentences.in_words(why)) for column, value, why in row.get("faults", ())
    ]
    said["changes"] = [(sentences.in_words(column), *change) for column, *change in row.get("changes", ())]
    return row | said


def line_in_words(line: Line) -> dict[str, Any]:
    """A line of a preview that is not kept, with what becomes of it."""
    words = {Kind.REFUSED: _("refused"), Kind.CHANGED: _("changed"), Kind.CREATED: _("added")}
    what = words.get(KINDS.get(line.import_type, Kind.UNCHANGED), _("unchanged"))
    return in_words(row_of(line)) | {"what": what, "is_refused": bool(line.faults)}


def in_order(lines: list[Line]) -> list[Line]:
    """What needs a look first: refused, changed, added, then what stays."""
    order = {Line.IMPORT_TYPE_INVALID: 0, Line.IMPORT_TYPE_UPDATE: 1, Line.IMPORT_TYPE_NEW: 2}
    return sorted(lines, key=lambda line: (order.get(line.import_type, 3), line.number))
