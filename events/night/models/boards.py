"""What organisers changed by hand in a roster, change by change."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Board(models.Model):
    """The board of an edition, whose row is the lock under which assignments change.

    ``number`` is that of the journal's last entry: whoever looks at the board asks whether it has grown.
    """

    edition = models.OneToOneField("night.Edition", models.CASCADE, primary_key=True, related_name="board")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.number}"


class BoardChangeQuerySet(models.QuerySet["BoardChange"]):
    def done(self) -> Self:
        """What somebody did and that stands: neither taken back, nor itself the taking back of something."""
        return self.filter(of=None, undone_at=None)

    def undone(self) -> Self:
        return self.filter(of=None, undone_at__isnull=False)


class BoardChange(models.Model):
    """One entry of a board's journal. Written by events.night.board.moving only, and never changed but for
    ``undone_at``.

    ``rows``: ``[participant, before, after]`` for each person who was moved, both as events.night.board.moving.Spot
    has them, or null for nowhere. All entries in the order of their numbers make the assignments as they are now.
    """

    class Kind(models.TextChoices):
        CHOSEN = "chosen", _("roster chosen")
        COMPOSED = "composed", _("one headquarters composed anew")
        MOVED = "moved", _("moved")
        LED = "led", _("leader named")
        PINNED = "pinned", _("pinned")
        UNPINNED = "unpinned", _("unpinned")
        REPLACED = "replaced", _("replaced")
        LEFT = "left", _("withdrew")
        ZONED = "zoned", _("sector changed")
        UNDONE = "undone", _("taken back")
        REDONE = "redone", _("done again")

    board = models.ForeignKey(
        Board,
        models.CASCADE,
        related_name="changes",
        db_index=False,  # the constraint's begins with it
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    rows = models.JSONField(default=list)
    roster = models.ForeignKey(
        "night.Roster", models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("The one chosen.")
    )
    roster_before = models.ForeignKey(
        "night.Roster",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The one that was chosen before."),
    )
    of = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="reversals",
        help_text=_("What this entry takes back or does again."),
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = BoardChangeQuerySet.as_manager()

    class Meta:
        ordering = ["board", "number"]
        constraints = [
            models.UniqueConstraint(fields=["board", "number"], name="board_change_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["undone", "redone"], of__isnull=False, undone_at=None)
                | (~Q(kind__in=["undone", "redone"]) & Q(of=None)),
                name="board_change_of_another",
            ),
        ]
        verbose_name = _("change of a roster")
        verbose_name_plural = _("changes of a roster")

    def __str__(self) -> str:
        return f"{self.board_id} · {self.number} · {self.kind}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None

    @property
    def may_be_undone(self) -> bool:
        """Is it a deed that stands? Who has withdrawn is brought back by nobody else."""
        return self.of_id is None and not self.is_undone and self.kind != self.Kind.LEFT

    def people(self) -> set[int]:
        """The keys of the participants whom it moved."""
        return {row[0] for row in self.rows}

    def _spots(self) -> list[list[Any]]:
        return [spot for _person, *both in self.rows for spot in both if spot]

    def headquarters(self) -> set[int]:
        """The keys of the headquarters that it touched."""
        return {spot[0] for spot in self._spots()}

    def sectors(self) -> set[int]:
        """The keys of the sectors whose teams it touched."""
        return {spot[1] for spot in self._spots() if spot[1]}
