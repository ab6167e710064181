import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from events.models import Slot
from events.scheduling import Place
from tests.factories.events import VenueFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory
from tests.office import inside, still
from trainings import programming
from trainings.models import Session, Theme, Training

pytestmark = pytest.mark.django_db


@pytest.fixture
def training():
    return TrainingFactory(theme=None, network=NetworkFactory())


@pytest.fixture
def organiser(training):
    return inside(NetworkOrganiserFactory(network=training.network).user)


def url(name, *args):
    return reverse(f"organise-trainings:{name}", args=args)


@pytest.mark.parametrize("role", ["other_organiser", "in_charge", "volunteer"])
def test_only_the_networks_organisers_get_in(training, role):
    session = SessionFactory(training=training)
    user = UserFactory()
    if role == "other_organiser":
        NetworkOrganiserFactory(user=user)
    if role == "in_charge":
        session.slot.people_in_charge.add(user)
    client = inside(user)

    lists = [client.get(url(name)).status_code for name in ("list", "training-add", "theme-add")]
    own = [client.get(url(name, training.pk)).status_code for name in ("training", "training-edit", "session-add")]
    copy = client.post(url("session-duplicate", session.slot_id)).status_code

    assert lists == ([200] * 3 if role == "other_organiser" else [403] * 3)
    assert set(own) <= ({404} if role == "other_organiser" else {403, 404})
    assert copy == (403 if role == "volunteer" else 404)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("count", [1, 30])
def test_list_and_training_queries(training, organiser, django_assert_num_queries, count):
    for _ in range(count):
        SessionFactory(training=training)
        TrainingFactory(theme=None, network=training.network)
    with still():
        for page in (url("list"), url("training", training.pk)):
            organiser.get(page)
        with django_assert_num_queries(LIST_QUERIES):
            assert len(organiser.get(url("list")).context["page_obj"]) == count + 1
        with django_assert_num_queries(TRAINING_QUERIES):
            assert len(organiser.get(url("training", training.pk)).context["rows"]) == count


LIST_QUERIES = 11
TRAINING_QUERIES = 10


def test_theme_once_a_quarter(training, organiser):
    year = timezone.localdate().year
    data = {"network": training.network_id, "year": year, "quarter": 4, "title_fr": "Aller vers", "title_en": ""}

    organiser.post(url("theme-add"), data)
    again = organiser.post(url("theme-add"), data)

    assert set(again.context["form"].errors) == {"quarter"}
    assert Theme.objects.count() == 1


def test_training_made_with_a_slug_of_its_own(training, organiser):
    data = {"network": training.network_id, "kind": "visit", "title_fr": "L’été à vélo", "title_en": "Summer by bike"}

    for _ in range(2):
        organiser.post(url("training-add"), data)

    made = Training.objects.exclude(pk=training.pk).order_by("pk")
    assert [(row.slug, row.title_en) for row in made] == [
        ("lete-a-velo", "Summer by bike"),
        ("lete-a-velo-2", "Summer by bike"),
    ]


def test_training_refuses_a_foreign_network_and_theme(training, organiser):
    other = ThemeFactory()
    data = {"network": other.network_id, "kind": "visit", "title_fr": "X", "theme": other.pk}

    answer = organiser.post(url("training-add"), data)

    assert set(answer.context["form"].errors) == {"network", "theme"}
    assert Training.objects.count() == 1


def test_training_in_two_tabs(training, organiser):
    form = organiser.get(url("training-edit", training.pk)).context["form"]
    data = {"seen": form["seen"].value(), "kind": "visit", "title_fr": "Un"}
    organiser.post(url("training-edit", training.pk), data)

    stale = organiser.post(url("training-edit", training.pk), data | {"title_fr": "Deux"})

    assert stale.context["form"].has_error("__all__", "stale")
    training.refresh_from_db()
    assert training.title_fr == "Un"


def session_data(starts_at, **data):
    starts_at = timezone.localtime(starts_at)
    ends_at = starts_at + dt.timedelta(hours=2)
    return {"starts_at": f"{starts_at:%Y-%m-%dT%H:%M}", "ends_at": f"{ends_at:%Y-%m-%dT%H:%M}", "capacity": 12} | data


def test_session_is_a_draft_with_the_trainings_titles(training, organiser):
    venue = VenueFactory()
    data = session_data(timezone.now() + dt.timedelta(days=9), venue=venue.pk)

    answer = organiser.post(url("session-add", training.pk), data)

    slot = Session.objects.get().slot
    assert answer.url == reverse("organise:slot", args=[slot.pk])
    assert (slot.state, slot.kind, slot.network, slot.venue) == ("draft", "training", training.network, venue)
    assert (slot.title_fr, slot.title_en, slot.capacity) == (training.title_fr, training.title_en, 12)


@time_machine.travel("2026-11-02 09:00 +0100", tick=False)
def test_session_stays_in_the_quarter_of_its_theme(training, organiser):
    training.theme = ThemeFactory(network=training.network, year=2026, quarter=4)
    training.save()
    venue = VenueFactory().pk

    late = organiser.post(
        url("session-add", training.pk), session_data(dt.datetime(2027, 1, 1, 9, tzinfo=dt.UTC), venue=venue)
    )
    assert set(late.context["form"].errors) == {"starts_at"}
    # 23:30 in Paris on New Year's Eve is still the fourth quarter.
    organiser.post(
        url("session-add", training.pk), session_data(dt.datetime(2026, 12, 31, 22, 30, tzinfo=dt.UTC), venue=venue)
    )
    assert Session.objects.count() == 1


def test_session_duplicated_in_one_click(training, organiser):
    trainer = UserFactory()
    session = SessionFactory(training=training, slot__approval=True)
    session.slot.people_in_charge.add(trainer)

    first = organiser.post(url("session-duplicate", session.slot_id))
    organiser.post(url("session-duplicate", session.slot_id))

    copies = Slot.objects.exclude(pk=session.slot_id).order_by("starts_at")
    assert [(c.starts_at - session.slot.starts_at).days for c in copies] == [7, 14]
    assert {(c.state, c.approval, c.seats_taken, *c.people_in_charge.all()) for c in copies} == {
        ("draft", True, 0, trainer)
    }
    assert first.url == reverse("organise:move", args=[copies[0].pk])


def test_duplicate_keeps_the_hour_across_the_change_of_clocks(training):
    starts_at = dt.datetime(2027, 3, 25, 17, 30, tzinfo=dt.UTC)  # 18:30 in Paris
    session = programming.add_session(
        training,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=2),
        place=Place(VenueFactory()),
        capacity=5,
        opens_at=None,
        closes_at=starts_at - dt.timedelta(days=1),
        approval=False,
        in_charge=[],
        by=UserFactory(),
    )

    copy = programming.duplicate_session(session, by=UserFactory()).slot

    assert timezone.localtime(copy.starts_at).strftime("%d %H:%M") == "01 18:30"
    assert timezone.localtime(copy.closes_at).strftime("%d %H:%M") == "31 18:30"
