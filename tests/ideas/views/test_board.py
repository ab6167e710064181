import datetime as dt

import pytest
from django.utils import timezone

from ideas.models import Phase
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory

pytestmark = pytest.mark.django_db


def over():
    call = CallFactory()
    Phase.objects.filter(call=call).update(ends_at=timezone.now(), starts_at=timezone.now() - dt.timedelta(days=9))
    return call


@pytest.mark.parametrize("count", [1, 30])
def test_board_takes_the_same_queries_whatever_its_size(clock, client, count, django_assert_num_queries):
    for call in CallFactory.create_batch(count):
        IdeaFactory(call=call)
    over()
    client.get("/ideas/?page=2")  # menus and names are read once a second

    with django_assert_num_queries(6):
        client.get("/ideas/?page=1")


def test_board_shows_what_goes_on_then_what_is_over_and_no_draft(client):
    running, past, draft = CallFactory(), over(), CallFactory(draft=True)

    page = client.get("/ideas/").content.decode()

    assert page.index(running.title_fr) < page.index("Appels passés") < page.index(past.title_fr)
    assert draft.title_fr not in page


def shown(client, query, calls):
    page = client.get(f"/ideas/?{query}").content.decode()
    return [name for name, call in calls.items() if call.title_fr in page]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("network=climate", ["welcome"]),
        ("kind=kit", ["sorted"]),
        ("phase=call", ["welcome"]),
        ("phase=sorting", ["sorted"]),
        ("phase=note", []),
        ("phase=over", ["past"]),
        ("phase=announced", ["announced"]),
        ("phase=nonsense&network=nowhere", ["welcome", "sorted", "past", "announced"]),
    ],
)
def test_board_is_filtered_by_network_kind_and_phase(client, query, found):
    calls = {
        "welcome": CallFactory(network=NetworkFactory(slug="climate")),
        "sorted": CallFactory(kind="kit", phase="sorting"),
        "past": over(),
        "announced": CallFactory(),
    }
    later = timezone.now() + dt.timedelta(days=9)
    calls["announced"].phases.update(starts_at=later, ends_at=later + dt.timedelta(days=9))

    assert shown(client, query, calls) == found


def test_empty_board_says_so(client):
    assert "Aucun appel n’est ouvert en ce moment" in client.get("/ideas/").content.decode()


def test_board_is_the_same_for_all_who_are_not_signed_in(client):
    CallFactory()

    response = client.get("/ideas/")

    assert response.microcache is True
    assert not response.cookies and "csrfmiddlewaretoken" not in response.content.decode()
