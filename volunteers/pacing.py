"""Answering known and unknown addresses after the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def evenly_paced(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A POST to this view takes SIGN_IN_SECONDS at least, so that its time does not tell who has an account.

    It works as long as the work behind takes less, which tests/volunteers/test_pacing.py measures.
    """

    @wraps(view)
    def paced(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        start = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
            time.sleep(max(0.0, settings.SIGN_IN_SECONDS - (time.monotonic() - start)))
        return response

    return paced
