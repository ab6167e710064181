"""What is kept of a list sent in goes: after a month, when it is of no use any more, or when somebody in it is erased.

The file, what was read in it, and the preview name people; the list's row, with its counts, stays.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import partial

from allauth.account.models import EmailAddress
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_noop

from volunteers.models import ImportPage, Membership, User, VolunteerImport
from volunteers.models.imports import FOLDER

KEPT = dt.timedelta(days=30)  # files and previews; docs and the privacy page say so
State = VolunteerImport.State


def forget(sent: VolunteerImport) -> None:
    """Deletes the file, what was read in it, and the preview. The row stays."""
    for kept in (sent.file, sent.people):
        if kept:
            kept.delete(save=False)
    VolunteerImport.objects.filter(pk=sent.pk).update(file="", people="")
    sent.pages.all().delete()


def forget_old(now: dt.datetime | None = None) -> int:
    """Deletes files and previews after 30 days; a list never confirmed is cancelled. Returns how many."""
    old = VolunteerImport.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).exclude(file="")
    for sent in old:
        if sent.state == State.READY:
            VolunteerImport.objects.filter(pk=sent.pk, state=State.READY).update(state=State.CANCELLED)
        forget(sent)
    return len(old)


def forget_strays(storage: Storage, folder: str, kept: set[str], now: dt.datetime | None = None) -> int:
    """Deletes the files of a folder that no row has: whoever was to delete or to name them was killed first. ``kept``:
    those that a row has. Returns how many.

    A file is written a moment before its row says so: only those older than an hour are strays.
    """
    limit = (now or timezone.now()) - dt.timedelta(hours=1)
    names = {f"{folder}{name}" for name in storage.listdir(folder)[1]} if storage.exists(folder) else set()
    strays = [name for name in names - kept if storage.get_modified_time(name) < limit]
    for name in strays:
        storage.delete(name)
    return len(strays)


def forget_strayed_lists(now: dt.datetime | None = None) -> int:
    """Deletes the files that no list of volunteers has; returns how many."""
    named = VolunteerImport.objects.exclude(file="", people="").values_list("file", "people")
    kept = {name for names in named for name in names}
    return forget_strays(VolunteerImport.file.field.storage, FOLDER, kept, now)


def let_go(user: User) -> None:
    """Deletes the files and previews of all lists that name this person, who is being erased.

    Their address stands in the midst of others', so the whole goes; the list's row stays, with its counts, and one not
    yet written has to be sent again. For the transaction that erases: files go once it has committed. Harmless twice.
    """
    # Whoever reads a list at this moment may have compared it with this person: it is read again, without them. This
    # waits for the preview that is being written, so that the search below finds it.
    VolunteerImport.objects.filter(state=State.READING).update(state=State.QUEUED, lease_until=None)
    pages = ImportPage.objects.annotate(text=Cast("rows", TextField())).filter(_names(user))
    brought = Membership.objects.filter(volunteer__user=user, brought_by__isnull=False)
    lists = VolunteerImport.objects.exclude(file="", people="").filter(
        Q(pk__in=pages.values("volunteer_import")) | Q(pk__in=brought.values("brought_by"))
    )
    # A writer under way shares the key of the list with its memberships, and may be waiting for this very person.
    for sent in lists.select_for_update(no_key=True).order_by("pk"):
        if sent.state in (State.READY, State.CONFIRMED, State.WRITING):
            sent.problem = gettext_noop(
                "Somebody in this list has deleted their account, and the file with it. Send it again."
            )
            sent.state, sent.ended_at, sent.lease_until = State.FAILED, timezone.now(), None
        for kept in (sent.file, sent.people):
            if kept.name:
                transaction.on_commit(partial(kept.storage.delete, kept.name))
        sent.file = sent.people = ""
        sent.save()
        sent.pages.all().delete()


def _names(user: User) -> Q:
    """Pages whose text has one of the person's addresses, as JSON writes it (SQLite keeps ASCII, PostgreSQL words)."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    named = Q()
    for written in {json.dumps(address, ensure_ascii=plain)[1:-1] for address in addresses for plain in (True, False)}:
        named |= Q(text__icontains=written)
    return named
