import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ideas import pictures
from ideas.calling import IdeaRefused


def sent(content, name="holiday.jpg"):
    return SimpleUploadedFile(name, content)


def encoded(size=(60, 40), kind="JPEG", mode="RGB", **options):
    content = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else "red").save(content, kind, **options)
    return content.getvalue()


def redrawn(content):
    kept = pictures.redraw(sent(content))
    return Image.open(io.BytesIO(kept.read())), kept.name


def test_what_the_camera_wrote_is_gone_and_the_picture_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Telephone of Nina"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)  # where it was taken
    content = encoded(exif=exif.tobytes())
    assert b"Telephone of Nina" in content

    picture, name = redrawn(content)

    assert dict(picture.getexif()) == {} and "exif" not in picture.info
    assert picture.size == (40, 60)
    assert name.endswith(".jpg") and "holiday" not in name


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("GIF", "P"), ("WEBP", "RGB"), ("PNG", "LA")]
)
def test_other_kinds_become_jpeg(kind, mode):
    content = io.BytesIO()
    Image.new(mode, (9, 9)).save(content, kind)

    picture, _name = redrawn(content.getvalue())

    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (9, 9))


def test_large_ones_are_made_smaller():
    assert redrawn(encoded((3200, 1000)))[0].size == (1600, 500)


def huge():
    """A PNG that announces 100,000 by 100,000 pixels in a few bytes."""

    def chunk(name, data):
        body = name + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    side = (100_000).to_bytes(4, "big")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", side + side + b"\x08\x02\0\0\0")
        + chunk(b"IDAT", b"")
        + chunk(b"IEND", b"")
    )


REFUSED = {
    "nothing": b"",
    "a drawing that holds a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a text": b"hello",
    "cut short": encoded((600, 400))[:600],
    "too many pixels": huge(),
    "another kind of picture": encoded(kind="BMP"),
    "too many bytes": b"\xff\xd8" + b"0" * pictures.MOST_BYTES,
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_picture_or_too_much_of_one_is_refused(case):
    with pytest.raises(IdeaRefused):
        pictures.redraw(sent(REFUSED[case]))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_damaged_pictures_are_refused_or_redrawn_and_nothing_else(noise, place):
    content = encoded()
    damaged = content[:place] + noise + content[place + len(noise) :]
    try:
        kept = pictures.redraw(sent(damaged))
    except IdeaRefused:
        return
    assert Image.open(io.BytesIO(kept.read())).format == "JPEG"
