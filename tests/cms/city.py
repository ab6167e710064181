"""What is true of every demonstration city, and all that it holds."""

from django.core import serializers
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.models import Registration, Slot
from events.night.models import Choice, Edition, Headquarters, Participant, Sector
from ideas.models import Call, Comment, Idea, Score, Step, Support
from ideas.supporting import supporters_of
from trainings.models import Evaluation, EvaluationAnswer, Session, Theme, Training
from volunteers.models import District, Membership, User, Volunteer

# What chance, or the moment of writing, decides anew each time.
FRESH = {"calendar_token", "uid", "id", "updated_at", "created_at"}


CITY = (
    District, User, Volunteer, Membership, Theme, Training, Slot, Session, Registration, Edition, Headquarters, Sector,
    Participant, Choice,
)  # fmt: skip


def dump():
    """All rows that the command writes, without keys and links, which a second run counts further."""
    rows = []
    for model in (*CITY, Evaluation, EvaluationAnswer, Call, Idea, Step, Comment, Score, Support):
        links = {field.name for field in model._meta.get_fields() if field.is_relation} | {"asks"}  # keys, too
        fields = {field.name for field in model._meta.concrete_fields} - FRESH - links - {"password"}
        rows += [row["fields"] for row in serializers.serialize("python", model.objects.order_by("pk"), fields=fields)]
    return rows


def check_counters():
    counted = Slot.objects.annotate(
        holding=Count("registrations", filter=Q(registrations__state__in=Registration.HOLDING), distinct=True)
        + Count("walk_ins", distinct=True),
        waiting=Count("registrations", filter=Q(registrations__state="waiting"), distinct=True),
    )
    assert not counted.exclude(holding=F("seats_taken")).exists()
    for slot in Slot.objects.prefetch_related("requires"):
        assert slot.asked == sorted(one.pk for one in slot.requires.all())
    # Nobody waits while a seat is free to be given, and waiting numbers run from 1.
    given = Coalesce(F("headquarters__quota"), F("capacity"))
    assert not counted.filter(waiting__gt=0, seats_taken__lt=given).exists()
    for slot in counted.filter(waiting__gt=0):
        numbers = slot.registrations.filter(state="waiting").order_by("queue_number")
        assert [row.queue_number for row in numbers] == list(range(1, slot.queue_last + 1))


def check_calls():
    """One call is over, answered and counted, one is open, one votes; each idea is what its story says."""
    past, running, voting = Call.objects.select_related("district").order_by("pk")
    assert [call.point and call.district.code for call in (past, running, voting)] == [None, "02", "03"]
    assert (past.is_over(), past.sealed_at is not None) == (True, True)
    assert (running.is_in("call"), voting.is_in("vote")) == (True, True)
    decided = past.ideas.filter(state__in=Idea.DECIDED)
    assert past.ideas.count() == decided.count() + past.ideas.filter(state__in=("merged", "withdrawn")).count()
    for idea in Idea.objects.heads():
        assert idea.supporters == supporters_of(idea)
    for idea in Idea.objects.prefetch_related("steps"):
        *_before, last = [step for step in idea.steps.all() if step.kind != "asked"]
        assert (last.to_state, last.at >= idea.proposed_at) == (idea.state, True)
        assert not Support.objects.filter(idea=idea, volunteer=idea.author).exists()
    assert not Step.objects.filter(at__gt=timezone.now()).exists()
