"""The addresses that pages may take: not those that something else of the site answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.pages import CopyForm, WagtailAdminPageForm
from wagtail.models import Page

TAKEN = _("The address %(address)s already shows something else on this site. Choose another one.")


def refuse_taken(slug: str, *, parent: Page | None) -> None:
    """Raises ValidationError when a page of that slug under ``parent`` would never be seen at its address."""
    parts = parent.get_url_parts() if parent and slug else None
    if parts is None:  # the tree's root, or a page that no site shows
        return
    address = f"{parts[2]}{slug}/"
    if _is_taken(address, slug):
        raise ValidationError(TAKEN % {"address": address})


def _is_taken(address: str, slug: str) -> bool:
    """Asks the URL configuration, in the language that the address itself is in; with its last slash and without."""
    if address.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return True  # a front server may answer these before Django sees them
    with override(get_language_from_path(address) or settings.LANGUAGE_CODE):
        for path in (address, address.rstrip("/")):
            try:
                match = resolve(path)
            except Resolver404:
                continue
            # "/en/" is Wagtail's too, but it is the home page.
            if match.url_name != "wagtail_serve" or not match.args[0].endswith(f"{slug}/"):
                return True
    return False


class SitePageForm(WagtailAdminPageForm):
    """Wagtail's form of a page. A new page knows no parent yet, so that its own ``clean`` cannot tell."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.instance._state.adding:
            try:
                refuse_taken(cleaned.get("slug", ""), parent=self.parent_page)
            except ValidationError as refusal:
                self.add_error("slug", refusal)
        return cleaned


class SitePageCopyForm(CopyForm):
    """Wagtail's form of copying a page."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        try:
            parent = cleaned.get("new_parent_page") or self.page.get_parent()
            refuse_taken(cleaned.get("new_slug", ""), parent=parent)
        except ValidationError as refusal:
            self.add_error("new_slug", refusal)
        return cleaned
