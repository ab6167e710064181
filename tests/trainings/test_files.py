"""A file is what it is inside, whatever it is called."""

import io
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from trainings.files import KINDS, MAX_BYTES, FileRefused, kind_of

PNG, ZIP = b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"
ODP = "application/vnd.oasis.opendocument.presentation"


def archive(**files):
    """A ZIP of these files, by name; two underscores stand for a folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, text in files.items():
            made.writestr({"types": "[Content_Types].xml"}.get(name, name.replace("__", "/")), text)
    return content.getvalue()


def workbook():
    content = io.BytesIO()
    openpyxl.Workbook().save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Fiche.PDF", b"%PDF-1.7\n", "pdf"),
        ("plan.jpeg", b"\xff\xd8\xff\xe0", "jpg"),
        ("plan.png", PNG, "png"),
        ("diapos.pptx", archive(types="", ppt__presentation="…"), "pptx"),
        ("liste.xlsx", workbook(), "xlsx"),
        ("diapos.v2.odp", archive(mimetype=ODP, content="…"), "odp"),
        ("notes.txt", "été".encode(), "txt"),
    ],
)
def test_what_people_open_everywhere_is_taken(name, content, kind):
    upload = SimpleUploadedFile(name, content)

    assert kind_of(upload) == kind
    assert upload.read() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vide.pdf", b""),
        ("page.pdf", b"<html><script>alert(1)</script>"),
        ("dessin.svg", b"<svg/>"),
        ("page.html", b"<html>"),
        ("macros.docm", ZIP),
        ("programme.exe", b"MZ"),
        ("archive.zip", ZIP),
        ("fiche.docx", ZIP),
        ("fiche.docx", archive(classes="…", types="")),
        ("fiche.docx", archive(types="", word__document="…", **{"word__vbaProject.bin": "…"})),
        ("liste.docx", workbook()),
        ("diapos.odt", archive(mimetype=ODP)),
        ("diapos.odp", archive(content="…")),
        ("notes.txt", b"\xff\xfe\x00"),
        ("notes.txt", b"a\0b"),
        ("sans-nom", b"%PDF-1.7"),
        ("fiche.pdf.exe", b"%PDF-1.7"),
    ],
)
def test_anything_else_is_refused(name, content):
    with pytest.raises(FileRefused):
        kind_of(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(("more", "taken"), [(0, True), (1, False)])
def test_size_is_bounded(more, taken):
    upload = SimpleUploadedFile("fiche.pdf", b"%PDF-".ljust(MAX_BYTES + more))

    if taken:
        assert kind_of(upload) == "pdf"
    else:
        with pytest.raises(FileRefused, match="20"):
            kind_of(upload)


ARCHIVES = {"xlsx": workbook(), "odp": archive(mimetype=ODP)}


@given(st.data(), st.sampled_from(sorted(ARCHIVES)))
def test_a_damaged_archive_is_taken_or_refused_in_words(data, kind):
    content = bytearray(ARCHIVES[kind])
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), max_size=20)):
        content[place] = data.draw(st.integers(0, 255))

    with suppress(FileRefused):
        assert kind_of(SimpleUploadedFile(f"a.{kind}", bytes(content))) == kind


@given(st.sampled_from([*KINDS, "exe", ""]), st.binary(max_size=40))
def test_hostile_bytes_are_taken_for_what_they_are_or_refused(suffix, content):
    try:
        kind = kind_of(SimpleUploadedFile(f"a.{suffix}", content))
    except FileRefused:
        return

    assert content and content.startswith(KINDS[kind].begins)
