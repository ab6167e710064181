"""What a date asks for is said before anybody is refused, on every page that leads to a seat."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from events import registering, requiring
from events.models import Registration, Slot
from mail.models import Message
from tests.events.views.register_form import address, details, signed_in
from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory, TrainingFactory
from tests.factories.volunteers import NetworkOrganiserFactory, QualificationFactory, UserFactory, VolunteerFactory
from tests.office import inside, still
from volunteers.models import QualificationHeld

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 3, 10, 10, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def going_towards():
    return QualificationFactory()


@pytest.fixture
def slot(going_towards):
    slot = SessionFactory(slot__starts_at=NOW + dt.timedelta(days=20)).slot
    requiring.require(Slot.objects.filter(pk=slot.pk), [going_towards], by=UserFactory())
    return Slot.objects.get(pk=slot.pk)


@pytest.fixture
def way(going_towards):
    """The next date of a training that grants it."""
    training = TrainingFactory(grants=going_towards, title_en="How to meet people")
    return SessionFactory(training=training, slot__starts_at=NOW + dt.timedelta(days=3))


def hold(volunteer, qualification, until=None):
    QualificationHeld.objects.create(
        volunteer=volunteer, qualification=qualification, granted_on=dt.date(2020, 1, 1), expires_on=until
    )


def pages(slot):
    """The date's own page and the one to register on, in English."""
    with override("en"):
        return [reverse("trainings:session-detail", args=[slot.pk]), address(slot)]


def code_in_the_mail(to):
    return Message.objects.filter(to=to, kind="account/login_code").latest("pk").context["code"]


@pytest.mark.parametrize("which", [0, 1])
def test_whoever_is_not_signed_in_reads_what_is_asked_the_way_to_it_and_finds_the_form(client, slot, way, which):
    page = client.get(pages(slot)[which]).text

    assert "Asks for: Going towards" in page
    assert "How to meet people" in page and f"/en/trainings/sessions/{way.slot_id}/" in page
    assert 'name="email"' in page


@pytest.mark.parametrize("which", [0, 1])
def test_whoever_lacks_it_finds_the_way_and_no_button(client, slot, way, which):
    signed_in(client)

    page = client.get(pages(slot)[which])

    assert page.status_code == 200
    assert "You do not hold this qualification yet" in page.text and "How to meet people" in page.text
    assert f'action="{address(slot)}"' not in page.text and "Take a seat" not in page.text


@pytest.mark.parametrize("which", [0, 1])
def test_whoever_holds_it_is_told_and_finds_the_button(client, slot, way, going_towards, which):
    hold(signed_in(client), going_towards, dt.date(2027, 3, 30))

    page = client.get(pages(slot)[which]).text

    assert "You hold it, until 30 March 2027" in page or "You hold it, until March 30, 2027" in page
    assert "How to meet people" not in page
    assert "Take a seat" in page


def test_what_ends_before_the_date_is_told_with_its_day(client, slot, way, going_towards):
    hold(signed_in(client), going_towards, dt.date(2027, 3, 29))

    page = client.get(address(slot)).text

    assert "which is before this date" in page and "How to meet people" in page


def test_click_of_a_page_left_open_is_answered_with_the_way(client, slot, way):
    signed_in(client)

    answer = client.post(address(slot))

    assert answer.status_code == 409
    assert "How to meet people" in answer.text and "Too late" not in answer.text
    assert Registration.objects.count() == 0


def test_address_that_lacks_it_gets_the_way_with_its_code_and_no_seat_meanwhile(client, slot, way):
    answer = client.post(address(slot), details())
    waiting = client.get(answer.url).text
    seats = Slot.objects.get(pk=slot.pk).seats_taken
    page = client.post(answer.url, {"code": code_in_the_mail("awa@example.org")}, follow=True)

    assert "no seat is kept meanwhile" in waiting and seats == 0
    assert page.redirect_chain[-1][0] == address(slot)
    assert "One thing comes first" in page.text and "How to meet people" in page.text
    assert Registration.objects.count() == 0


def test_address_that_holds_it_gets_its_seat_with_the_code(client, slot, going_towards):
    volunteer = VolunteerFactory(user__email="awa@example.org")
    hold(volunteer, going_towards)

    answer = client.post(address(slot), details())
    client.post(answer.url, {"code": code_in_the_mail("awa@example.org")}, follow=True)

    assert list(Registration.objects.values_list("volunteer", "state")) == [(volunteer.pk, "confirmed")]


def test_answers_to_an_address_do_not_tell_what_it_holds(client, slot, going_towards):
    hold(VolunteerFactory(user__email="holds@example.org"), going_towards)
    VolunteerFactory(user__email="lacks@example.org")
    read = []
    for email in ("holds@example.org", "lacks@example.org", "nobody@example.org"):
        client.cookies.clear()
        answer = client.post(address(slot), details(email=email), follow=True)
        read.append(answer.text.replace(email, "").split("<main", 1)[1].split("csrfmiddlewaretoken")[0])

    assert read == [read[0]] * 3


def test_cancelled_registration_offers_no_button_that_would_refuse(client, slot, way):
    volunteer = signed_in(client)
    row = RegistrationFactory(slot=slot, volunteer=volunteer, cancelled=True)

    page = client.get(reverse("events:registration-detail", args=[row.uid]))

    assert page.context["may_register_again"] is False
    assert f"/trainings/sessions/{way.slot_id}/" in page.text


def test_way_leaves_out_what_is_no_way(client, slot, going_towards):
    training = TrainingFactory(grants=going_towards)
    starts_at = NOW + dt.timedelta(days=3)
    refresher, draft, gone, closed = (
        SessionFactory(training=training, slot__starts_at=starts_at, **more)
        for more in (
            {},
            {"slot__draft": True},
            {"slot__cancelled": True},
            {"slot__closes_at": NOW - dt.timedelta(days=1)},
        )
    )
    requiring.require(Slot.objects.filter(pk=refresher.slot_id), [going_towards], by=UserFactory())

    page = client.get(pages(slot)[0]).text

    assert "No date of a training that gives it is planned yet" in page
    assert [row.slot_id for row in (refresher, draft, gone, closed) if f"sessions/{row.slot_id}/" in page] == []


@pytest.mark.parametrize("count", [1, 30])
def test_queries_do_not_grow_with_the_ways(client, slot, going_towards, count, django_assert_num_queries):
    training = TrainingFactory(grants=going_towards)
    SessionFactory.create_batch(count, training=training, slot__starts_at=NOW + dt.timedelta(days=3))
    client.get(pages(slot)[0])

    # session, its row, others, what is asked, its ways, their rows, the ideas that it came of
    with still(), django_assert_num_queries(7):
        page = client.get(pages(slot)[0])

    assert len(page.context["asked"][0].ways) == min(count, 3)


def test_organiser_sees_who_lacks_what_the_date_asks_for(slot, going_towards):
    holder, other = VolunteerFactory(), VolunteerFactory()
    hold(holder, going_towards)
    for volunteer in (holder, other):
        registering.register(volunteer, slot=slot, by=volunteer.user, vouched=True)
    client = inside(NetworkOrganiserFactory(network=slot.network).user)

    page = client.get(reverse("organise:slot", args=[slot.pk]))

    said = {row.volunteer_id: row.lacks for row in page.context["page_obj"]}
    assert said == {holder.pk: "", other.pk: going_towards.name_fr}
