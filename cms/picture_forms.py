"""The form by which editors upload pictures (WAGTAILIMAGES_IMAGE_FORM_BASE)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm


class WholePictureField(WagtailImageField):
    """A picture that can be decoded from its first byte to its last.

    Wagtail believes the first bytes of a file, then lets Pillow's error through when the rest is damaged; a picture
    cut short would only fail later, on the page that shows it.
    """

    def check_image_pixel_size(self, f: Any) -> None:
        """Refuses what has too many pixels before any is decoded, then what cannot be decoded."""
        try:
            # Pillow's own, larger limit: Wagtail's check, which follows, has the words for it.
            with suppress(Image.DecompressionBombWarning, Image.DecompressionBombError):
                self.check_announced_size(f)
            super().check_image_pixel_size(f)
        except ValidationError:
            raise
        # Pillow's plugins raise what they like about damaged content: OSError, SyntaxError, struct.error, EOFError...
        except Exception as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error

    def check_announced_size(self, f: UploadedFile) -> None:
        """Compares what the header announces with the limit: decoding would already take the memory."""
        f.image.f.seek(0)  # type: ignore[attr-defined]
        with Image.open(f.image.f) as picture:  # type: ignore[attr-defined]
            width, height = picture.size
            pixels = width * height * getattr(picture, "n_frames", 1)
        if self.max_image_pixels is not None and pixels > self.max_image_pixels:
            numbers = {"num_pixels": pixels, "max_pixels_count": self.max_image_pixels}
            raise ValidationError(self.error_messages["file_too_many_pixels"] % numbers, code="file_too_many_pixels")


class PictureForm(BaseImageForm):
    """Wagtail's own, but for the file's field, which Wagtail gives its class by its name alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours, theirs = WholePictureField(), self.fields.get("file")
        if isinstance(theirs, WagtailImageField):
            # A limited form (Wagtail makes some) may leave the file out.
            for name in ("label", "required", "widget", "max_length"):
                setattr(ours, name, getattr(theirs, name))
            self.fields["file"] = ours
