import datetime as dt

import pytest
from django.utils import timezone

from ideas import answering, outcomes, sorting, supporting, talking
from ideas.models import Call, Idea, Step
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, UserFactory, VolunteerFactory
from tests.office import inside
from volunteers import consenting
from volunteers.models import NetworkOrganiser

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea():
    return IdeaFactory(author=VolunteerFactory(user__first_name="Lou"))


def page_of(client, idea, query=""):
    return client.get(f"/ideas/{idea.pk}/{query}").content.decode()


def agreed(**fields):
    me = VolunteerFactory(**fields)
    for purpose in consenting.NEEDED:
        consenting.give(me.user, purpose=purpose, form="tests")
    return me


@pytest.mark.parametrize("count", [1, 30])
def test_idea_takes_the_same_queries_whatever_its_story(clock, client, idea, count, django_assert_num_queries):
    organiser = UserFactory()
    for other in IdeaFactory.create_batch(count, call=idea.call):
        CommentFactory(idea=other)
        sorting.merge(other, into=idea, reason="C'est la même.", by=organiser)
    client.get(f"/ideas/{idea.pk}/?warm")  # menus and names are read once a second

    with django_assert_num_queries(6):
        client.get(f"/ideas/{idea.pk}/?page")


def test_story_tells_each_step_by_whom_and_why(client, idea):
    organiser = UserFactory(first_name="Claire", last_name="Martin")
    sorting.study(idea, by=organiser)
    answering.answer(idea, state="declined", reason="La salle est trop petite.", by=organiser)
    answering.answer(idea, state="adopted", reason="Une autre salle est libre.", by=organiser)

    page = page_of(client, idea)

    story = page[page.index('id="story"') :]
    assert [story.index(words) for words in ("Lou", "À l’étude", "La salle est trop petite.")] == sorted(
        story.index(words) for words in ("Lou", "À l’étude", "La salle est trop petite.")
    )
    answer = page[page.index('id="answer"') : page.index('id="comments"')]
    assert "Une autre salle est libre." in answer and "La salle est trop petite." not in answer
    assert f"Claire, {idea.call.network.name}" in answer
    assert "Martin" not in page


def test_merged_idea_leads_to_its_head_and_says_why(client, idea):
    other = IdeaFactory(call=idea.call, title="Mendier un pneu")
    sorting.merge(other, into=idea, reason="Elles demandent la même chose.", by=UserFactory())

    page = page_of(client, other)

    assert "Cette idée a été réunie à une autre" in page and "Elles demandent la même chose." in page
    assert f'href="/ideas/{idea.pk}/"' in page
    assert f"/ideas/{other.pk}/support/" not in page


def test_head_lists_what_was_merged_with_authors_and_all_that_was_said(client, idea):
    other = IdeaFactory(call=idea.call, title="Changer un pneu", author=VolunteerFactory(user__first_name="Nina"))
    CommentFactory(idea=other, text="Avec une pompe.")
    CommentFactory(idea=idea, text="Un dimanche.")
    sorting.merge(other, into=idea, reason="C'est la même.", by=UserFactory())

    page = page_of(client, idea)

    merged = page[page.index('id="merged"') : page.index('id="comments"')]
    assert "Changer un pneu" in merged and "Nina" in merged
    assert "Avec une pompe." in page and "Un dimanche." in page
    assert "Une autre idée a été réunie à celle-ci" in page


def test_hidden_text_leaves_its_place_and_the_reason(client, idea):
    comment = CommentFactory(idea=idea, text="Achetez mes lampes")
    talking.hide(comment, reason="Publicité.", by=UserFactory())
    hidden = IdeaFactory(title="Lampes", text="Achetez mes lampes", picture="ideas/a.jpg")
    talking.hide(hidden, reason="Encore de la publicité.", by=UserFactory())

    said, written = page_of(client, idea), page_of(client, hidden)

    assert "Achetez mes lampes" not in said and "Publicité." in said
    assert "lampes" not in written.lower() and "Encore de la publicité." in written
    assert client.get(f"/ideas/{hidden.pk}/picture/").status_code == 404


def test_who_has_left_is_somebody_who_has_left(client, idea):
    CommentFactory(idea=idea, author=None)
    Idea.objects.filter(pk=idea.pk).update(author=None)
    Step.objects.update(by=None)

    assert page_of(client, idea).count("Une personne qui est partie") == 3  # the idea, the comment, the first step


def test_association_stands_for_the_person_everywhere(client, idea):
    Idea.objects.filter(pk=idea.pk).update(association=AssociationFactory(name="Les Voisins"))

    page = page_of(client, idea)

    assert page.count("Les Voisins") == 2 and "Lou" not in page


def test_outcome_is_a_link(client, idea, monkeypatch):
    monkeypatch.setattr(outcomes, "_kinds", {})
    outcomes.register(outcomes.OutcomeKind(Call, "Devenue cet appel :", lambda call: f"/ideas/calls/{call.slug}/"))
    outcomes.link(idea, target=CallFactory(slug="what-came", title_fr="La suite"), by=UserFactory())

    assert 'Devenue cet appel : <a href="/ideas/calls/what-came/">La suite</a>' in page_of(client, idea)


def test_title_and_shared_card_name_nobody(client, idea):
    head = page_of(client, idea).split("</head>")[0]

    assert f"<title>{idea.title} · " in head and f'property="og:title" content="{idea.title}"' in head
    assert "Lou" not in head


def test_page_is_the_same_for_all_who_are_not_signed_in(client, idea):
    response = client.get(f"/ideas/{idea.pk}/")

    page = response.content.decode()
    assert response.microcache is True and not response.cookies and "csrfmiddlewaretoken" not in page
    assert f"/account/login/?next=%2Fideas%2F{idea.pk}%2F" in page


def test_author_may_rewrite_and_take_back_others_may_support_and_comment(client, idea):
    client.force_login(idea.author.user)
    own = page_of(client, idea)
    client.force_login(agreed().user)
    theirs = page_of(client, idea)

    def offered(page):
        return {name for name in ("edit", "withdraw", "support", "comment", "report") if f"/{idea.pk}/{name}/" in page}

    assert offered(own) == {"edit", "withdraw", "comment"}
    assert offered(theirs) == {"support", "comment", "report"}


def test_supporter_sees_their_support(client, idea):
    me = agreed()
    supporting.support(me, idea=idea)
    client.force_login(me.user)

    assert 'name="back"' in page_of(client, idea)


def test_idea_of_a_draft_call_does_not_exist_but_for_its_organisers(client):
    idea = IdeaFactory(call=CallFactory(draft=True))
    organiser = UserFactory()
    NetworkOrganiser.objects.create(network=idea.call.network, user=organiser)

    assert client.get(f"/ideas/{idea.pk}/").status_code == 404
    assert inside(organiser).get(f"/ideas/{idea.pk}/").status_code == 200


def test_nothing_can_be_done_once_the_call_is_over(client, idea):
    client.force_login(agreed().user)
    idea.call.phases.update(starts_at=timezone.now(), ends_at=timezone.now() + dt.timedelta(microseconds=1))

    page = page_of(client, idea)

    assert f"/{idea.pk}/support/" not in page and f"/{idea.pk}/comment/" not in page
