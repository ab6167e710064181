import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from ideas import calling, voting
from ideas.calling import IdeaRefused, phases_of_quarter
from ideas.models import Call
from tests.factories.ideas import CallFactory
from tests.factories.volunteers import NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def by():
    return UserFactory()


def phases_of(call):
    return {phase.kind: (phase.starts_at, phase.ends_at) for phase in call.phases.all()}


@pytest.mark.parametrize(
    ("year", "quarter", "monday"), [(2027, 1, (2027, 1, 4)), (2026, 4, (2026, 10, 5)), (2029, 1, (2029, 1, 1))]
)
def test_a_quarter_begins_on_its_first_monday(year, quarter, monday):
    assert phases_of_quarter(year, quarter, vote=False)["call"][0] == dt.datetime(*monday, tzinfo=PARIS)


def test_a_quarter_s_phases_are_whole_weeks_on_the_city_s_clock():
    found = phases_of_quarter(2027, 1, vote=True)  # clocks change on 28 March 2027

    days = {kind: (start.strftime("%m-%d %H:%M"), end.strftime("%m-%d %H:%M")) for kind, (start, end) in found.items()}
    assert days == {
        "call": ("01-04 00:00", "01-18 00:00"),
        "sorting": ("01-18 00:00", "02-01 00:00"),
        "vote": ("01-25 00:00", "02-01 00:00"),
        "work": ("02-01 00:00", "03-08 00:00"),
        "note": ("03-08 00:00", "03-29 00:00"),
    }
    assert found["note"][1] - found["note"][0] == dt.timedelta(weeks=3)  # wall clock; one hour less has passed
    assert found["note"][1].astimezone(dt.UTC) == dt.datetime(2027, 3, 28, 22, tzinfo=dt.UTC)


def test_prepare_names_the_call_and_replaces_its_dates(by):
    call = Call(network=NetworkFactory(), title_fr="Que faut-il apprendre ?")

    calling.prepare(call, phases=phases_of_quarter(2027, 2, vote=False), by=by)
    calling.prepare(call, phases=(dates := phases_of_quarter(2027, 3, vote=False)), by=by)
    twin = calling.prepare(Call(title_fr="Que faut-il apprendre ?"), phases=dates, by=by)

    assert (call.slug, twin.slug) == ("que-faut-il-apprendre", "que-faut-il-apprendre-2")
    assert phases_of(call) == dates
    assert call.created_by == by


@pytest.mark.parametrize(
    ("vote", "change"),
    [
        ("", {"call": None}),
        ("", {"vote": (0, 1)}),
        ("approval", {"vote": None}),
        ("approval", {"vote": (6, 8)}),
        ("", {"sorting": (5, 5)}),
        ("", {"note": (-9, 1)}),
    ],
)
def test_prepare_refuses_dates_that_no_call_has(by, vote, change):
    now = timezone.now()
    good = {"call": (-7, 7), "sorting": (7, 9), "note": (9, 12)} | ({"vote": (7, 8)} if vote else {})
    call = Call(title_fr="Quoi ?", vote=vote)

    def prepare(days):
        dates = {k: tuple(now + dt.timedelta(days=d) for d in v) for k, v in days.items() if v}
        calling.prepare(call, phases=dates, by=by)

    with pytest.raises(IdeaRefused):
        prepare(good | change)
    assert not Call.objects.exists()
    prepare(good)
    assert Call.objects.exists()


@pytest.mark.parametrize("lacks", ["how_decided_fr", "responsible", "answer_by", "dates", "nothing"])
def test_publish_needs_what_people_read_first(by, lacks):
    call = CallFactory(draft=True, phase="note" if lacks == "dates" else None)
    if lacks not in ("dates", "nothing"):
        Call.objects.filter(pk=call.pk).update(**{lacks: "" if lacks == "how_decided_fr" else None})
    if lacks == "how_decided_fr":
        Call.objects.filter(pk=call.pk).update(how_decided_en="")

    if lacks == "nothing":
        assert calling.publish(call, by=by).published_at == calling.publish(call, by=by).published_at
    else:
        with pytest.raises(IdeaRefused):
            calling.publish(call, by=by)

    assert Call.objects.get().state == ("published" if lacks == "nothing" else "draft")


def test_how_it_is_decided_stays_once_the_call_has_opened(by):
    call = CallFactory()
    call.how_decided_fr = "Le maire choisit."

    with pytest.raises(IdeaRefused):
        calling.prepare(call, phases=phases_of(call), by=by)

    assert Call.objects.get().how_decided_fr != "Le maire choisit."


def test_how_it_is_decided_stays_in_each_language(by):
    call = CallFactory()
    call.how_decided_en = "The mayor chooses."

    with pytest.raises(IdeaRefused):
        calling.prepare(call, phases=phases_of(call), by=by)

    assert Call.objects.get().how_decided_en != "The mayor chooses."


@pytest.mark.parametrize("lacks", ["responsible", "answer_by"])
def test_a_published_call_never_loses_who_answers_and_by_when(by, lacks):
    call, draft = CallFactory(), CallFactory(draft=True)
    setattr(call, lacks, None)
    setattr(draft, lacks, None)

    with pytest.raises(IdeaRefused):
        calling.prepare(call, phases=phases_of(call), by=by)
    calling.prepare(draft, phases=phases_of(draft), by=by)

    assert [getattr(row, lacks) is None for row in Call.objects.order_by("pk")] == [False, True]


def test_a_vote_s_rule_stays_once_it_has_begun(by):
    call = CallFactory(by_points=True, phase="vote")
    dates = phases_of(call)
    call.points = 3
    with pytest.raises(IdeaRefused):
        calling.prepare(call, phases=dates, by=by)
    call.points = 10

    calling.prepare(call, phases=dates | {"vote": (dates["vote"][0], dates["vote"][1] + dt.timedelta(days=1))}, by=by)

    assert phases_of(Call.objects.get())["vote"][1] == dates["vote"][1] + dt.timedelta(days=1)


@pytest.mark.parametrize("meanwhile", ["published", "sealed"])
def test_a_form_opened_before_does_not_take_back_what_happened_meanwhile(by, meanwhile):
    call = CallFactory(by_points=True, phase="work") if meanwhile == "sealed" else CallFactory(draft=True)
    stale = Call.objects.get(pk=call.pk)
    if meanwhile == "sealed":
        assert voting.close_due() == 1
    else:
        calling.publish(call, by=by)
    stale.title_fr = "Que faut-il encore apprendre ?"

    calling.prepare(stale, phases=phases_of(stale), by=by)

    row = Call.objects.get()
    assert (row.state, row.title_fr) == ("published", "Que faut-il encore apprendre ?")
    assert row.published_at is not None
    assert (row.sealed_at is not None, voting.close_due()) == (meanwhile == "sealed", 0)
