import io
import re
import zipfile
import zlib

import pytest
from hypothesis import given, settings, strategies
from openpyxl.worksheet.worksheet import Worksheet

from tests.volunteers.spreadsheets import HEAD, csv, ods, xlsx
from volunteers import spreadsheets
from volunteers.spreadsheets import Sheet, SpreadsheetRefused, read

ROW = ["Awa", "Martin", "awa@example.org", "0612345678", "11"]
EXPECTED = [[2, ROW]]


def rows_of(sheet):
    return [[number, row[:5]] for number, row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        xlsx(ROW),
        ods(ROW),
        ods(ROW, trailing=1_048_000),
        csv(ROW),
        csv(ROW, separator=","),
        csv(ROW, separator="\t"),
        csv(ROW, encoding="utf-8-sig"),
        csv(ROW, encoding="cp1252"),
        csv(ROW, encoding="utf-16"),
    ],
    ids=["xlsx", "ods", "ods-trailing", "csv", "comma", "tab", "bom", "cp1252", "utf-16"],
)
def test_read_gives_head_and_rows_whatever_the_format(content):
    sheet = read(content)

    assert [sheet.headers, rows_of(sheet)] == [HEAD, EXPECTED]


def test_read_keeps_row_numbers_when_rows_are_empty():
    sheet = read(xlsx([], ROW, [], ROW))

    assert [number for number, _row in sheet.rows] == [3, 5]


def test_read_skips_hidden_sheets_and_tolerates_merged_cells():
    def change(book):
        hidden = book.create_sheet("Notes", 0)
        hidden.append(["secret"])
        hidden.sheet_state = "hidden"
        book.worksheets[1].merge_cells("A4:C4")

    assert rows_of(read(xlsx(ROW, change=change))) == EXPECTED


def test_read_locates_formulas_of_the_visible_sheet():
    formula = ["=1+1", "Martin", "awa@example.org", "", ""]

    assert read(xlsx(ROW, formula)).formulas == {(3, 1)}
    assert read(ods(ROW, ["of:=1+1", *ROW[1:]])).formulas == {(3, 1)}


def test_read_gives_errors_as_they_show():
    content = rewritten(
        xlsx(["#REF!", "#N/A", *ROW[2:]], ["=A9", *ROW[1:]]), SHEET, lambda part: part.replace(FORMULA, BROKEN)
    )

    sheet = read(content)

    assert rows_of(sheet) == [[2, ["#REF!", "#N/A", *ROW[2:]]], [3, ["#NAME?", *ROW[1:]]]]
    assert rows_of(read(ods(["#REF!", *ROW[1:]]))) == [[2, ["#REF!", *ROW[1:]]]]


FORMULA, BROKEN = b'<c r="A3"><f>A9</f><v />', b'<c r="A3" t="e"><f>A9</f><v>#NAME?</v>'


def zipped(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return content.getvalue()


def far_cell(reference):
    def change(book):
        sheet: Worksheet = book.active
        sheet[reference] = "x"

    return xlsx(ROW, change=change)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b" \r\n ",
        lambda: b"\xff\xd8\xff\xe0" + bytes(200),
        lambda: b"%PDF-1.7\x00\x01\x02",
        lambda: b"PK\x03\x04 and then nonsense",
        lambda: zipped(**{"word__document.xml": b"<w/>"}),
        lambda: xlsx(ROW)[:-200],
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        lambda: zipped(
                **{
                    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                    "content.xml": b"\x8f\x00",
                    "META-INF__manifest.xml": b"<manifest:encryption-data/>",
                }
        ),
        lambda: zipped(**{"xl__workbook.xml": b"0" * (spreadsheets.MAX_UNPACKED_BYTES + 10)}),
        lambda: far_cell("A900000"),
        lambda: far_cell("XFD2"),
        lambda: csv(),
        lambda: csv(*[["x"] * 101]),
        lambda: csv(*[ROW] * 50_001),
    ],
    ids=[
        "empty", "blank", "picture", "pdf", "not-a-zip", "a-text-document", "cut", "old-or-protected", "ods-protected",
        "bomb", "far-row", "far-column", "no-row", "wide", "long",
    ],
)  # fmt: skip
def test_read_refuses_with_a_sentence(make):
    with pytest.raises(SpreadsheetRefused) as refusal:
        read(make())

    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    "content", [csv(ROW, encoding="mac_roman").replace(b"Awa", b"H\x8el\x8fne"), csv(ROW, encoding="utf-16")[:-1]]
)
def test_read_refuses_what_it_would_have_to_guess(content):
    with pytest.raises(SpreadsheetRefused, match="accents"):
        read(content)


@settings(max_examples=150, deadline=None)
@given(strategies.binary(max_size=400), strategies.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"a;b\r\n"]))
def test_read_reads_or_refuses_any_bytes(tail, start):
    try:
        result = read(start + tail)
    except SpreadsheetRefused:
        return

    assert isinstance(result, Sheet)


def rewritten(content, name, change, lies=False):
    """The workbook with one part changed; when it ``lies``, the part says that it is as long as before."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            data = before.read(part)
            after.writestr(part, change(data) if part == name else data)
        if lies:
            entry, said = after.getinfo(name), before.read(name)
            entry.file_size, entry.CRC = len(said), zlib.crc32(said)
    return output.getvalue()


def with_rows(rows):
    return rewritten(xlsx(ROW), SHEET, lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


SHEET = "xl/worksheets/sheet1.xml"
TOO_LARGE = "This sheet is too large: at most 50,000 rows and 100 columns."
UNPACKED = "Once unpacked, this workbook is far too large."
ODS_ROWS, ODS_END = b"<table:table-row/>" * 60_000, b"</table:table>"


@pytest.fixture
def unread(monkeypatch):
    """The reader of cells, which believes what it is given, may not be asked."""

    def look_through(*arguments):
        pytest.fail("The reader was asked for the cells of a bomb.")

    monkeypatch.setattr(spreadsheets.python_calamine.CalamineWorkbook, "from_filelike", look_through)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: with_rows(b"<row/>" * 60_000), TOO_LARGE),
        (lambda: with_rows(b"<row>" + b"<c/>" * 5_100_000 + b"</row>"), TOO_LARGE),
        (lambda: rewritten(ods(ROW), "content.xml", lambda part: part.replace(ODS_END, ODS_ROWS + ODS_END)), TOO_LARGE),
        (lambda: with_rows(b" " * 30_000_000), UNPACKED),
    ],
    ids=["rows", "cells", "ods-rows", "spaces"],
)
def test_read_refuses_what_unfolds_into_nothing_before_it_is_looked_through(make, sentence, unread):
    content = make()
    assert len(content) < 300_000
    with pytest.raises(SpreadsheetRefused, match=f"^{re.escape(sentence)}$"):
        read(content)


def test_a_workbook_that_says_it_is_large_is_refused_before_it_unfolds(monkeypatch):
    content = with_rows(b" " * 30_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *arguments: pytest.fail("It was unfolded."))

    with pytest.raises(SpreadsheetRefused, match=f"^{re.escape(UNPACKED)}$"):
        read(content)


@pytest.mark.parametrize("length", [1_000, 30_000_000])
def test_a_workbook_that_lies_about_its_size_is_refused(length, unread):
    with pytest.raises(SpreadsheetRefused):
        read(rewritten(xlsx(ROW), SHEET, lambda part: part + b" " * length, lies=True))


def test_a_list_of_one_word_in_every_cell_is_no_bomb():
    row = b"<row>" + b'<c t="inlineStr"><is><t>Awa</t></is></c>' * 60 + b"</row>"

    assert len(read(with_rows(row * 5_000)).rows) == 1 + 5_000


WORKBOOK = xlsx(ROW)  # made once: the time of day is in it, and changes its length


@settings(max_examples=60, deadline=None)
@given(strategies.data())
def test_read_reads_or_refuses_a_damaged_workbook(data):
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(strategies.integers(1, 20))):
        content[data.draw(strategies.integers(0, len(content) - 1))] = data.draw(strategies.integers(0, 255))
    try:
        result = read(bytes(content))
    except SpreadsheetRefused:
        return

    assert isinstance(result, Sheet)
