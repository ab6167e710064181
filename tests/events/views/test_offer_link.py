"""The link in the mail that offers a seat: saying yes or no without signing in."""

import pytest

from events.models import Registration
from tests.events.views.offered import BOXES, agreed, clashing, link_of, offered
from tests.factories.volunteers import UserFactory
from volunteers import consenting

pytestmark = pytest.mark.django_db


def test_clash_keeps_nobody_from_saying_no_by_the_link(client):
    registration = agreed(offered())
    clashing(registration)

    client.post(link_of(registration), {"decline": "yes"})

    registration.refresh_from_db()
    assert registration.state == "cancelled"


def test_link_shows_the_offer_and_answers_nothing_by_itself(client):
    registration = offered()

    page = client.get(link_of(registration))

    assert page.context["stands"] is True
    assert registration.volunteer.user.email not in page.text
    registration.refresh_from_db()
    assert registration.state == "pending"


@pytest.mark.parametrize(("data", "state"), [({}, "confirmed"), ({"decline": "yes"}, "cancelled")])
def test_link_answers_by_its_buttons(client, data, state):
    registration = agreed(offered())

    page = client.post(link_of(registration), data)

    assert page.status_code == 200
    registration.refresh_from_db()
    assert registration.state == state
    assert page.context["stands"] is False


def test_whoever_was_put_on_the_list_agrees_before_saying_yes_by_the_link(client):
    registration = offered()
    link, user = link_of(registration), registration.volunteer.user

    pages = [client.get(link), client.post(link), client.post(link, BOXES | {"charter": ""})]

    assert [page.status_code for page in pages] == [200, 200, 422]
    assert [set(page.context["agreement"].fields) for page in pages] == [{"charter", "adult"}] * 3
    assert set(pages[2].context["agreement"].errors) == {"charter"}
    assert [page.context["stands"] for page in pages] == [True] * 3
    registration.refresh_from_db()
    assert (registration.state, consenting.missing(user)) == ("pending", ["charter", "adult"])

    client.post(link, BOXES)

    registration.refresh_from_db()
    assert (registration.state, consenting.missing(user)) == ("confirmed", [])
    assert set(user.consents.values_list("form", flat=True)) == {"offer"}


def test_link_says_when_the_reader_is_signed_in_as_somebody_else(client):
    registration = offered()
    words = "This seat is offered to somebody else"

    assert words not in client.get(link_of(registration)).text
    client.force_login(registration.volunteer.user)
    assert words not in client.get(link_of(registration)).text
    client.force_login(UserFactory())
    assert words in client.get(link_of(registration)).text


def test_only_what_is_missing_is_asked_behind_the_link(client):
    registration = offered()
    consenting.give(registration.volunteer.user, purpose="adult", form="test")

    assert set(client.get(link_of(registration)).context["agreement"].fields) == {"charter"}


def test_saying_no_by_the_link_asks_for_no_agreement(client):
    registration = offered()

    client.post(link_of(registration), {"agreeing": "yes", "decline": "yes"})

    registration.refresh_from_db()
    assert registration.state == "cancelled"
    assert not registration.volunteer.user.consents.exists()


def test_link_of_an_earlier_offer_is_worth_nothing(client):
    registration = offered()
    link = link_of(registration)
    Registration.objects.update(sequence=registration.sequence + 2)

    page = client.post(link)

    assert page.context["stands"] is False
    registration.refresh_from_db()
    assert registration.state == "pending"


def test_forged_link_is_not_found(client):
    registration = offered()

    assert client.get(link_of(registration)[:-2] + "x/").status_code == 404
