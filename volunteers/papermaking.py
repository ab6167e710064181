"""Papers as PDF, made by typst on this machine: a programme to pin up, a certificate to keep.

A paper is a template in templates/paper/ and the data that it shows. The data reach the template as JSON
(``json(bytes(sys.inputs.data))``), never as source: a title with typst's own signs in it is text like any other.
Templates begin as templates/paper/_paper.typ says, give each image its ``alt``, and import only their neighbours: a
package would be asked from the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import typst
from django.conf import settings
from django.core.cache import cache as kept
from django.core.serializers.json import DjangoJSONEncoder

KEPT = 7 * 24 * 60 * 60  # seconds
PULSE = 1.0  # seconds between two looks at a process
PDF_UA = "ua-1"  # ISO 14289-1, what a reader of screens needs


def pdf(template: str, data: dict[str, Any], *, standard: typst.PDFStandard | None = None) -> bytes:
    """The paper as a tagged PDF; ``template`` is a path under templates/paper/, ``data`` whatever JSON can say.

    The same template, data and fonts give the same bytes. ``standard`` (PDF_UA, say) refuses a paper that breaks it,
    down to a sign that no font has: for tests, since somebody's name may hold one. Raises typst.TypstError when the
    template is wrong.
    """
    room = _room()
    return typst.compile(
        room / template,
        root=room,
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder)},
        pdf_standards=[standard] if standard else [],
    )


def kept_pdf(template: str, data: dict[str, Any]) -> bytes:
    """The same, made once for each content and kept for a week: for papers that say nothing of anybody.

    A template that was changed makes it anew.
    """
    said = json.dumps([template, data], cls=DjangoJSONEncoder, sort_keys=True)
    key = f"paper:{_fingerprint()}:{hashlib.sha256(said.encode()).hexdigest()}"
    paper: bytes | None = kept.get(key)
    if paper is None:
        paper = pdf(template, data)
        kept.set(key, paper, timeout=KEPT)
    return paper


class NotTypeset(Exception):
    """Why there is no paper, in typst's own English."""


def pdf_apart(template: str, data: dict[str, Any], *, into: IO[bytes], beat: Callable[[], None], seconds: int) -> None:
    """The same paper, typeset in a process of its own and written ``into`` an open file: for hundreds of pages.

    ``beat`` is called every second; whatever it raises ends the process at once, and goes on to the caller. Raises
    NotTypeset when the template is wrong, or the paper is not done in so many ``seconds``.
    """
    command = [sys.executable, "-P", str(settings.BASE_DIR / "volunteers" / "typesetting.py"), str(_room()), template]
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(json.dumps(data, cls=DjangoJSONEncoder).encode())
        given.seek(0)
        # The command is made of our own words. A session of its own: what ends the worker politely does not end it.
        with subprocess.Popen(command, stdin=given, stdout=into, stderr=said, start_new_session=True) as process:  # noqa: S603
            late = time.monotonic() + seconds
            try:
                while process.poll() is None:
                    beat()
                    if time.monotonic() > late:
                        raise NotTypeset(f"The paper was not done after {seconds} seconds.")
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(PULSE)
            finally:
                process.kill()
        if process.returncode:
            said.seek(0)
            raise NotTypeset(said.read().decode(errors="replace")[-2000:].strip() or "The process was ended.")


@cache
def _fingerprint() -> str:
    """Of all templates as they were when this process first looked."""
    texts = [file.read_text() for file in sorted(_room().rglob("*.typ"))]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _room() -> Path:
    return settings.BASE_DIR / "templates" / "paper"


@cache
def _fonts() -> typst.Fonts:
    """Typst's own fonts, and the machine's for the signs that they lack; looked for once in each process."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
