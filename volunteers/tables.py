"""Tables that leave as a spreadsheet: safe to open, and without personal data in the file's name."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.text import slugify
from import_export.formats.base_formats import XLSX
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tablib import Dataset

# What makes a spreadsheet program take a text for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe in front, which programs show or hide but never run."""
    if not isinstance(cell, str):
        return cell
    text: str = ILLEGAL_CHARACTERS_RE.sub("", cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def xlsx_response(dataset: Dataset, *, filename: str) -> HttpResponse:
    """The table as a file to download. ``filename`` names the thing exported, never a person; no ending."""
    safe = Dataset(*[[harmless(cell) for cell in row] for row in dataset], headers=dataset.headers)
    response = HttpResponse(XLSX().export_data(safe), content_type=XLSX.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{slugify(filename)}.xlsx"'
    response["Cache-Control"] = "no-store, private"
    return response
