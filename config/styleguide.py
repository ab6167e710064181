"""The style guide: every component in every state, and sample pages. It has an address in development only."""

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.samples import context


def styleguide(request: HttpRequest, page: str = "components") -> HttpResponse:
    """One page of the guide: the components, or one of the sample pages in ``templates/styleguide/``."""
    return render(request, f"styleguide/{page}.html", context() | {"theme": request.GET.get("theme", "")})


PAGES = ("home", "programme", "session", "sign_in", "space", "organise", "attendance", "article", "error")
urlpatterns = [
    path("", styleguide, name="styleguide"),
    # A mail carries its style inside; only this sample may.
    path(
        "mail/",
        csp_update({"style-src": ["'self'", "'unsafe-inline'"]})(styleguide),
        {"page": "mail"},
        name="styleguide-mail",
    ),
    *(path(f"{page}/", styleguide, {"page": page}, name=f"styleguide-{page}") for page in PAGES),
]
