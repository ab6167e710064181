import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from events import scheduling
from events.models import Slot
from events.scheduling import Place
from events.views import feed_url
from mail.delivering import deliver_due
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
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
TRAINING_QUERIES = 11


def test_list_says_of_a_training_that_it_has_no_date(training, organiser):
    page = organiser.get(url("list")).content.decode()
    assert '<span class="soft">aucune</span>' in page
    assert "Thèmes de ce trimestre et des suivants" in page


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


def test_a_title_in_english_alone_is_enough_from_the_training_to_its_dates(training, organiser, client):
    year, quarter = timezone.localdate().year + 1, 1
    theme = {"network": training.network_id, "year": year, "quarter": quarter, "title_fr": "", "title_en": "By bike"}
    organiser.post(url("theme-add"), theme)
    organiser.post(
        url("training-add"), {"network": training.network_id, "kind": "visit", "title_fr": "", "title_en": "By bike"}
    )
    made = Training.objects.get(slug="by-bike")

    data = session_data(timezone.now() + dt.timedelta(days=9), venue=VenueFactory().pk)
    organiser.post(url("session-add", made.pk), data)
    slot = Session.objects.get(training=made).slot
    organiser.post(reverse("organise:publish", args=[slot.pk]))

    pages = [client.get(f"{tongue}/trainings/sessions/{slot.pk}/").text for tongue in ("", "/en")]
    assert [row.title_en for row in Theme.objects.exclude(title_en="Going towards")] == ["By bike"]
    for language in ("fr", "en"):
        with override(language):
            assert [str(row.title) for row in (made, Slot.objects.get(pk=slot.pk))] == ["By bike"] * 2
    assert ["<h1" in page and "By bike" in page for page in pages] == [True, True]
    assert ['lang="en">By bike' in page for page in pages] == [True, False]
    assert "By bike" in client.get("/trainings/?q=bike").text


@pytest.mark.parametrize("page", ["theme-add", "training-add", "training-edit", "terms"])
def test_a_title_in_no_language_is_refused_at_its_field(training, organiser, page):
    slot = dated(training, network=training.network)
    here = {
        "theme-add": url("theme-add"),
        "training-add": url("training-add"),
        "training-edit": url("training-edit", training.pk),
        "terms": reverse("organise:terms", args=[slot.pk]),
    }[page]
    form = organiser.get(here).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    filled = {"network": training.network_id, "kind": "visit", "year": timezone.localdate().year, "quarter": 4}
    data = {name: "" if value is None else value for name, value in (shown | filled).items()}

    found = []
    for titles in ({"title_fr": " ", "title_en": ""}, {"title_fr": "", "title_en": "By bike"}):
        answer = organiser.post(here, data | titles)
        found.append(set(answer.context["form"].errors) if answer.status_code == 200 else answer.status_code)

    assert found == [{"title_fr"}, 302]


def form_of(training, **changes):
    """What the form sends: every field as it is shown, but for the changes."""
    client = inside(NetworkOrganiserFactory(network=training.network).user)
    form = client.get(url("training-edit", training.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in (shown | changes).items()}


def dated(training, days=7, **titles):
    titles = {"title_fr": training.title_fr, "title_en": training.title_en} | titles
    starts_at = timezone.now() + dt.timedelta(days=days)
    return SessionFactory(training=training, slot=SlotFactory(starts_at=starts_at, **titles)).slot


def test_renaming_a_training_renames_its_dates_that_are_not_over(training, organiser):
    coming, online, draft = dated(training), dated(training, 14), dated(training, 21)
    Slot.objects.filter(pk=draft.pk).update(state="draft")
    over = dated(training, -7)
    by_hand = dated(training, title_fr="Aller vers, spéciale Noël")
    elsewhere = dated(
        TrainingFactory(theme=None, network=training.network), title_fr=training.title_fr, title_en=training.title_en
    )
    before = {slot.pk: Slot.objects.values().get(pk=slot.pk) for slot in (over, by_hand, elsewhere)}

    with override("en"):
        address = url("training-edit", training.pk)
        answer = organiser.post(address, form_of(training, title_fr="Aborder", title_en="Meeting"), follow=True)

    assert "Saved. 3 dates have the new title." in answer.text
    for slot in (coming, online, draft):
        slot.refresh_from_db()
        assert (slot.title, slot.title_fr, slot.title_en, slot.title_sequence) == ("Aborder", "Aborder", "Meeting", 1)
    assert {pk: Slot.objects.values().get(pk=pk) for pk in before} == before


def test_renaming_changes_calendars_and_mails_nobody(training, organiser):
    slot = dated(training)
    registration = RegistrationFactory(slot=slot)
    feed = feed_url(registration.volunteer)
    old = entry(organiser.get(feed))

    organiser.post(url("training-edit", training.pk), form_of(training, title_fr="Aborder"))
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        new = entry(organiser.get(feed))

    assert (old["SUMMARY"], new["SUMMARY"]) == (training.title_fr, "Aborder")
    assert (old["SEQUENCE"], new["SEQUENCE"]) == (0, 1)
    assert old["UID"] == new["UID"]
    assert not Message.objects.exists()


def test_renaming_does_not_swallow_the_message_about_a_move(training, organiser, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    slot = RegistrationFactory(slot=dated(training)).slot
    week = dt.timedelta(days=7)
    scheduling.move(
        slot, starts_at=slot.starts_at + week, ends_at=slot.ends_at + week, place=Place.of(slot), by=UserFactory()
    )

    organiser.post(url("training-edit", training.pk), form_of(training, title_fr="Aborder"))
    deliver_due()

    assert Message.objects.get().state == "sent"


def test_a_training_saved_without_a_new_title_changes_no_date(training, organiser):
    slot = dated(training)
    before = Slot.objects.values().get(pk=slot.pk)

    organiser.post(url("training-edit", training.pk), form_of(training, summary_fr="En une soirée."))

    assert Slot.objects.values().get(pk=slot.pk) == before


def entry(answer):
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


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


def test_session_is_within_three_years(training, organiser):
    far = session_data(timezone.now() + dt.timedelta(days=1100), venue=VenueFactory().pk)
    long_open = session_data(timezone.now() + dt.timedelta(days=9), venue=VenueFactory().pk)

    answers = [
        organiser.post(url("session-add", training.pk), data)
        for data in (far, long_open | {"opens_at": "0001-01-01T00:00"})
    ]

    assert [set(answer.context["form"].errors) for answer in answers] == [{"starts_at"}, {"opens_at"}]
    assert Session.objects.count() == 0


def test_copy_of_a_far_date_is_refused_in_words(training, organiser):
    far = dt.datetime(9999, 12, 31, 20, tzinfo=dt.UTC)
    slot = SlotFactory(starts_at=far, ends_at=far + dt.timedelta(hours=1), network=training.network)
    session = SessionFactory(training=training, slot=slot)

    answer = organiser.post(url("session-duplicate", session.slot_id), follow=True)

    assert "more than three years ahead" in answer.text or "trois ans" in answer.text
    assert Session.objects.count() == 1


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


def test_session_sent_twice_is_made_once(training, organiser):
    trainer = UserFactory()
    data = session_data(timezone.now() + dt.timedelta(days=9), venue=VenueFactory().pk, in_charge=trainer.email)

    answers = [organiser.post(url("session-add", training.pk), data) for _click in range(2)]

    [slot] = Slot.objects.all()
    assert [answer.url for answer in answers] == [reverse("organise:slot", args=[slot.pk])] * 2
    organiser.post(url("session-add", training.pk), data | {"in_charge": UserFactory().email})  # a second group
    organiser.post(url("session-add", training.pk), data | {"capacity": 13})
    assert Slot.objects.count() == 3


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
