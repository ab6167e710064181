"""Where a call's note is read."""

from __future__ import annotations

from django.utils.translation import get_language

from cms.models import CallNotePage
from ideas.models import Call
from ideas.notes import Note


def note_of(call: Call) -> Note | None:
    """The call's published note, in the reader's language if it is written there. One query, and its address."""
    pages = CallNotePage.objects.live().public().filter(call=call).select_related("locale").order_by("locale")
    found = {page.locale.language_code: page for page in pages}
    page = found.get(get_language() or "") or next(iter(found.values()), None)
    return Note(page.title, page.get_url() or "") if page else None
