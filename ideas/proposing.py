"""Somebody proposes an idea, rewrites it, or takes it back."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import supporting, telling
from ideas.calling import IdeaRefused
from ideas.models import Call, Idea, Phase, Step
from volunteers.models import User

CLOSED = _("This call takes no more ideas.")
VOTED_ON = _("People vote on this idea: it can be withdrawn once the vote has been counted.")
SENT = _("This idea has just been sent to another call: look at it there.")


def propose(idea: Idea, *, by: User) -> Idea:
    """Adds a new idea to its call. Harmless twice: the same words by the same person in the same call are one idea.

    Refuses when the call does not run, and without an association where associations are asked. An idea is in the
    call's language, if it has one. Locks the call's row, so that it cannot close in between.
    """
    with transaction.atomic():
        _open_call(idea.call)
        _check_association(idea)
        idea.language = idea.call.language or idea.language
        twin = Idea.objects.filter(call=idea.call, author=idea.author, title=idea.title, text=idea.text)
        if found := twin.exclude(state=Idea.State.WITHDRAWN).first():
            return found
        idea.save(force_insert=True)
        telling.step(idea, Step.Kind.PROPOSED, before="", by=by)
    return idea


def rewrite(idea: Idea, *, by: User) -> Idea:
    """Saves what its author changed, until the call closes or somebody answers. Harmless when nothing changed.

    A picture that was replaced or taken away is deleted.
    """
    with transaction.atomic():
        _open_call(idea.call)
        before = hold(idea)
        _check_association(idea)
        if not before.is_unanswered:
            raise IdeaRefused(_("This idea has its answer: it stays as it was when it was answered."))
        fields = ["title", "text", "district", "place", "picture", "picture_text", "association", "offer"]
        if all(getattr(before, name) == getattr(idea, name) for name in fields):
            return before
        if before.picture.name and before.picture != idea.picture:
            transaction.on_commit(partial(before.picture.storage.delete, before.picture.name))
        idea.edited_at = timezone.now()
        idea.save(update_fields=[*fields, "edited_at", "words"])
        idea.state = before.state
        telling.step(idea, Step.Kind.EDITED, before=before.state, by=by)
    return idea


def withdraw(idea: Idea, *, by: User, reason: str = "") -> Idea:
    """Its author takes the idea back: it stays on the board, as withdrawn, and its supporters are told.

    Refuses once it is answered or merged, and while it is voted on. Ideas that were merged into it stand for themselves
    again. Harmless twice.
    """
    with transaction.atomic():
        row = hold(idea)
        if row.state == Idea.State.WITHDRAWN:
            return row
        if not row.is_unanswered:
            raise IdeaRefused(_("This idea has been answered or merged: it can no longer be withdrawn."))
        if row.call.is_voted_on():
            raise IdeaRefused(VOTED_ON)
        steps = [supporting.let_go(child, by=by) for child in Idea.objects.filter(merged_into=row).order_by("pk")]
        before, row.state = row.state, Idea.State.WITHDRAWN
        row.save(update_fields=["state"])
        steps.append(telling.step(row, Step.Kind.WITHDRAWN, before=before, by=by, reason=reason.strip()))
        supporting.recount(row)
        telling.tell(steps)
    return row


def hold(idea: Idea) -> Idea:
    """Locks the call's row, then the idea's, and gives the idea as it is now: whoever changes states holds both.

    Refuses an idea that was sent to another call since it was read: who may do what is another question there, and to
    wait for that call with these rows in hand would be to take them in another order than everybody.
    """
    Call.objects.select_for_update(no_key=True).filter(pk=idea.call_id).values_list("pk").get()
    row = Idea.objects.select_for_update(no_key=True, of=("self",)).select_related("call", "head").get(pk=idea.pk)
    if row.call_id != idea.call_id:
        raise IdeaRefused(SENT)
    return row


def _open_call(call: Call) -> None:
    Call.objects.select_for_update(no_key=True).filter(pk=call.pk).values_list("pk").get()
    if not Call.objects.in_phase(Phase.Kind.CALL).published().filter(pk=call.pk).exists():
        raise IdeaRefused(CLOSED)


def _check_association(idea: Idea) -> None:
    if idea.call.audience == Call.Audience.ASSOCIATIONS and idea.association_id is None:
        raise IdeaRefused(_("Associations are asked here: say which one proposes it."))
