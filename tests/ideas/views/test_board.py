import pytest

from tests.factories.ideas import CallFactory, IdeaFactory
from tests.office import still

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 30])
def test_board_takes_the_same_queries_whatever_its_size(client, count, django_assert_num_queries):
    for call in CallFactory.create_batch(count):
        IdeaFactory(call=call)
    with still():
        client.get("/ideas/?page=2")  # menus and names are read once a second
        with django_assert_num_queries(3):
            client.get("/ideas/")


def test_board_shows_what_goes_on_then_what_is_over_and_no_draft(client):
    running, over = CallFactory(), CallFactory()
    over.phases.all().delete()
    draft = CallFactory(draft=True)

    page = client.get("/ideas/").content.decode()

    assert page.index(running.title_fr) < page.index("Appels passés") < page.index(over.title_fr)
    assert draft.title_fr not in page
