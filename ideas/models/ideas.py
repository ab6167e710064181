"""An idea, who supports it, and every step of what became of it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ideas.models.tongues import tongue_now
from volunteers.models import Association, Volunteer
from volunteers.words import FoldedField


class Group(models.Model):
    """Ideas of a call that organisers look at together. An idea in a group stays itself."""

    call = models.ForeignKey("ideas.Call", models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="group_name_in_call")]
        verbose_name = _("group of ideas")
        verbose_name_plural = _("groups of ideas")

    def __str__(self) -> str:
        return self.name


class IdeaQuerySet(models.QuerySet["Idea"]):
    def unanswered(self) -> Self:
        return self.filter(state__in=Idea.UNANSWERED)

    def heads(self) -> Self:
        """Ideas that stand for themselves: those merged into another one are read there."""
        return self.filter(head=None)

    def within(self, head: Idea) -> Self:
        """That idea and all that were merged into it, whatever the depth."""
        return self.filter(Q(pk=head.pk) | Q(head=head.pk))

    def proposed_by(self, volunteer: Volunteer) -> Self:
        """This person's, and those of the associations that they are a member of."""
        associations = Association.objects.filter(members__user=volunteer.user_id)
        return self.filter(Q(author=volunteer) | Q(association__in=associations.values("pk")))

    def with_comments(self) -> Self:
        """Adds ``comments_shown``: how many comments of its own can be read."""
        return self.annotate(comments_shown=Count("comments", filter=Q(comments__hidden_at=None), distinct=True))


class Idea(models.Model):
    """What somebody proposed. Changes of state happen in ideas.proposing, ideas.sorting and ideas.answering only.

    A merge moves nothing: the idea keeps its author, supports, comments and steps, and points to the one that it was
    merged into. Whoever reads that one reads all of them, and undoing a merge is to let go of the pointer.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("idea", "open")
        STUDYING = "studying", _("under study")
        MERGED = "merged", _("merged")
        ADOPTED = "adopted", _("adopted")
        DECLINED = "declined", _("declined")
        OUT_OF_SCOPE = "out_of_scope", _("out of scope")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Offer(models.TextChoices):
        NONE = "", _("an idea for others to carry out")
        GIVE = "give", _("our association would give it")
        HOST = "host", _("our association would host it")

    UNANSWERED = (State.OPEN, State.STUDYING)
    DECIDED = (State.ADOPTED, State.DECLINED, State.OUT_OF_SCOPE)

    call = models.ForeignKey("ideas.Call", models.PROTECT, related_name="ideas", verbose_name=_("call"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("your idea"), max_length=4000)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="fr", editable=False)
    district = models.ForeignKey(
        "volunteers.District", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    picture = models.ImageField(_("picture"), upload_to="ideas", blank=True)
    picture_text = models.CharField(_("what the picture shows"), max_length=160, blank=True)
    author = models.ForeignKey(
        "volunteers.Volunteer",
        models.SET_NULL,
        null=True,
        related_name="ideas",
        verbose_name=_("author"),
        help_text=_("Empty once the person has left: the idea stays, the person goes."),
    )
    association = models.ForeignKey(
        "volunteers.Association",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ideas",
        verbose_name=_("proposed for"),
    )
    offer = models.CharField(_("offer"), max_length=4, choices=Offer, blank=True, default="")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="ideas", verbose_name=_("group")
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    head = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The idea at the end of the merges; empty for one that stands for itself."),
    )
    supporters = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("People who support it or an idea merged into it, each once.")
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    waiting_since = models.DateTimeField(
        auto_now_add=True, help_text=_("Since when it waits for an answer: proposed, or opened again.")
    )
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_reason = models.CharField(_("why it is hidden"), max_length=300, blank=True)
    hidden_language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True, editable=False)
    words = FoldedField(of=("title", "text"))

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        indexes = [
            models.Index(fields=["call", "head", "-supporters"]),
            models.Index(fields=["call", "-proposed_at"]),
            models.Index(fields=["state", "waiting_since"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False, head__isnull=False)
                | (~Q(state="merged") & Q(merged_into=None, head=None)),
                name="idea_merged_into_one",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")) & ~Q(head=F("id")), name="idea_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(offer="") | Q(association__isnull=False), name="idea_offer_of_an_association"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("adopted", "declined", "out_of_scope"), answered_at__isnull=False)
                | ~Q(state__in=("adopted", "declined", "out_of_scope")),
                name="idea_decided_at_some_time",
            ),
        ]
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")

    def __str__(self) -> str:
        return self.title

    @property
    def is_unanswered(self) -> bool:
        return self.state in self.UNANSWERED

    @property
    def missed_vote(self) -> bool:
        """Was it refused before a vote that goes on? Its answer stays until the ballots are counted."""
        refused = self.state in self.DECIDED and self.state != self.State.ADOPTED
        if not refused or self.answered_at is None or not self.call.is_voted_on():
            return False
        vote = self.call.phase("vote")
        return vote is not None and self.answered_at < vote.starts_at

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def shown_title(self) -> str:
        """The title, unless the text is hidden: then it is, too."""
        return str(_("An idea whose text is hidden")) if self.is_hidden else self.title


class Support(models.Model):
    """One person's support of one idea. It stays with the idea it was given to, whatever that is merged into."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="supports")
    volunteer = models.ForeignKey(
        "volunteers.Volunteer",
        models.SET_NULL,
        null=True,
        related_name="supports",
        help_text=_("Empty once the person has left: the support stays, the person goes."),
    )
    left_as = models.UUIDField(
        null=True,
        editable=False,
        help_text=_("Of somebody who has left: the same for what they supported that was one idea by then."),
    )
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "volunteer"], name="support_once")]
        verbose_name = _("support")
        verbose_name_plural = _("supports")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.volunteer_id}"


class Step(models.Model):
    """One line of an idea's public story. Append-only. An answer is the step that leads to a decision.

    One about a comment is told to who wrote it, and read in the comment's place rather than in the story.
    """

    class Kind(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        EDITED = "edited", _("rewritten by its author")
        WITHDRAWN = "withdrawn", _("withdrawn by its author")
        STUDYING = "studying", _("under study")
        ASKED = "asked", _("question to the author")
        MERGED = "merged", _("merged into another idea")
        UNMERGED = "unmerged", _("stands for itself again")
        MOVED = "moved", _("sent to another call")
        ANSWERED = "answered", _("answered")
        REOPENED = "reopened", _("opened again")
        OUTCOME = "outcome", _("something came of it")
        HIDDEN = "hidden", _("text hidden")
        SHOWN = "shown", _("text shown again")

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    from_state = models.CharField(max_length=12, choices=Idea.State, blank=True)
    to_state = models.CharField(max_length=12, choices=Idea.State)
    reason = models.TextField(_("reason"), max_length=2000, blank=True, help_text=_("Public."))
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default=tongue_now, editable=False)
    into = models.ForeignKey(Idea, models.PROTECT, null=True, blank=True, related_name="+")
    from_call = models.ForeignKey("ideas.Call", models.PROTECT, null=True, blank=True, related_name="+")
    comment = models.ForeignKey(
        "ideas.Comment",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="steps",
        help_text=_("What was hidden or shown again under the idea; empty: its own text."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_organisers = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=("answered", "merged", "moved", "hidden", "asked")) | ~Q(reason=""),
                name="step_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(comment=None) | Q(kind__in=("hidden", "shown")), name="step_of_a_comment_hides_or_shows"
            ),
        ]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.kind}"

    @property
    def shown_reason(self) -> str:
        """The reason; what the author wrote is hidden with the idea's text."""
        return self.reason if self.by_organisers or not self.idea.is_hidden else ""
