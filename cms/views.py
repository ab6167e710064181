"""Small files made from the settings and the pages."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from cms.appearance import digest, site_settings, stylesheet


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def colours(request: HttpRequest, name: str) -> HttpResponse:
    """The site's own colours. The address names the content: another content has another address."""
    css = stylesheet(site_settings())
    if digest(css) != name:
        raise Http404
    return HttpResponse(css, content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers are asked to leave alone: pages that are about one person, or for staff."""
    private = ("/account/", "/admin/", "/cms/", "/my-space/", "/organise/", "/registrations/", "/agenda/")
    prefixes = ("", *(f"/{code}" for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE))
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in prefixes for path in private)]
    return HttpResponse("\n".join([*lines, f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]), content_type="text/plain")


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Where Wagtail sends whoever may not see a page or a document: the one sign-in page; 403 once signed in.

    Its own page would take a password and ask for no second factor, and nobody would count the guesses.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.GET.get('next', '/')})}")
