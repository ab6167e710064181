"""In which language somebody writes: that of the page they write on."""

from django.conf import settings
from django.utils.translation import get_language


def tongue_now() -> str:
    """The language of the page at hand; outside of any, the city's own."""
    code = get_language() or settings.LANGUAGE_CODE
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
