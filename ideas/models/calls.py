"""A call: a question put to people, who may answer it, how it will be decided, and its dated phases."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from volunteers.models import User
from volunteers.permissions import organised_networks
from volunteers.points import Point
from volunteers.words import FoldedField


class CallQuerySet(models.QuerySet["Call"]):
    def published(self) -> Self:
        return self.filter(state=Call.State.PUBLISHED)

    def organised_by(self, user: User | AnonymousUser) -> Self:
        """Calls that this person may change (the list's side of ``ideas.permissions.can_organise``)."""
        if user.is_superuser and user.is_active:
            return self.all()
        return self.filter(network__in=organised_networks(user))

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What is published, for everybody; a draft for those who prepare it."""
        if user.is_superuser and user.is_active:
            return self.all()
        return self.filter(Q(state=Call.State.PUBLISHED) | Q(network__in=organised_networks(user)))

    def in_phase(self, kind: str, now: dt.datetime | None = None) -> Self:
        """Calls of which that phase runs at this moment."""
        now = now or timezone.now()
        running = Phase.objects.filter(kind=kind, starts_at__lte=now, ends_at__gt=now)
        return self.filter(pk__in=running.values("call"))

    def announced(self, now: dt.datetime | None = None) -> Self:
        """Published calls of which no phase has begun (the list's side of ``Call.is_announced``)."""
        begun = Phase.objects.filter(starts_at__lte=now or timezone.now())
        return self.published().exclude(pk__in=begun.values("call"))

    def over(self, now: dt.datetime | None = None) -> Self:
        """Calls whose last phase has ended (the list's side of ``Call.is_over``)."""
        return self.exclude(pk__in=Phase.objects.filter(ends_at__gt=now or timezone.now()).values("call"))

    def before_vote(self, now: dt.datetime | None = None) -> Self:
        """Calls whose vote has not begun, or that have none (the list's side of ``Call.vote_has_begun``)."""
        begun = Phase.objects.filter(kind=Phase.Kind.VOTE, starts_at__lte=now or timezone.now())
        return self.exclude(pk__in=begun.values("call"))

    def with_counts(self) -> Self:
        """Adds ``idea_count``, ``support_count`` (people, once for each idea) and ``answer_count``."""
        decided = ("adopted", "declined", "out_of_scope")
        return self.annotate(
            idea_count=Count("ideas"),
            support_count=Sum("ideas__supporters", filter=Q(ideas__head=None), default=0),
            answer_count=Count("ideas", filter=Q(ideas__state__in=decided)),
        )


class Call(models.Model):
    """Its dates are the rows of ``Phase``. It changes in ideas.calling only."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    class Kind(models.TextChoices):
        """What may be proposed."""

        TRAINING = "training", _("a training or a visit")
        INDICATOR = "indicator", _("an indicator")
        KIT = "kit", _("a kit")
        DATASET = "dataset", _("a data set")
        PLACE = "place", _("a place in the street")
        COUNCIL = "council", _("the citizens' council")
        OTHER = "other", _("something else")

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        MEMBERS = "members", _("members of the network")
        ASSOCIATIONS = "associations", _("associations")

    class Vote(models.TextChoices):
        NONE = "", _("no vote")
        APPROVAL = "approval", _("approval: as many ideas as one likes")
        POINTS = "points", _("points to share out")

    network = models.ForeignKey(
        "volunteers.Network",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("network"),
        help_text=_("Empty: the whole city, which administrators answer for."),
    )
    kind = models.CharField(_("what may be proposed"), max_length=12, choices=Kind, default=Kind.TRAINING)
    audience = models.CharField(_("who may propose"), max_length=12, choices=Audience, default=Audience.EVERYONE)
    title = models.CharField(_("question"), max_length=160)
    slug = models.SlugField(max_length=160, unique=True)
    text = models.TextField(_("what it is about"), blank=True)
    how_decided = models.TextField(
        _("how it will be decided"),
        blank=True,
        help_text=_("Who decides, by what, and when. Published before the call opens."),
    )
    language = models.CharField(
        _("language of the ideas"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: any."),
    )
    asks_place = models.BooleanField(_("each idea may say where"), default=False)
    place = models.CharField(
        _("where it is about"), max_length=160, blank=True, help_text=_("In words: a square, a street, a building.")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("In degrees (WGS 84)."))
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    district = models.ForeignKey(
        "volunteers.District",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="calls",
        verbose_name=_("district"),
        help_text=_("The one that holds the point, when that is known."),
    )
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    vote = models.CharField(_("vote"), max_length=10, choices=Vote, blank=True, default="")
    points = models.PositiveSmallIntegerField(
        _("points for each person"), default=0, help_text=_("For a vote by points.")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("who must answer"),
    )
    answer_by = models.DateField(_("answers are due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    sealed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the ballots were counted, and let go of.")
    )
    turnout = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("How many ballots were counted; 0 before.")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    words = FoldedField(of=("title", "text"))

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(vote="points", points__gt=0) | (~Q(vote="points") & Q(points=0)),
                name="call_points_for_a_vote_by_points",
            ),
            models.CheckConstraint(
                condition=Q(quarter=None) | Q(quarter__gte=1, quarter__lte=4), name="call_quarter_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(year=None, quarter=None) | Q(year__isnull=False, quarter__isnull=False),
                name="call_year_with_quarter",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__isnull=False,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="call_point_both_or_none",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="call_published_at_some_time"
            ),
        ]
        verbose_name = _("call for ideas")
        verbose_name_plural = _("calls for ideas")

    def __str__(self) -> str:
        return self.title

    @property
    def point(self) -> Point | None:
        """Its place on a map, if it has one."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    def phase(self, kind: str) -> Phase | None:
        """The phase of that kind, if the call has one; asks no query where ``phases`` was prefetched."""
        return next((phase for phase in self.phases.all() if phase.kind == kind), None)

    @property
    def opens_at(self) -> dt.datetime | None:
        """When ideas can first be sent."""
        phase = self.phase(Phase.Kind.CALL)
        return phase.starts_at if phase else None

    @property
    def last_day(self) -> dt.datetime | None:
        """The last moment of what one can take part in now: of the call for ideas, or of the vote."""
        now = timezone.now()
        kinds = (Phase.Kind.CALL, Phase.Kind.VOTE)
        phase = next((phase for kind in kinds if (phase := self.phase(kind)) and phase.runs(now)), None)
        return phase.last_moment if phase else None

    def is_in(self, kind: str, now: dt.datetime | None = None) -> bool:
        """Does that phase run at this moment? The first instant belongs to it, the last does not."""
        phase = self.phase(kind)
        return self.state == self.State.PUBLISHED and phase is not None and phase.runs(now or timezone.now())

    def vote_has_begun(self, now: dt.datetime | None = None) -> bool:
        """Has its vote opened? From then on, and for ever, its ideas stay as people vote on them."""
        phase = self.phase(Phase.Kind.VOTE) if self.vote else None
        return phase is not None and phase.starts_at <= (now or timezone.now())

    def is_voted_on(self, now: dt.datetime | None = None) -> bool:
        """From the opening of its vote until the ballots are counted."""
        return self.sealed_at is None and self.vote_has_begun(now)

    def is_over(self, now: dt.datetime | None = None) -> bool:
        """Has its last phase ended?"""
        now = now or timezone.now()
        return all(phase.ends_at <= now for phase in self.phases.all())

    def is_announced(self, now: dt.datetime | None = None) -> bool:
        """Is it published, with its first phase still to come?"""
        now = now or timezone.now()
        return self.state == self.State.PUBLISHED and all(phase.starts_at > now for phase in self.phases.all())


class Phase(models.Model):
    """When what may be done. Both ends are moments; phases may overlap (a vote while ideas are sorted)."""

    class Kind(models.TextChoices):
        CALL = "call", _("call for ideas")
        SORTING = "sorting", _("sorting")
        VOTE = "vote", _("vote")
        WORK = "work", _("work")
        NOTE = "note", _("what came of it")

    call = models.ForeignKey(Call, models.CASCADE, related_name="phases")
    kind = models.CharField(_("phase"), max_length=8, choices=Kind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        ordering = ["starts_at", "ends_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call", "kind"], name="phase_one_of_each_kind"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="phase_ends_after_starts"),
        ]
        indexes = [models.Index(fields=["kind", "ends_at"])]
        verbose_name = _("phase")
        verbose_name_plural = _("phases")

    def __str__(self) -> str:
        return f"{self.call_id} · {self.kind}"

    @property
    def last_moment(self) -> dt.datetime:
        """For whoever reads a date: a phase that ends at midnight ends on the day before."""
        return self.ends_at - dt.timedelta(microseconds=1)

    def runs(self, now: dt.datetime) -> bool:
        return self.starts_at <= now < self.ends_at
