"""Where static files are: their addresses, worked out once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed by WhiteNoise. A page names half a dozen files, and a file's address never changes while
    the process runs: parsing and joining it each time took a fifth of a page's rendering."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        if settings.DEBUG or force or name is None:
            return super().url(name, force)
        found = self.addresses.get(name)
        if found is None:
            found = self.addresses[name] = super().url(name)
        return found
