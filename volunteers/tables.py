"""Tables that leave as a spreadsheet: safe to open, and without personal data in the file's name."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, ODS, XLSX
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from tablib import Dataset

# What makes a spreadsheet program take a text for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Where a program that takes another separator begins a cell: semicolons in French Excel. "- " begins a line of a list.
INNER_FORMULA = re.compile(r"(?<=[;\t\r\n])([ \"]*)(?=[=+@＝＋＠]|[-－](?! ))")

DAY, MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
WIDEST = 60


def harmless(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe in front, which programs show or hide but never run."""
    if not isinstance(cell, str):
        return cell
    text: str = ILLEGAL_CHARACTERS_RE.sub("", cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def harmless_in_csv(cell: object) -> object:
    """The same in a file whose separator the program guesses: also what would begin a cell if it guessed wrong."""
    cell = harmless(cell)
    return INNER_FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def xlsx_response(dataset: Dataset, *, title: str, filename: str) -> HttpResponse:
    """The table as a file to download. ``filename`` names the thing exported, never a person; no ending.

    ``title`` is the sheet's, at most 31 characters. Days and moments, which have no zone, are written as such.
    """
    response = HttpResponse(_workbook(dataset, title), content_type=XLSX.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{slugify(filename)}.xlsx"'
    response["Cache-Control"] = "no-store, private"
    return response


def _workbook(dataset: Dataset, title: str) -> bytes:
    # Not tablib's own writing of XLSX: it knows no formats of days and moments.
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title, sheet.freeze_panes = title, "A2"
    for row in [dataset.headers, *dataset]:
        sheet.append([harmless(cell) for cell in row])
    for column in sheet.columns:
        for cell in column:
            if isinstance(cell.value, dt.date):
                cell.number_format = MOMENT if isinstance(cell.value, dt.datetime) else DAY
        column[0].font = Font(bold=True)
        longest = max(len(cell.number_format if cell.is_date else str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, WIDEST)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


class TablesMixin(ExportMixin):
    """Lets Django's administration export a list, as safe to open as the organisers' own tables.

    What the library has for it takes one sign of equality off a text, and leaves every other beginning of a formula.
    """

    export_formats = (XLSX, ODS, CSV)

    def get_data_for_export(self, request: HttpRequest, queryset: QuerySet[Any], **options: Any) -> Dataset:
        table = super().get_data_for_export(request, queryset, **options)
        return Dataset(*[[harmless(cell) for cell in row] for row in table], headers=table.headers)
