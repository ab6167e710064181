import pytest
from django.utils import timezone

from ideas import answering, sorting, supporting
from ideas.models import Group, Idea, Support
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import (
    AssociationFactory,
    DistrictFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import inside
from volunteers import consenting

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory(slug="learn")


@pytest.fixture
def me():
    me = VolunteerFactory(user__first_name="Awa")
    for purpose in consenting.NEEDED:
        consenting.give(me.user, purpose=purpose, form="tests")
    return me


def page_of(client, query=""):
    return client.get(f"/ideas/calls/learn/{query}").content.decode()


def listed(client, ideas, query=""):
    """Which of these ideas the page lists, in its order."""
    page = page_of(client, query)
    places = {name: page.find(f'id="idea-{idea.pk}"') for name, idea in ideas.items()}
    return sorted((name for name in places if places[name] >= 0), key=places.__getitem__)


@pytest.mark.parametrize("count", [1, 30])
def test_call_takes_the_same_queries_whatever_its_size(clock, client, call, count, django_assert_num_queries):
    for idea in IdeaFactory.create_batch(count, call=call, district=DistrictFactory()):
        CommentFactory(idea=idea)
        Support.objects.create(idea=idea, volunteer=VolunteerFactory())
    client.get("/ideas/calls/learn/?page=2")  # menus and names are read once a second

    with django_assert_num_queries(12):
        client.get("/ideas/calls/learn/?page=1&order=supported")


@pytest.mark.parametrize("count", [1, 30])
def test_call_takes_the_same_queries_for_who_is_signed_in(clock, client, call, me, count, django_assert_num_queries):
    for idea in IdeaFactory.create_batch(count, call=call):
        supporting.support(me, idea=idea)
    client.force_login(me.user)
    client.get("/ideas/calls/learn/?page=2")

    with django_assert_num_queries(19):
        client.get("/ideas/calls/learn/?page=1")


def test_call_tells_its_question_its_rule_who_answers_and_when(client, call):
    call.responsible = UserFactory(first_name="Claire", last_name="Martin")
    call.save()

    page = page_of(client)

    assert call.title_fr in page and "Le réseau choisit trois idées" in page
    assert "Claire répond à chaque idée" in page and "Martin" not in page
    assert page.count('aria-current="step"') == 1


def test_newest_come_first_while_ideas_are_sent_and_the_most_supported_afterwards(client, call):
    old, new = IdeaFactory(call=call, supporters=5), IdeaFactory(call=call)
    ideas = {"old": old, "new": new}

    assert listed(client, ideas) == ["new", "old"]
    assert listed(client, ideas, "?order=supported") == ["old", "new"]
    call.phases.filter(kind="call").update(ends_at=timezone.now())
    assert listed(client, ideas, "?page=1") == ["old", "new"]  # not the page that was kept a moment ago


def test_those_that_wait_longest_come_before_the_answered_ones(client, call):
    first, answered, second = IdeaFactory.create_batch(3, call=call)
    answering.answer(answered, state="declined", reason="Trop cher.", by=UserFactory())

    ideas = {"first": first, "answered": answered, "second": second}
    assert listed(client, ideas, "?order=waiting") == ["first", "second", "answered"]


def test_ideas_are_searched_without_accents_in_merged_ones_too_but_not_in_hidden_ones(client, call):
    bike, garden, child, hidden = (
        IdeaFactory(call=call, title=title, text="Un samedi.")
        for title in ("Réparer son vélo", "Planter un jardin", "Semer des fèves", "Réparer tout")
    )
    sorting.merge(child, into=garden, reason="C'est la même.", by=UserFactory())
    Idea.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now(), hidden_reason="Publicité.")
    ideas = {"bike": bike, "garden": garden, "child": child, "hidden": hidden}

    assert listed(client, ideas, "?q=REPARER+velo") == ["bike"]
    assert listed(client, ideas, "?q=feves") == ["garden"]
    assert listed(client, ideas, "?q=reparer") == ["bike"]
    assert listed(client, ideas, "?q=nothing") == []


def test_ideas_are_filtered_by_state_district_and_group(client, call):
    district, group = DistrictFactory(code="11"), Group.objects.create(call=call, name="Vélo")
    plain = IdeaFactory(call=call)
    there = IdeaFactory(call=call, district=district)
    grouped = IdeaFactory(call=call, group=group)
    merged = IdeaFactory(call=call)
    sorting.merge(merged, into=plain, reason="C'est la même.", by=UserFactory())
    ideas = {"plain": plain, "there": there, "grouped": grouped, "merged": merged}

    assert listed(client, ideas) == ["grouped", "there", "plain"]
    assert listed(client, ideas, "?district=11") == ["there"]
    assert listed(client, ideas, f"?group={group.pk}") == ["grouped"]
    assert listed(client, ideas, "?state=merged") == ["merged"]
    assert listed(client, ideas, "?state=adopted") == []


def test_mine_are_what_i_proposed_and_what_i_support(client, call, me):
    mine, theirs, other = IdeaFactory(call=call, author=me), IdeaFactory(call=call), IdeaFactory(call=call)
    supporting.support(me, idea=theirs)
    ideas = {"mine": mine, "theirs": theirs, "other": other}

    assert listed(client, ideas, "?mine=proposed") == ["other", "theirs", "mine"]  # nobody is signed in
    client.force_login(me.user)
    assert listed(client, ideas, "?mine=proposed") == ["mine"]
    assert listed(client, ideas, "?mine=supported") == ["theirs"]


def test_authors_are_a_first_name_and_a_district_or_an_association_and_nothing_else(client, call):
    author = VolunteerFactory(user__first_name="Lou", user__last_name="Quenouille", user__email="lou@secret.example")
    IdeaFactory(call=call, author=author, district=DistrictFactory(name="Popincourt"))
    IdeaFactory(call=call, author=author, association=AssociationFactory(name="Les Voisins"))
    IdeaFactory(call=call, author=None)

    page = page_of(client)

    assert "Lou, Popincourt" in page and "Les Voisins" in page and "Une personne qui est partie" in page
    assert "Quenouille" not in page and "lou@secret.example" not in page


def test_answer_shows_its_first_sentence(client, call):
    idea = IdeaFactory(call=call)
    answering.answer(idea, state="adopted", reason="Oui, en mars. La salle est trouvée.", by=UserFactory())

    page = page_of(client)

    assert "Oui, en mars." in page and "La salle est trouvée." not in page


def test_a_hidden_idea_keeps_its_place_and_shows_only_why(client, call):
    IdeaFactory(call=call, title="Achetez mes lampes", hidden_at=timezone.now(), hidden_reason="Publicité.")

    page = page_of(client)

    assert "Une idée dont le texte est masqué" in page and "Publicité." in page
    assert "Achetez mes lampes" not in page


def test_only_who_may_support_gets_the_buttons(client, call, me):
    own, other = IdeaFactory(call=call, author=me), IdeaFactory(call=call)
    shared = client.get("/ideas/calls/learn/")
    client.force_login(me.user)

    page = page_of(client)

    assert shared.microcache is True and not shared.cookies
    assert "csrfmiddlewaretoken" not in shared.content.decode()
    assert f'hx-post="/ideas/{other.pk}/support/"' in page and f'hx-post="/ideas/{own.pk}/support/"' not in page


def test_a_draft_is_shown_to_its_organisers_alone(client):
    call = CallFactory(slug="learn", draft=True)
    organiser = NetworkOrganiserFactory(network=call.network).user

    assert client.get("/ideas/calls/learn/").status_code == 404
    assert inside(organiser).get("/ideas/calls/learn/").status_code == 200
