"""One person, one support, wherever it was given: and who is counted once ideas are merged."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from ideas import telling
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step, Support
from volunteers.models import User, Volunteer


def support(volunteer: Volunteer, *, idea: Idea) -> Idea:
    """Supports the idea, or the one that it was merged into, and gives that one. Harmless twice.

    Refuses once it is answered or withdrawn, and for its author. Locks the row of the idea that is supported.
    """
    return _at_head(idea, lambda head: _give(volunteer, head))


def unsupport(volunteer: Volunteer, *, idea: Idea) -> Idea:
    """Takes the support back, whichever of the merged ideas it was given to. Harmless twice."""
    return _at_head(idea, lambda head: _take_back(volunteer, head))


def supporters_of(head: Idea) -> int:
    """How many people support the idea or one merged into it: each once, those who have left included."""
    left = Q(volunteer=None)
    found = Support.objects.filter(idea__in=Idea.objects.within(head)).aggregate(
        people=Count("volunteer", distinct=True),
        left_together=Count("left_as", distinct=True, filter=left),
        left_alone=Count("pk", filter=left & Q(left_as=None)),
    )
    return sum(found.values())


def recount(head: Idea) -> None:
    """Writes ``supporters_of`` into the row. The caller holds it."""
    head.supporters = supporters_of(head)
    Idea.objects.filter(pk=head.pk).update(supporters=head.supporters)


def let_go(child: Idea, *, by: User | None, reason: str = "", by_organisers: bool = False) -> Step:
    """An idea that was merged stands for itself again, in the state it had, with what was merged into it.

    The caller holds the call's row. Gives the step, for whoever tells people.
    """
    merged = child.steps.filter(kind=Step.Kind.MERGED).order_by("at", "pk").last()
    if merged is None:
        raise ValueError(f"idea {child.pk} was never merged")
    child.state, child.merged_into, child.head = merged.from_state, None, None
    child.save(update_fields=["state", "merged_into", "head"])
    lead_to(child, below=child)
    recount(child)
    return telling.step(
        child,
        Step.Kind.UNMERGED,
        before=Idea.State.MERGED,
        by=by,
        reason=reason,
        by_organisers=by_organisers,
        into=merged.into,
    )


def lead_to(head: Idea, *, below: Idea) -> None:
    """Whatever was merged into the idea ``below``, at any depth, is read at ``head`` from now on.

    The caller holds the call's row. A query for each level.
    """
    level = list(Idea.objects.filter(merged_into=below).values_list("pk", flat=True))
    while level:
        Idea.objects.filter(pk__in=level).update(head=head)
        level = list(Idea.objects.filter(merged_into__in=level).values_list("pk", flat=True))


def _give(volunteer: Volunteer, head: Idea) -> None:
    if not head.is_unanswered:
        raise IdeaRefused(_("This idea has been answered: there is nothing left to support."))
    if head.author_id == volunteer.pk:
        raise IdeaRefused(_("This is your own idea: it counts already."))
    if not Support.objects.filter(idea__in=Idea.objects.within(head), volunteer=volunteer).exists():
        Support.objects.create(idea=head, volunteer=volunteer)
        recount(head)


def _take_back(volunteer: Volunteer, head: Idea) -> None:
    if not head.is_unanswered:
        raise IdeaRefused(_("This idea has been answered: supports stay as they were."))
    gone, _rows = Support.objects.filter(idea__in=Idea.objects.within(head), volunteer=volunteer).delete()
    if gone:
        recount(head)


def _at_head(idea: Idea, act: Callable[[Idea], None]) -> Idea:
    """Does that to the idea, or to the one that it is read at, which it locks and gives as it is now.

    An idea that was merged or let go of while we waited for its row is let go of with it, before we wait for the next:
    whoever merges takes them in the other order.
    """
    while True:
        with transaction.atomic():
            head = Idea.objects.filter(pk=idea.pk).values_list("head", flat=True).get() or idea.pk
            row = Idea.objects.select_for_update(no_key=True).get(pk=head)
            if row.head_id is None and Idea.objects.within(row).filter(pk=idea.pk).exists():
                act(row)
                return row
            transaction.set_rollback(True)
