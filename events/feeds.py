"""Calendars to take away: one registration as a file, a whole agenda as a feed.

A phone asks for its feed every hour for years, and hardly ever has it changed. So what was written is kept under a
stamp of what it was written from: the person's last change and the last change of any slot or venue, each read from the
end of an index. Seats taken and given back are no change of a slot (``Slot.updated_at`` stays).
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.cache import caches
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from events import calendars, occasions, reports
from events.models import Registration, Slot, Venue
from events.permissions import can_see_registration
from volunteers.models import Volunteer

CALENDAR = "text/calendar; charset=utf-8"
# A transaction that stamped its rows before another's may commit after it, and would go unseen. None lasts this long
# (config.settings bounds them), so what was written so soon after a change is kept for that time only.
UNSETTLED = dt.timedelta(seconds=30)
GLANCE = 0.9  # seconds for which a feed just looked at is not looked at again by who has it already
KEPT = dt.timedelta(hours=1)  # bounds what no stamp tells, such as a room that got another name


@dataclass(frozen=True)
class Feed:
    """A feed as it was written; ``packed`` is the same body through gzip."""

    etag: str
    body: bytes
    packed: bytes


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The agenda of whoever this secret address was given to. No session, no sign-in: calendars have none."""
    glanced = f"feed-now:{token}"
    seen = request.headers.get("If-None-Match")
    if seen and seen == caches["process"].get(glanced):
        return _headed(HttpResponseNotModified(), seen)
    row = _stamped(token)
    if row is None:
        raise Http404
    pk, language, *changes = row
    stamp = f"feed:{pk}:{language}:" + ":".join(str(change) for change in changes)
    key = hashlib.sha256(stamp.encode()).hexdigest()
    feed = caches["process"].get(key)
    if feed is None:
        feed = write(Volunteer.objects.select_related("user").get(pk=pk), language)
        newest = max(change for change in (*changes, dt.datetime.min.replace(tzinfo=dt.UTC)) if change)
        settled = timezone.now() - newest > UNSETTLED
        caches["process"].set(key, feed, (KEPT if settled else UNSETTLED).total_seconds())
    caches["process"].set(glanced, feed.etag, GLANCE)
    return _answer(request, feed)


@never_cache
@require_GET
@login_required
def registration_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One's own registration, for a calendar that takes files."""
    rows = Registration.objects.select_related(
        "volunteer__user", "slot__network", "slot__venue__district", "slot__room"
    )
    registration = get_object_or_404(rows.prefetch_related(occasions.WITH_MEETINGS), uid=uid)
    if not can_see_registration(request.user, registration):
        raise Http404
    body = calendars.feed([registration], name=gettext("My dates"), with_missed=True)
    return HttpResponse(body, content_type=CALENDAR, headers={"Content-Disposition": 'attachment; filename="date.ics"'})


def _stamped(token: str) -> tuple[Any, ...] | None:
    """Whose feed it is, in which language, and when it, any slot and any venue last changed. One query."""
    changed = {
        "own": Subquery(_last(Registration.objects.filter(volunteer=OuterRef("pk")))),
        "slots": Subquery(_last(Slot.objects.all())),
        "venues": Subquery(_last(Venue.objects.all())),
    }
    rows = Volunteer.objects.filter(calendar_token=token, user__is_active=True).annotate(**changed)
    return rows.values_list("pk", "user__language", *changed).first()


def _last(rows: Any) -> Any:
    """The latest ``updated_at``, written so that the database reads one entry of its index."""
    return rows.order_by("-updated_at").values("updated_at")[:1]


def write(volunteer: Volunteer, language: str) -> Feed:
    """The person's feed as it is now, in this language."""
    with override(language):
        body = calendars.feed(reports.calendar_of(volunteer), name=gettext("My volunteer dates"))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Feed(etag, body, gzip.compress(body, 6, mtime=0))


def _answer(request: HttpRequest, feed: Feed) -> HttpResponseBase:
    """304 to whoever has it already; else the body, packed for those who take gzip."""
    response: HttpResponseBase | None = get_conditional_response(request, etag=feed.etag)
    if response is None or response.status_code != 304:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(feed.packed if packed else feed.body, content_type=CALENDAR)
        if packed:
            response["Content-Encoding"] = "gzip"
    return _headed(response, feed.etag)


def _headed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    """What every answer carries: the address is a secret, so no shared cache and no search engine may keep it."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
