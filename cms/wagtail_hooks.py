"""What our pages add to Wagtail's administration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from cms.models.addresses import refuse_taken


@hooks.register("before_move_page")
def keep_addresses_apart(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Says why a page cannot go where something else answers at its address."""
    return _turn_back(request, [page], destination, reverse("wagtailadmin_pages:move", args=[page.pk]))


@hooks.register("before_bulk_action")
def keep_addresses_of_many_apart(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> HttpResponse | None:
    """The same for pages chosen in a list: none of them moves."""
    if action_type != "move" or not all(isinstance(page, Page) for page in objects):
        return None
    destination = action.cleaned_form.cleaned_data["chooser"]
    return _turn_back(request, objects, destination, reverse("wagtailadmin_explore", args=[destination.pk]))


def _turn_back(request: HttpRequest, pages: Sequence[Page], destination: Page, where: str) -> HttpResponse | None:
    try:
        for page in pages:
            refuse_taken(page.slug, parent=destination)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect(where)
    return None
