import pytest

from ideas import sorting, supporting
from tests.factories.ideas import IdeaFactory
from tests.factories.volunteers import AssociationFactory, UserFactory, VolunteerFactory
from volunteers.models import AssociationMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    me = VolunteerFactory()
    client.force_login(me.user)
    return me


def test_my_ideas_are_mine_my_associations_and_what_i_support(client, me):
    association = AssociationFactory()
    AssociationMember.objects.create(association=association, user=me.user)
    own = IdeaFactory(author=me)
    ours, supported, other = IdeaFactory(association=association), IdeaFactory(), IdeaFactory()
    supporting.support(me, idea=supported)

    page = client.get("/ideas/mine/").content.decode()

    proposed, _, support = page.partition('id="supported"')
    listed = {name: f'id="idea-{idea.pk}"' for name, idea in
              {"own": own, "ours": ours, "supported": supported, "other": other}.items()}  # fmt: skip
    assert [name for name, mark in listed.items() if mark in proposed] == ["own", "ours"]
    assert [name for name, mark in listed.items() if mark in support] == ["supported"]


def test_merged_idea_says_where_it_is_read(client, me):
    own = IdeaFactory(author=me)
    head = IdeaFactory(call=own.call, title="Apprendre à réparer")
    sorting.merge(own, into=head, reason="C'est la même.", by=UserFactory())

    page = client.get("/ideas/mine/").content.decode()

    assert f'href="/ideas/{head.pk}/">Apprendre à réparer</a>' in page


@pytest.mark.parametrize("count", [1, 15])
def test_my_ideas_take_the_same_queries_whatever_their_number(clock, client, me, count, django_assert_num_queries):
    for idea in IdeaFactory.create_batch(count):
        supporting.support(me, idea=idea)
    IdeaFactory.create_batch(count, author=me)
    client.get("/ideas/mine/")

    with django_assert_num_queries(18):
        client.get("/ideas/mine/")


def test_empty_page_says_where_to_begin(client, me):
    assert "Vous n’avez encore rien proposé" in client.get("/ideas/mine/").content.decode()
