"""A file is what it is inside, whatever it is called."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from trainings.files import KINDS, MAX_BYTES, FileRefused, kind_of

PNG, ZIP = b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Fiche.PDF", b"%PDF-1.7\n", "pdf"),
        ("plan.jpeg", b"\xff\xd8\xff\xe0", "jpg"),
        ("plan.png", PNG, "png"),
        ("diapos.pptx", ZIP, "pptx"),
        ("diapos.v2.odp", ZIP, "odp"),
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


@given(st.sampled_from([*KINDS, "exe", ""]), st.binary(max_size=40))
def test_hostile_bytes_are_taken_for_what_they_are_or_refused(suffix, content):
    try:
        kind = kind_of(SimpleUploadedFile(f"a.{suffix}", content))
    except FileRefused:
        return

    assert content and content.startswith(KINDS[kind].begins)
