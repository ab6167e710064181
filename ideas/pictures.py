"""The picture of an idea: refused when it is none, made smaller, and kept without what a camera writes into it.

A photograph says where and when it was taken, and with which telephone: whoever proposes an idea does not mean to
publish that. So what is kept is never what was sent: its pixels are drawn anew, and nothing else comes along.
"""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from ideas.calling import IdeaRefused

MOST_BYTES = 10 * 1024**2
MOST_PIXELS = 40_000_000  # of all frames together; a telephone's largest have fewer
WIDEST = 1600
TYPES = ("JPEG", "PNG", "WEBP", "GIF")  # as Pillow calls them; no SVG, which can hold scripts
ACCEPT = "image/jpeg,image/png,image/webp,image/gif"
NO_PICTURE = _("This is no picture that we can read: send a JPEG, PNG, WebP or GIF file.")


def redraw(sent: UploadedFile) -> ContentFile[bytes]:
    """The picture as a JPEG of at most 1600 pixels a side, upright, without metadata and under a name of its own.

    Refuses what is larger than 10 MB or 40 million pixels (looked up before anything is decoded), and what cannot be
    decoded from the first byte to the last.
    """
    if sent.size is None or sent.size > MOST_BYTES:
        raise IdeaRefused(_("This picture is larger than 10 MB: send a smaller one."))
    try:
        drawn = _draw(sent)
    except IdeaRefused:
        raise
    # Pillow's plugins raise what they like about damaged content: OSError, SyntaxError, struct.error, EOFError...
    except Exception as error:
        raise IdeaRefused(NO_PICTURE) from error
    content = io.BytesIO()
    drawn.save(content, "JPEG", quality=82, optimize=True, progressive=True)
    return ContentFile(content.getvalue(), name=f"{uuid.uuid4().hex}.jpg")


def _draw(sent: UploadedFile) -> Image.Image:
    sent.seek(0)
    with Image.open(sent, formats=TYPES) as picture:
        pixels = picture.width * picture.height * getattr(picture, "n_frames", 1)
        if pixels > MOST_PIXELS:
            raise IdeaRefused(_("This picture has too many pixels: send a smaller one."))
        picture.load()
        upright: Any = ImageOps.exif_transpose(picture)
        upright.thumbnail((WIDEST, WIDEST))
        opaque = Image.new("RGB", upright.size, "white")
        layers = upright.convert("RGBA")
        opaque.paste(layers, mask=layers)
    return opaque
