import pytest

from tests.factories.events import RegistrationFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers import framing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    framing.rendered.cache_clear()


def look(client, number, **headers):
    """The list at another address each time, so that no whole answer is kept."""
    return client.get(f"/trainings/?page=1&look={number}", headers=headers).content.decode()


def test_page_is_rendered_once_until_a_seat_is_taken(client):
    session = SessionFactory(slot__capacity=9)
    client.get("/trainings/")
    before = framing.rendered.cache_info().misses
    client.get("/trainings/", headers={"hx-request": "true"})  # not the answer that is kept whole
    unchanged = framing.rendered.cache_info().misses

    RegistrationFactory(slot=session.slot)
    after = look(client, 1)

    assert unchanged == before
    assert framing.rendered.cache_info().misses > before
    assert "<b>8</b>" in after


def test_page_of_somebody_signed_in_is_their_own(client):
    SessionFactory()
    shared = look(client, 1)
    client.force_login(VolunteerFactory().user)

    own = look(client, 2)

    assert "/my-space/" not in shared and "/my-space/" in own
    assert "/my-space/" not in look(type(client)(), 3)


def test_what_was_to_be_said_is_said_to_who_has_signed_out(client):
    SessionFactory()
    look(client, 1)
    client.force_login(VolunteerFactory().user)
    client.post("/account/logout/")

    said = look(client, 2)

    assert "toast" in said.split('id="toasts"')[1].split("</div>")[0]


def test_page_names_the_host_it_was_asked_from(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    SessionFactory()

    assert "http://one.example/" in look(client, 1, host="one.example")
    assert "http://two.example/" in look(client, 1, host="two.example")
