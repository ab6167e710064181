"""Papers as PDF, made by typst on this machine: a programme to pin up, a certificate to keep.

A paper is a template in templates/paper/ and the data that it shows. The data reach the template as JSON
(``json(bytes(sys.inputs.data))``), never as source: a title with typst's own signs in it is text like any other.
Templates begin as templates/paper/_paper.typ says, give each image its ``alt``, and import only their neighbours: a
package would be asked from the network.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.cache import cache as kept
from django.core.serializers.json import DjangoJSONEncoder

KEPT = 7 * 24 * 60 * 60  # seconds
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
