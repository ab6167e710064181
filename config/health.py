"""Two addresses for whoever watches over the installation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from config.celery import app
from mail.models import Message


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers: whoever restarts dead ones asks this. It touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when the database or the broker is away, naming which; the outbox is told for information.

    ``outbox.oldest_seconds`` is how late the mail that could leave now is.
    """
    database, outbox = _database()
    broker = _broker()
    state: dict[str, Any] = {"database": database, "broker": broker, "outbox": outbox}
    return JsonResponse(state, status=200 if database == broker == "ok" else 503)


def _database() -> tuple[str, dict[str, int] | None]:
    now = timezone.now()
    try:
        connection.ensure_connection()
        due = Message.objects.due(now)
        oldest = due.order_by("not_before").values_list("not_before", flat=True).first()
        late = int((now - oldest).total_seconds()) if oldest else 0
        return "ok", {"due": due.count(), "oldest_seconds": late}
    except Error as error:
        return type(error).__name__, None


def _broker() -> str:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_max=0, timeout=2)
    except (OSError, KombuError) as error:
        return type(error).__name__
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    folder = options.get("data_folder_out")
    if folder and not (Path(folder).is_dir() and os.access(folder, os.W_OK)):
        return "folder not writable"
    return "ok"
