"""Pictures that editors upload: whole ones are kept, damaged ones refused with a reason."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.models import Collection

from cms.models import Picture
from tests.factories.volunteers import UserFactory
from tests.office import inside

pytestmark = pytest.mark.django_db

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(kind, size=(64, 48)):
    noise = random.Random(4).randbytes(size[0] * size[1] * 3)
    file = BytesIO()
    Image.frombytes("RGB", size, noise).save(file, kind)
    return file.getvalue()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def announcing(width, height):
    """A small PNG whose header announces a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.fixture
def editor():
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Editors"))
    return inside(user)


def upload(editor, name, content):
    form = {"title": name, "collection": Collection.objects.get().pk, "files[]": SimpleUploadedFile(name, content)}
    return editor.post(reverse("wagtailimages:add_multiple"), form).json()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "avif"])
def test_whole_picture_is_kept(editor, kind):
    answer = upload(editor, f"x.{kind}", drawn(kind))

    assert answer["success"] is True
    assert Picture.objects.values_list("width", "height").get() == (64, 48)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", SIGNATURE + random.Random(1).randbytes(500)),
        ("x.png", drawn("png")[:2000]),
        ("x.jpg", drawn("jpeg")[:1000]),
        ("x.gif", b"GIF89a" + bytes(20)),
        ("x.webp", drawn("webp")[:500]),
        ("x.avif", drawn("avif")[:500]),
    ],
    ids=["random", "short PNG", "short JPEG", "empty GIF", "short WebP", "short AVIF"],
)
def test_damaged_picture_is_refused(editor, name, content):
    answer = upload(editor, name, content)

    assert answer["success"] is False
    assert "image" in answer["error_message"]
    assert not Picture.objects.exists()


# Above our own limit; then above the one where Pillow itself refuses to look.
@pytest.mark.parametrize("side", [8_000, 60_000])
def test_picture_of_too_many_pixels_is_refused_before_it_is_decoded(editor, side, monkeypatch):
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda *args: pytest.fail("decoded"))

    answer = upload(editor, "x.png", announcing(side, side))

    assert answer["success"] is False
    assert "pixels" in answer["error_message"]
    assert not Picture.objects.exists()
