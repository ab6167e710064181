"""Which files may be handed out: what people open everywhere, looked at inside rather than believed by their names."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple
from zipfile import ZipFile

from django.core.files import File
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 20 * 1024**2


class Kind(NamedTuple):
    """What a file is served as, and how it begins ("" for text, which is read whole)."""

    content_type: str
    begins: bytes


OPEN_DOCUMENT, OFFICE = "application/vnd.oasis.opendocument", "application/vnd.openxmlformats-officedocument"
ZIP = b"PK\x03\x04"
KINDS = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "odt": Kind(f"{OPEN_DOCUMENT}.text", ZIP),
    "ods": Kind(f"{OPEN_DOCUMENT}.spreadsheet", ZIP),
    "odp": Kind(f"{OPEN_DOCUMENT}.presentation", ZIP),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", ZIP),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", ZIP),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", ZIP),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "txt": Kind("text/plain; charset=utf-8", b""),
}
# Of Office's files, the folder that each must hold.
FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
MACROS = "vbaproject.bin"
ACCEPTED = ",".join(f".{name}" for name in (*KINDS, "jpeg"))


class FileRefused(Exception):
    """Why a file cannot be handed out, in a sentence fit for the organiser."""


def kind_of(upload: File) -> str:
    """The kind (a key of KINDS) of a file sent in. Raises FileRefused when it is empty, too large or something else."""
    if not upload.size:
        raise FileRefused(_("This file is empty."))
    if upload.size > MAX_BYTES:
        raise FileRefused(_("This file is larger than 20 MB. Make it smaller, or cut it in two."))
    kind = PurePosixPath(upload.name or "").suffix.lower().lstrip(".").replace("jpeg", "jpg")
    if kind not in KINDS:
        raise FileRefused(_("Only PDF, LibreOffice, Office (without macros), PNG, JPEG and plain text can be given."))
    upload.seek(0)
    begins = KINDS[kind].begins
    if not (_is_text(upload) if kind == "txt" else upload.read(8).startswith(begins)):
        raise FileRefused(_("This file is not what its name says. Save it again, then choose it."))
    if begins == ZIP and not _is_of_office(upload, kind):
        raise FileRefused(_("This file is not what its name says. Save it again, then choose it."))
    upload.seek(0)
    return kind


def _is_text(upload: File) -> bool:
    content = upload.read()
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def _is_of_office(upload: File, kind: str) -> bool:
    """Does the archive hold what its name says, and no macros? Its table of contents is read, nothing is unpacked."""
    try:
        with ZipFile(upload) as archive:
            names = {name.lower() for name in archive.namelist()}
            if kind in FOLDERS:
                is_one = "[content_types].xml" in names and any(name.startswith(FOLDERS[kind]) for name in names)
                return is_one and not any(name.endswith(MACROS) for name in names)
            with archive.open("mimetype") as said:
                return said.read(200).decode("ascii", "replace").strip() == KINDS[kind].content_type
    except Exception:  # the library raises what it likes about damaged archives: BadZipFile, KeyError, zlib.error...
        return False
