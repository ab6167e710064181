"""What a training asks for, its dates ask for."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from events import occasions
from events.models import Slot
from events.scheduling import Place
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory, meet
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, QualificationFactory, UserFactory
from tests.office import inside
from trainings import programming
from trainings.models import Training
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db


@pytest.fixture
def training():
    training = TrainingFactory(theme=None, network=NetworkFactory())
    training.prerequisites.add(QualificationFactory())
    return training


@pytest.fixture
def organiser(training):
    return inside(NetworkOrganiserFactory(network=training.network).user)


def asked(*slots):
    return [Slot.objects.get(pk=slot.pk).asked for slot in slots]


def answers(client, training, **changes):
    form = client.get(reverse("organise-trainings:training-edit", args=[training.pk])).context["form"]
    shown = {name: form[name].value() for name in form.fields} | changes
    return {name: "" if value is None else value for name, value in shown.items()}


def test_new_session_and_its_copy_ask_for_what_the_training_asks(training):
    terms = {"starts_at": timezone.now() + dt.timedelta(days=7), "ends_at": timezone.now() + dt.timedelta(days=8)}
    terms |= {"place": Place(None), "capacity": 5, "opens_at": None, "closes_at": None, "approval": False}
    by = UserFactory()

    session = programming.add_session(training, in_charge=[], by=by, **terms)
    copy = programming.duplicate_session(session, by=by)

    keys = [row.pk for row in training.prerequisites.all()]
    assert asked(session.slot, copy.slot) == [keys, keys]


def test_change_goes_to_the_dates_that_are_not_over(training, organiser):
    coming, over = SessionFactory(training=training).slot, SessionFactory(training=training).slot
    Slot.objects.filter(pk=over.pk).update(
        starts_at=timezone.now() - dt.timedelta(days=2), ends_at=timezone.now() - dt.timedelta(days=1)
    )
    elsewhere = SessionFactory().slot
    registered = RegistrationFactory(slot=coming)
    new = QualificationFactory()

    page = organiser.post(
        reverse("organise-trainings:training-edit", args=[training.pk]),
        answers(organiser, training, prerequisites=[new.pk]),
        follow=True,
    )

    assert list(training.prerequisites.all()) == [new]
    assert asked(coming, over, elsewhere) == [[new.pk], [], []]
    assert ["1 date" in str(message) for message in page.context["messages"]] == [True]
    registered.refresh_from_db()
    assert registered.state == "confirmed"


def test_administration_does_so_too(training):
    slot = SessionFactory(training=training).slot
    client = inside(UserFactory(administrator=True))
    texts = {f"{name}_{code}": getattr(training, f"{name}_{code}") or ""
             for name in ("title", "summary", "aims", "audience") for code in ("fr", "en")}  # fmt: skip
    keys = [row.pk for row in training.prerequisites.all()]

    client.post(
        reverse("admin:trainings_training_change", args=[training.pk]),
        texts | {"kind": "visit", "theme": "", "given_by": "", "grants": "", "prerequisites": keys, "length": 90},
    )

    training.refresh_from_db()
    assert (training.kind, training.length) == ("visit", 90)
    assert asked(slot) == [keys]


def test_months_need_the_qualification_that_they_are_of(training, organiser):
    address = reverse("organise-trainings:training-edit", args=[training.pk])

    refused = organiser.post(address, answers(organiser, training, grants_months=12))
    granted = QualificationFactory()
    organiser.post(address, answers(organiser, training, grants=granted.pk, grants_months=12))

    assert list(refused.context["form"].errors) == ["grants_months"]
    assert Training.objects.values_list("grants", "grants_months").get(pk=training.pk) == (granted.pk, 12)
    with pytest.raises(IntegrityError), transaction.atomic():
        Training.objects.filter(pk=training.pk).update(grants=None)


def test_address_of_a_page_is_no_trainings():
    training = programming.name_training(Training(title_fr="For me"))

    assert training.slug == "for-me-2"


@pytest.mark.parametrize("ticked", [True, False])
def test_organiser_adds_somebody_by_a_box_that_is_the_same_for_all(training, organiser, ticked):
    slot = SlotFactory(network=training.network)
    slot = SessionFactory(training=training, slot=slot).slot
    programming.ask_of_sessions(training, by=UserFactory())
    (one,) = training.prerequisites.all()
    holder = UserFactory(email="holds@example.org")
    QualificationHeld.objects.create(
        volunteer=RegistrationFactory(volunteer__user=holder).volunteer,
        qualification=one,
        granted_on=dt.date(2020, 1, 1),
    )
    address = reverse("organise:person-add", args=[slot.pk])
    said = []

    for email in ("holds@example.org", "lacks@example.org"):
        page = organiser.post(address, {"email": email} | ({"vouched": "on"} if ticked else {}), follow=True)
        said.append([str(message) for message in page.context["messages"]])
        if not ticked:
            assert list(page.context["form"].errors) == ["vouched"]

    assert slot.registrations.count() == (2 if ticked else 0)
    assert [len(messages) for messages in said] == ([1, 2] if ticked else [0, 0])
    assert [one.name_fr in messages[-1] for messages in said if messages] == ([False, True] if ticked else [])


def test_copy_of_several_meetings_comes_after_the_last_with_the_hours_of_the_clocks(training):
    zone = timezone.get_default_timezone()
    starts = [dt.datetime(2027, 3, day, 10, tzinfo=zone) for day in (6, 13, 20)]
    session = SessionFactory(training=training)
    elsewhere = VenueFactory()
    meet(session.slot, *starts, venue=elsewhere)

    copies = [programming.duplicate_session(session, by=UserFactory()) for _click in range(2)]

    copy = Slot.objects.get(pk=copies[0].slot_id)
    assert [f"{timezone.localtime(one.starts_at):%d/%m %H:%M}" for one in occasions.of(copy)] == [
        "27/03 10:00",
        "03/04 10:00",  # the clocks have changed
        "10/04 10:00",
    ]
    assert [one.venue == elsewhere for one in occasions.of(copy)] == [False, True, False]
    assert (copy.dates, copy.ends_at, copy.state) == (3, occasions.of(copy)[2].ends_at, "draft")
    assert timezone.localtime(copies[1].slot.starts_at).date() == dt.date(2027, 4, 3)
