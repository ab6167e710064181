"""What people say under an idea: written, reported, hidden for a reason, shown again."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import telling
from ideas.calling import IdeaRefused
from ideas.models import Comment, Idea, Report, Step
from ideas.models.tongues import tongue_now
from ideas.proposing import hold
from volunteers.models import User, Volunteer

LONGEST = 2000


def comment(volunteer: Volunteer, *, idea: Idea, text: str, by_organisers: bool = False) -> Comment:
    """Says something under the idea, or under the one that it was merged into. The same words twice are said once."""
    text = text.strip()
    if not text:
        raise IdeaRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise IdeaRefused(_("That is more than 2,000 characters: shorten it."))
    with transaction.atomic():
        row = hold(idea)
        head = row.head or row
        twin = Comment.objects.filter(idea=head, author=volunteer, text=text, by_organisers=by_organisers).first()
        return twin or Comment.objects.create(idea=head, author=volunteer, text=text, by_organisers=by_organisers)


def report(idea: Idea, *, reason: str, by: User, about: Comment | None = None) -> Report:
    """Tells the organisers that a comment, or the idea's own text, should not stand. Once for each who says so."""
    reason = reason.strip()
    if not reason:
        raise IdeaRefused(_("Say what is wrong with it."))
    try:
        with transaction.atomic():
            return Report.objects.create(idea=idea, comment=about, by=by, reason=reason[:300])
    except IntegrityError:
        return Report.objects.get(idea=idea, comment=about, by=by, settled_at=None)


def hide(target: Comment | Idea, *, reason: str, by: User) -> None:
    """Hides a comment, or an idea's text, for a reason that everybody reads in its place; settles what was reported.

    An idea that is hidden keeps its place, its supports and its answer. Who wrote the text is told, and nobody else.
    Harmless twice.
    """
    reason = reason.strip()[:300]
    if not reason:
        raise IdeaRefused(_("Say why it is hidden: everybody reads it in its place."))
    with transaction.atomic():
        if isinstance(target, Idea):
            row = hold(target)
            if not row.is_hidden:
                row.hidden_at, row.hidden_reason, row.hidden_language = timezone.now(), reason, tongue_now()
                row.save(update_fields=["hidden_at", "hidden_reason", "hidden_language"])
                _tell(row, Step.Kind.HIDDEN, by=by, reason=reason)
        else:
            shown = Comment.objects.filter(pk=target.pk, hidden_at=None)
            language = tongue_now()
            if shown.update(hidden_at=timezone.now(), hidden_by=by, hidden_reason=reason, hidden_language=language):
                _tell(target.idea, Step.Kind.HIDDEN, by=by, reason=reason, comment=target)
        settle(target)


def show(target: Comment | Idea, *, by: User) -> None:
    """Shows again what was hidden, and tells who wrote it. Harmless twice."""
    with transaction.atomic():
        if isinstance(target, Idea):
            row = hold(target)
            if row.is_hidden:
                row.hidden_at, row.hidden_reason, row.hidden_language = None, "", ""
                row.save(update_fields=["hidden_at", "hidden_reason", "hidden_language"])
                _tell(row, Step.Kind.SHOWN, by=by)
        else:
            hidden = Comment.objects.filter(pk=target.pk).exclude(hidden_at=None)
            if hidden.update(hidden_at=None, hidden_by=None, hidden_reason="", hidden_language=""):
                _tell(target.idea, Step.Kind.SHOWN, by=by, comment=target)


def settle(target: Comment | Idea) -> int:
    """Nothing is left to do about what was reported of it; returns how many reports that were."""
    of = {"idea": target, "comment": None} if isinstance(target, Idea) else {"comment": target}
    return Report.objects.filter(**of, settled_at=None).update(settled_at=timezone.now())


def _tell(idea: Idea, kind: str, *, by: User, reason: str = "", comment: Comment | None = None) -> None:
    step = telling.step(idea, kind, before=idea.state, by=by, reason=reason, by_organisers=True, comment=comment)
    telling.tell([step])
