"""Material is for the people registered: who they are, at which moment, and that no other way leads to it."""

import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.documents import get_document_model

from events import handouts
from events.models import Registration
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import MaterialFactory, SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside, still
from trainings import handing_out
from trainings.models import Material

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 3, 10, 10, 0, tzinfo=dt.UTC)
PDF = b"%PDF-1.7 a sheet"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def session():
    return SessionFactory(slot__starts_at=NOW + dt.timedelta(days=2))


@pytest.fixture
def me(client):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    return volunteer


def hand_out(session, *, for_all=True, moment="before", content=PDF, title="Sheet of the way"):
    return handing_out.hand_out(
        session.training,
        upload=SimpleUploadedFile("Jeanne Martin.pdf", content),
        moment=moment,
        session=None if for_all else session,
        titles={"fr": "Fiche du parcours", "en": title},
        by=UserFactory(),
    )


def address(material):
    with override("en"):
        return reverse("trainings:material", args=[material.pk])


def asked(browser, material):
    """The answer, read to its end, which closes the file; ``body`` is what was sent."""
    answer = browser.get(address(material))
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def form(**changes):
    upload = SimpleUploadedFile("fiche.pdf", PDF)
    return {"title_fr": "Fiche", "title_en": "Sheet", "moment": "before", "session": "", "file": upload} | changes


# --- Who may have it --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("for_all", [True, False], ids=["all dates", "one date"])
@pytest.mark.parametrize(
    ("facts", "gives"),
    [
        ({"state": "confirmed"}, True),
        ({"state": "waiting", "queue_number": 1, "confirmed_at": None}, False),
        ({"state": "pending", "pending_for": "approval", "confirmed_at": None}, False),
        ({"state": "pending", "pending_for": "offer", "confirmed_at": None}, False),
        ({"state": "cancelled", "end_reason": "person"}, False),
        ({"state": "refused"}, False),
    ],
    ids=lambda value: value.get("pending_for", value["state"]) if isinstance(value, dict) else "",
)
def test_only_a_confirmed_seat_gives_it(client, me, session, facts, gives, for_all):
    material = hand_out(session, for_all=for_all)
    RegistrationFactory(slot=session.slot, volunteer=me, **facts)

    answer = asked(client, material)

    assert answer.status_code == (200 if gives else 404)
    assert (answer.body == PDF) is gives


@pytest.mark.parametrize("seconds", [-1, 0])
def test_what_comes_after_is_given_once_the_date_is_over(client, me, session, clock, seconds):
    after = hand_out(session, moment="after")
    RegistrationFactory(slot=session.slot, volunteer=me)

    clock.move_to(session.slot.ends_at + dt.timedelta(seconds=seconds))

    assert asked(client, after).status_code == (404 if seconds else 200)


def test_date_of_another_training_or_another_date_gives_nothing(client, me, session):
    other = SessionFactory(training=session.training, slot__starts_at=NOW + dt.timedelta(days=3))
    files = hand_out(session, for_all=False), hand_out(SessionFactory())
    RegistrationFactory(slot=other.slot, volunteer=me)

    assert [asked(client, material).status_code for material in files] == [404, 404]


@pytest.mark.parametrize(
    ("role", "factor", "gives"),
    [
        ("in charge", True, True),
        ("in charge", False, False),
        ("in charge elsewhere", True, False),
        ("organiser", True, True),
        ("organiser", False, False),
        ("organiser elsewhere", True, False),
        ("administrator", True, True),
        ("administrator", False, False),
    ],
)
@pytest.mark.parametrize("for_all", [True, False], ids=["all dates", "one date"])
def test_who_runs_it_has_all_of_it_after_a_second_factor(client, session, role, factor, gives, for_all):
    material = hand_out(session, for_all=for_all, moment="after")
    user = UserFactory(administrator=role == "administrator")
    if role.startswith("in charge"):
        (SessionFactory() if "elsewhere" in role else session).slot.people_in_charge.add(user)
    if role.startswith("organiser"):
        network = SessionFactory().training.network if "elsewhere" in role else session.training.network
        NetworkOrganiserFactory(network=network, user=user)
    browser = inside(user) if factor else client
    if not factor:
        client.force_login(user)

    assert asked(browser, material).status_code == (200 if gives else 404)


def test_nobody_signed_in_signs_in_first(client, session):
    answer = asked(client, hand_out(session))

    assert answer.status_code == 302 and "/login/" in answer.url


# --- How it is given --------------------------------------------------------------------------------------------------
def test_file_is_saved_not_shown_and_kept_by_no_cache(client, me, session):
    material = hand_out(session)
    RegistrationFactory(slot=session.slot, volunteer=me)

    answer = asked(client, material)

    assert answer["Content-Disposition"] == 'attachment; filename="sheet-of-the-way.pdf"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]


def test_no_other_address_leads_to_it(client, session):
    material = hand_out(session)
    path = Path(material.file.path)

    assert path.is_relative_to(settings.VAR_DIR / "private") and not path.is_relative_to(settings.MEDIA_ROOT)
    assert "Jeanne" not in path.name
    assert get_document_model().objects.count() == 0
    assert client.get(material.file.url).status_code == 404


def test_file_that_is_gone_is_not_found(client, me, session):
    material = hand_out(session)
    RegistrationFactory(slot=session.slot, volunteer=me)
    Path(material.file.path).unlink()

    assert asked(client, material).status_code == 404


# --- Where it is listed -----------------------------------------------------------------------------------------------
def test_registration_and_space_list_what_one_may_have_now(client, me, session, clock):
    hand_out(session)
    hand_out(session, moment="after", title="To keep")
    row = RegistrationFactory(slot=session.slot, volunteer=me)
    with override("en"):
        pages = reverse("events:registration-detail", args=[row.uid]), reverse("events:space")
    before = [client.get(page).text for page in pages]
    clock.move_to(session.slot.ends_at)
    client.force_login(me.user)
    after = [client.get(page).text for page in pages]

    assert ["Sheet of the way" in text for text in before] == [True, True]
    assert ["To keep" in text for text in (*before, *after)] == [False, False, True, True]


def test_waiting_list_and_public_pages_list_nothing(client, me, session):
    hand_out(session)
    row = RegistrationFactory(slot=session.slot, volunteer=me, waiting=True)
    with override("en"):
        pages = [
            reverse("events:registration-detail", args=[row.uid]),
            reverse("events:space"),
            reverse("trainings:session-detail", args=[session.slot_id]),
            reverse("trainings:training-detail", args=[session.training.slug]),
        ]

    assert ["Sheet of the way" in client.get(page).text for page in pages] == [False] * 4


def test_person_in_charge_finds_all_of_it_on_the_dates_page(session):
    hand_out(session)
    hand_out(session, moment="after")
    user = UserFactory()
    session.slot.people_in_charge.add(user)

    page = inside(user).get(reverse("organise:slot", args=[session.slot_id]))

    assert [one.after for one in page.context["handouts"]] == [False, True]


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_files(session, count, django_assert_num_queries):
    others = SessionFactory.create_batch(3)
    MaterialFactory.create_batch(count, training=session.training)
    rows = [RegistrationFactory(slot=one.slot) for one in (session, *others)]
    rows = list(Registration.objects.filter(pk__in=[row.pk for row in rows]).select_related("slot"))

    with django_assert_num_queries(2):
        found = handouts.given_to(rows)
    with django_assert_num_queries(0):
        assert handouts.given_to([]) == {}

    assert {slot: len(files) for slot, files in found.items()} == {session.slot_id: count}


# --- Handing it out ---------------------------------------------------------------------------------------------------
def test_organiser_adds_a_file_for_one_date_and_a_second_click_adds_none(session):
    client = inside(NetworkOrganiserFactory(network=session.training.network).user)
    add = reverse("organise-trainings:material-add", args=[session.training_id])

    for _ in range(2):
        page = client.post(add, form(session=session.pk, moment="after"), follow=True)

    material = Material.objects.get()
    assert (material.title_fr, material.title_en, material.moment, material.session, material.size) == (
        "Fiche", "Sheet", "after", session, len(PDF),
    )  # fmt: skip
    assert "Fiche" in page.text
    with pytest.raises(IntegrityError), transaction.atomic():
        MaterialFactory(training=material.training, session=session, moment="after", sha256=material.sha256)


def test_title_in_one_language_is_enough(session):
    client = inside(NetworkOrganiserFactory(network=session.training.network).user)
    client.post(reverse("organise-trainings:material-add", args=[session.training_id]), form(title_fr=""))
    assert [row.title_en for row in Material.objects.all()] == ["Sheet"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"file": SimpleUploadedFile("fiche.pdf", b"<html>")}, "file"),
        ({"file": SimpleUploadedFile("fiche.svg", b"<svg/>")}, "file"),
        ({"file": SimpleUploadedFile("fiche.pdf", b"")}, "file"),
        ({"file": ""}, "file"),
        ({"title_fr": "", "title_en": " "}, "title_fr"),
        ({"moment": "never"}, "moment"),
        ({"session": "other"}, "session"),
    ],
)
def test_wrong_form_keeps_nothing(session, changes, field):
    client = inside(NetworkOrganiserFactory(network=session.training.network).user)
    other = SessionFactory()
    changes = {key: other.pk if value == "other" else value for key, value in changes.items()}

    page = client.post(reverse("organise-trainings:material-add", args=[session.training_id]), form(**changes))

    assert list(page.context["form"].errors) == [field]
    assert Material.objects.count() == 0


def test_removed_file_is_gone_from_the_disk(session, django_capture_on_commit_callbacks):
    client = inside(NetworkOrganiserFactory(network=session.training.network).user)
    material = hand_out(session)
    path = Path(material.file.path)
    remove = reverse("organise-trainings:material-remove", args=[material.pk])
    asked = client.get(remove)
    there = path.exists()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(remove)

    assert asked.status_code == 200 and there
    assert (Material.objects.count(), path.exists()) == (0, False)
    handing_out.take_back(material, by=UserFactory())


@pytest.mark.parametrize("count", [1, 30])
def test_organisers_page_takes_as_many_queries(count, django_assert_num_queries):
    training = TrainingFactory()
    session = SessionFactory(training=training, slot__starts_at=timezone.now() + dt.timedelta(days=1))
    MaterialFactory.create_batch(count, training=training, session=session)
    client = inside(NetworkOrganiserFactory(network=training.network).user)
    page = reverse("organise-trainings:training", args=[training.pk])
    client.get(page)

    with still(), django_assert_num_queries(11):
        assert client.get(page).text.count("Fiche du parcours") == 2 * count  # the link, and whom "Remove" is about
