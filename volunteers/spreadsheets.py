"""Reading a spreadsheet that somebody sent in: XLSX, ODS or CSV, whatever its name says.

python-calamine reads workbooks and ``csv`` reads text. What is here looks at a file *before* they do, since a few
kilobytes can unfold into gigabytes: sizes are measured while unpacking, and the extent of a sheet is read from its
cells' references, as one cell in the far corner makes a reader build all the empty ones before it.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

import python_calamine
from django.utils.translation import gettext_noop as _

MAX_FILE_BYTES = 20 * 1024**2
MAX_UNPACKED_BYTES = 200 * 1024**2
MAX_UNFOLDING = 100  # times its own size, past 20 MB: a sheet of one word in every cell unfolds 25 times
MAX_PARTS = 2_000  # files inside a workbook
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL_CHARACTERS = 2_000

# A cell's reference in a sheet of XLSX: <c r="AB12" ...>. Rows carry <row r="12">.
REFERENCE = re.compile(rb"""\br\s*=\s*["']([^"']*)["']""")
ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(?:(row)|c)\b")
FORMULA = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*>\s*<(?:\w+:)?f\b""")
ERROR = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*?\bt\s*=\s*["']e["'])[^<>]*?\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*>\s*"""
    rb"""(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>([^<]*)"""
)
ODS_TOKEN = re.compile(
    rb"""<(table:table|table:table-row|table:table-cell|table:covered-table-cell)(\s[^<>]*?)?(/?)>|(<text:p)"""
)
ODS_REPEAT = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["'](\d+)["']""")

Position = tuple[int, int]  # row and column, from 1


class SpreadsheetRefused(Exception):
    """Why a file cannot be read, in a sentence fit for the person (volunteers.sentences)."""


@dataclass
class Sheet:
    """The first visible sheet: its head and its rows, each with its number in the file, empty ones left out."""

    headers: list[str]
    rows: list[tuple[int, list[Any]]]
    formulas: set[Position] = field(default_factory=set)


def read(content: bytes) -> Sheet:
    """The rows of a spreadsheet. The first row that is not empty is the head. Formulas are located, never computed;
    a cell in error holds what it shows, such as #REF!.

    Raises SpreadsheetRefused for what is no spreadsheet, is protected, is too large, or has no rows.
    """
    if not content.strip():
        raise SpreadsheetRefused(_("This file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise SpreadsheetRefused(_("This file is larger than 20 MB. Split it."))
    if content.startswith(b"PK"):
        table, formulas = workbook(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SpreadsheetRefused(
            _("This workbook is protected by a password or is in the old Excel format. Save it as .xlsx without one.")
        )
    else:
        table, formulas = text(content), set()
    return sheet_of(table, formulas)


def sheet_of(table: list[list[Any]], formulas: set[Position]) -> Sheet:
    """Splits the head from the rows, within the bounds."""
    filled = [(number, row) for number, row in enumerate(table, start=1) if any(cell not in ("", None) for cell in row)]
    if len(filled) < 2:
        raise SpreadsheetRefused(_("There is no row below the head of this list."))
    if len(filled) > MAX_ROWS + 1:
        raise SpreadsheetRefused(_("This list has more than 50,000 rows. Split it."))
    if max(len(row) for _number, row in filled) > MAX_COLUMNS:
        raise SpreadsheetRefused(_("This list has more than 100 columns."))
    headers = [str(cell).strip() if cell is not None else "" for cell in filled[0][1]]
    return Sheet(headers, filled[1:], formulas)


# --- Workbooks ----------------------------------------------------------------------------------------------------
def workbook(content: bytes) -> tuple[list[list[Any]], set[Position]]:
    """The first visible sheet of an XLSX or ODS file, and where its formulas are."""
    not_one = SpreadsheetRefused(_("This file is not a spreadsheet. Send a file in XLSX, ODS or CSV."))
    try:
        parts = unpacked(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise not_one from error
    if "xl/workbook.xml" in parts:
        is_ods = False
    elif "content.xml" in parts and b"opendocument.spreadsheet" in parts.get("mimetype", b""):
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise SpreadsheetRefused(_("This workbook is protected by a password. Save it without one."))
        is_ods = True
    else:
        raise not_one
    for name in parts:
        if is_ods and name == "content.xml":
            measure_ods(parts[name])
        elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
            measure_xlsx(parts[name])
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = python_calamine.SheetVisibleEnum.Visible
        index = next((i for i, sheet in enumerate(book.sheets_metadata) if sheet.visible == shown), 0)
        part = parts["content.xml"] if is_ods else part_of_xlsx(parts, index)
        formulas = formulas_of_ods(part, index) if is_ods else formulas_of_xlsx(part)
        errors = {} if is_ods else errors_of_xlsx(part)  # of ODS, the reader gives their text
        del part
        parts.clear()  # a large list is in memory once, not twice
        table = book.get_sheet_by_index(index).to_python(skip_empty_area=False, nrows=MAX_ROWS + 100)
    except BaseException as error:
        # References that lead nowhere, and faults inside the Rust reader: these arrive as a PanicException, which is
        # no Exception and has no name to import.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise not_one from error
        raise
    for (row, column), shown_error in errors.items():
        if row <= len(table) and column <= len(table[row - 1]):
            table[row - 1][column - 1] = shown_error
    return table, formulas


def unpacked(content: bytes) -> dict[str, bytes]:
    """The text parts of a zipped workbook; raises when they are, or say that they are, larger than the bounds.

    What the archive says of its sizes is looked at before anything unfolds, then counted: who lies is refused too.
    """
    parts, total = {}, 0
    bound = min(MAX_UNPACKED_BYTES, max(MAX_FILE_BYTES, MAX_UNFOLDING * len(content)))
    too_large = SpreadsheetRefused(_("Once unpacked, this workbook is far too large."))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_PARTS:
            raise SpreadsheetRefused(_("This workbook is too complex. Copy its first sheet into a new one."))
        if sum(entry.file_size for entry in entries) > bound:
            raise too_large
        for entry in entries:
            # zipfile stops at the size that is said, and the reader of the sheet does not: both shall see the same.
            said, entry.file_size = entry.file_size, bound + 1
            with archive.open(entry) as part:
                data = part.read(bound - total + 1)
            total += len(data)
            if total > bound:
                raise too_large
            if len(data) != said:
                raise zipfile.BadZipFile
            if entry.filename.endswith((".xml", ".rels")) or entry.filename == "mimetype":
                parts[entry.filename.lstrip("/")] = data
    return parts


def measure_xlsx(part: bytes) -> None:
    """Refuses a sheet whose cells lie beyond the bounds, or hide where they lie."""
    too_large = SpreadsheetRefused(_("This sheet is too large: at most 50,000 rows and 100 columns."))
    if b"\x00" in part or b"<!DOCTYPE" in part:
        raise SpreadsheetRefused(_("This file is not a spreadsheet. Send a file in XLSX, ODS or CSV."))
    rows = cells = 0  # which need not say where they lie, and cost time empty
    for match in ROW_OR_CELL.finditer(part):
        if match[1]:
            rows += 1
        else:
            cells += 1
        if rows > MAX_ROWS + 100 or cells > MAX_ROWS * MAX_COLUMNS:
            raise too_large
    for match in REFERENCE.finditer(part):
        reference = match[1]
        if reference.isdigit():
            row, letters = int(reference), ""
        else:
            found = re.fullmatch(rb"([A-Za-z]{1,3})([0-9]{1,7})", reference)
            if found is None:
                raise too_large
            row, letters = int(found[2]), found[1].decode()
        if row > MAX_ROWS + 100 or column_number(letters) > MAX_COLUMNS:
            raise too_large


def measure_ods(part: bytes) -> None:
    """Refuses a sheet whose filled cells are repeated beyond the bounds. Empty ones at the edges cost nothing."""
    if b"\x00" in part or b"<!DOCTYPE" in part:
        raise SpreadsheetRefused(_("This file is not a spreadsheet. Send a file in XLSX, ODS or CSV."))
    too_large = SpreadsheetRefused(_("This sheet is too large: at most 50,000 rows and 100 columns."))
    rows = columns = 1  # that the present elements stand for
    written = cells = 0  # elements of the present sheet, which cost time empty
    for match in ODS_TOKEN.finditer(part):
        tag, attributes, _closed, filled = match.groups(b"")
        if filled:
            if rows > MAX_ROWS or columns > MAX_COLUMNS:
                raise too_large
        elif tag == b"table:table":
            written = cells = 0
        elif tag == b"table:table-row":
            rows, written = repeated(attributes), written + 1
        else:
            columns, cells = repeated(attributes), cells + 1
        if written > MAX_ROWS + 100 or cells > MAX_ROWS * MAX_COLUMNS:
            raise too_large


def repeated(attributes: bytes) -> int:
    """How many times an element of ODS stands for itself."""
    found = ODS_REPEAT.search(attributes)
    return int(found[1]) if found else 1


def part_of_xlsx(parts: dict[str, bytes], index: int) -> bytes:
    """The text of a sheet of XLSX."""
    sheets = re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", parts["xl/workbook.xml"])
    links = parts.get("xl/_rels/workbook.xml.rels", b"")
    link = re.search(rb"""\br:id\s*=\s*["']([^"']+)["']""", sheets[index]) if index < len(sheets) else None
    target = None
    for relation in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", links):
        if link and re.search(rb"""\bId\s*=\s*["']""" + re.escape(link[1]) + rb"""["']""", relation):
            target = re.search(rb"""\bTarget\s*=\s*["']/?(?:xl/)?([^"']+)["']""", relation)
    return parts.get(f"xl/{target[1].decode()}", b"") if target else b""


def formulas_of_xlsx(part: bytes) -> set[Position]:
    """Where formulas are in a sheet, of which only the cached values would be read."""
    return {(int(row), column_number(letters.decode())) for letters, row in FORMULA.findall(part)}


def errors_of_xlsx(part: bytes) -> dict[Position, str]:
    """Where a sheet holds errors such as #REF!, which its reader takes for empty cells, and what each says."""
    return {
        (int(row), column_number(letters.decode())): error.decode(errors="replace")
        for letters, row, error in ERROR.findall(part)
    }


def formulas_of_ods(part: bytes, index: int) -> set[Position]:
    """Where formulas are in a sheet of ODS: rows and columns are counted, repeats included."""
    if b"table:formula" not in part:
        return set()
    found, sheet, row, column = set[Position](), -1, 0, 0
    row_repeat = 1
    for tag, attributes, _closed, _filled in ODS_TOKEN.findall(part):
        if tag == b"table:table":
            sheet, row, row_repeat = sheet + 1, 0, 1
        elif tag == b"table:table-row":
            row, column, row_repeat = row + row_repeat, 0, repeated(attributes)
        elif tag:
            if sheet == index and b"table:formula" in attributes:
                found.add((row, column + 1))
            column += repeated(attributes)
    return found


def column_number(letters: str) -> int:
    """1 for A, 27 for AA; 0 for no letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


# --- Text ---------------------------------------------------------------------------------------------------------
def text(content: bytes) -> list[list[Any]]:
    """The rows of a CSV file, its encoding and separator guessed as Excel and LibreOffice write them."""
    decoded = decode(content)
    if any(character in decoded for character in "\x00\x01\x02\x03\x04\x05\x06\x07\x08"):
        raise SpreadsheetRefused(_("This file is not a spreadsheet. Send a file in XLSX, ODS or CSV."))
    lines = decoded.splitlines()
    head = next((line for line in lines if line.strip(" ;,\t|")), "")
    separator = max(";,\t|", key=head.count)
    rows = []
    try:
        for row in csv.reader(io.StringIO(decoded, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) > MAX_ROWS * 4:
                raise SpreadsheetRefused(_("This list has more than 50,000 rows. Split it."))
    except csv.Error as error:
        raise SpreadsheetRefused(
            _("This text cannot be read as a table. Check its quotation marks, or send XLSX.")
        ) from error
    return rows


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 (which announces itself), or else the Western Windows code page; refused if it is none."""
    announced = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if announced else ("utf-8-sig", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise SpreadsheetRefused(_("The accents of this file cannot be read. Save it as a workbook, or as CSV in UTF-8."))
