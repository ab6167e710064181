"""What our pages add to Wagtail's administration."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from cms.models.addresses import refuse_taken


@hooks.register("before_move_page")
def keep_addresses_apart(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Says why a page cannot go where something else answers at its address."""
    try:
        refuse_taken(page.slug, parent=destination)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect("wagtailadmin_pages:move", page.pk)
    return None
