"""Organisers sort: under study, in groups, one merged into another, sent to another call, a question to the author.

All of it holds the call's row, so that two organisers never build a ring of merges.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ideas import supporting, telling
from ideas.calling import IdeaRefused
from ideas.models import Call, Comment, Group, Idea, Step
from ideas.proposing import hold
from volunteers.models import User

VOTED_ON = _("The vote on these ideas has begun: they stay as people vote on them.")


def study(idea: Idea, *, by: User) -> Idea:
    """Somebody is looking at it: says so to its author and supporters. Harmless twice."""
    with transaction.atomic():
        row = hold(idea)
        if row.state == Idea.State.STUDYING:
            return row
        if row.state != Idea.State.OPEN:
            raise IdeaRefused(_("Only an open idea can be put under study."))
        before, row.state = row.state, Idea.State.STUDYING
        row.save(update_fields=["state"])
        telling.tell([telling.step(row, Step.Kind.STUDYING, before=before, by=by, by_organisers=True)])
    return row


def put_together(ideas: Iterable[Idea], *, call: Call, name: str) -> Group | None:
    """Puts these ideas of the call into the group of that name, made if need be; no name takes them out of theirs.

    Nobody is told: an idea in a group stays what it is. A group that nobody is in any more goes.
    """
    name = name.strip()
    with transaction.atomic():
        Call.objects.select_for_update(no_key=True).filter(pk=call.pk).values_list("pk").get()
        group = Group.objects.get_or_create(call=call, name=name)[0] if name else None
        Idea.objects.filter(call=call, pk__in=[idea.pk for idea in ideas]).update(group=group)
        Group.objects.filter(call=call, ideas=None).delete()
    return group


def merge(idea: Idea, *, into: Idea, reason: str, by: User) -> Idea:
    """The idea is read, supported and answered at another one of the same call from now on; its people are told.

    Nothing of it moves or is lost (``Idea``), and ``unmerge`` takes it back. Merging into an idea that was merged
    itself is merging into the one that stands for both. Harmless twice.

    Refuses without a public reason, for an idea that is answered or withdrawn, into itself or what was merged into
    it, and once the vote on them has begun.
    """
    reason = _reason(reason)
    with transaction.atomic():
        row = hold(idea)
        read_at = Idea.objects.filter(pk=into.pk).values(at=Coalesce("head", "pk"))
        target = Idea.objects.select_for_update(no_key=True).get(pk=Subquery(read_at))
        if row.state == Idea.State.MERGED and row.head_id == target.pk:
            return row
        if target.call_id != row.call_id:
            raise IdeaRefused(_("The other idea belongs to another call: send one of them there first."))
        if target.pk == row.pk:
            raise IdeaRefused(_("An idea cannot be merged into itself, or into one that was merged into it."))
        if not row.is_unanswered:
            raise IdeaRefused(_("Only an idea that waits for its answer can be merged."))
        if target.state == Idea.State.WITHDRAWN:
            raise IdeaRefused(_("The other idea was withdrawn by its author."))
        if row.call.vote_has_begun():
            raise IdeaRefused(VOTED_ON)
        before = row.state
        row.state, row.merged_into, row.head = Idea.State.MERGED, target, target
        row.save(update_fields=["state", "merged_into", "head"])
        supporting.lead_to(target, below=row)
        supporting.recount(target)
        step = telling.step(row, Step.Kind.MERGED, before=before, by=by, reason=reason, by_organisers=True, into=target)
        telling.tell([step])
    return row


def unmerge(idea: Idea, *, by: User, reason: str = "") -> Idea:
    """The idea stands for itself again, in the state it had, with all that was its own. Harmless twice.

    What was said or supported under the other one meanwhile stays there. Its people are told. Refuses once the vote on
    them has begun.
    """
    with transaction.atomic():
        row = hold(idea)
        if row.state != Idea.State.MERGED or row.head is None:
            return row
        if row.call.vote_has_begun():
            raise IdeaRefused(VOTED_ON)
        head = Idea.objects.select_for_update(no_key=True).get(pk=row.head.pk)
        step = supporting.let_go(row, by=by, reason=reason.strip(), by_organisers=True)
        supporting.recount(head)
        telling.tell([step])
    return row


def send_to(idea: Idea, *, call: Call, reason: str, by: User) -> Idea:
    """Sends an idea, with what was merged into it, to another published call where it fits better. Tells its people.

    Refuses without a public reason, for an idea that is answered, merged or withdrawn, once the vote has begun where it
    is or where it would go, and to a call that is over. Harmless twice. Locks both calls' rows, in the order of
    their keys.
    """
    reason = _reason(reason)
    with transaction.atomic():
        both = sorted({idea.call_id, call.pk})
        list(Call.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk").values_list("pk"))
        there = Call.objects.prefetch_related("phases").get(pk=call.pk)
        if sent := Idea.objects.filter(pk=idea.pk, call=there).first():
            return sent
        row = hold(idea)
        if not row.is_unanswered:
            raise IdeaRefused(_("Only an idea that waits for its answer can be sent to another call."))
        if there.state != Call.State.PUBLISHED or there.is_over():
            raise IdeaRefused(_("That call is not open to what people say."))
        if there.vote_has_begun():
            raise IdeaRefused(_("The vote of that call has begun: no idea is added to what people choose from."))
        if row.call.vote_has_begun():  # whether anybody chose it is secret, and so not asked
            raise IdeaRefused(_("The vote on these ideas has begun: they stay here."))
        here = row.call
        Idea.objects.within(row).update(call=there, group=None)
        row.call, row.group = there, None
        step = telling.step(
            row, Step.Kind.MOVED, before=row.state, by=by, reason=reason, by_organisers=True, from_call=here
        )
        telling.tell([step])
    return row


def ask(idea: Idea, *, question: str, by: User) -> Comment:
    """A question to the author, public like all that is said under an idea, which they are told of."""
    question = question.strip()
    if not question:
        raise IdeaRefused(_("Write the question."))
    with transaction.atomic():
        row = hold(idea)
        if not row.is_unanswered:
            raise IdeaRefused(_("This idea has its answer already."))
        twin = row.comments.filter(by_organisers=True, text=question).first()
        if twin is not None:
            return twin
        comment = Comment.objects.create(
            idea=row, author=getattr(by, "volunteer", None), by_organisers=True, text=question
        )
        step = telling.step(row, Step.Kind.ASKED, before=row.state, by=by, reason=question, by_organisers=True)
        telling.tell([step])
    return comment


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise IdeaRefused(_("Say why, in a sentence that everybody may read."))
    return reason
