import pytest
from django.core.cache import caches

from ideas import answering, sorting
from ideas.models import Comment, Idea, Report, Support
from tests.factories.ideas import CommentFactory, IdeaFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside
from volunteers import consenting

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea():
    return IdeaFactory()


@pytest.fixture
def me():
    me = VolunteerFactory(user__first_name="Awa")
    for purpose in consenting.NEEDED:
        consenting.give(me.user, purpose=purpose, form="tests")
    return me


@pytest.fixture
def mine(client, me):
    client.force_login(me.user)
    return client


def supporters(idea):
    return Idea.objects.values_list("supporters", flat=True).get(pk=idea.pk)


def test_support_is_one_click_the_same_twice_and_taken_back(mine, idea):
    url = f"/ideas/{idea.pk}/support/"

    first = mine.post(url)
    again = mine.post(url)

    assert (
        (first.status_code, first["Location"]) == (again.status_code, again["Location"]) == (302, f"/ideas/{idea.pk}/")
    )
    assert supporters(idea) == 1
    mine.post(url, {"back": "1"})
    mine.post(url, {"back": "1"})
    assert supporters(idea) == 0


def test_support_leads_back_to_the_list_it_came_from_and_nowhere_else(mine, idea):
    here = mine.post(f"/ideas/{idea.pk}/support/", {"next": "/ideas/calls/learn/?page=2"})
    away = mine.post(f"/ideas/{idea.pk}/support/", {"next": "//evil.example/"})

    assert here["Location"] == "/ideas/calls/learn/?page=2"
    assert away["Location"] == f"/ideas/{idea.pk}/"


def test_support_in_place_answers_with_the_count_and_the_way_back(mine, idea):
    given = mine.post(f"/ideas/{idea.pk}/support/", headers={"HX-Request": "true"}).content.decode()
    back = mine.post(f"/ideas/{idea.pk}/support/", {"back": "1"}, headers={"HX-Request": "true"}).content.decode()

    assert given.startswith(f'<div class="support" id="support-{idea.pk}">')
    assert "<b>1</b>" in given and 'name="back"' in given
    assert "<b>0</b>" in back and 'name="back"' not in back


def test_support_of_a_merged_idea_is_given_where_it_is_read(mine, me, idea):
    other = IdeaFactory(call=idea.call)
    sorting.merge(other, into=idea, reason="C'est la même.", by=UserFactory())

    response = mine.post(f"/ideas/{other.pk}/support/")

    assert response["Location"] == f"/ideas/{idea.pk}/"
    assert list(Support.objects.values_list("idea", "volunteer")) == [(idea.pk, me.pk)]


def test_support_that_comes_too_late_says_so_in_place_too(mine, idea):
    answering.answer(idea, state="adopted", reason="Oui.", by=UserFactory())

    page = mine.post(f"/ideas/{idea.pk}/support/", follow=True).content.decode()
    in_place = mine.post(f"/ideas/{idea.pk}/support/", headers={"HX-Request": "true"})

    assert "Cette idée a reçu sa réponse" in page
    assert in_place["HX-Redirect"] == f"/ideas/{idea.pk}/"
    assert supporters(idea) == 0


def test_one_s_own_idea_is_not_supported(client, idea):
    client.force_login(idea.author.user)

    assert client.post(f"/ideas/{idea.pk}/support/").status_code == 403
    assert supporters(idea) == 0


@pytest.mark.parametrize("what", ["support", "comment"])
def test_whoever_is_not_signed_in_comes_back_to_the_idea_after_the_code(client, idea, what):
    response = client.post(f"/ideas/{idea.pk}/{what}/", {"text": "Bien."})

    assert response["Location"] == f"/account/login/?next=/ideas/{idea.pk}/"


def test_charter_comes_first_for_who_never_agreed(client, idea):
    client.force_login(VolunteerFactory().user)

    asked = client.post(f"/ideas/{idea.pk}/support/")
    assert asked.status_code == 422 and 'name="charter"' in asked.content.decode() and supporters(idea) == 0

    client.post(f"/ideas/{idea.pk}/support/", {"charter": "on", "adult": "on"})
    assert supporters(idea) == 1


def test_comment_is_read_by_everybody(mine, idea):
    response = mine.post(f"/ideas/{idea.pk}/comment/", {"text": "Avec <b>des outils</b>."})

    comment = Comment.objects.get()
    page = mine.get(f"/ideas/{idea.pk}/").content.decode()
    assert response["Location"] == f"/ideas/{idea.pk}/#comment-{comment.pk}"
    assert "Avec &lt;b&gt;des outils&lt;/b&gt;." in page and "Awa" in page


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_comment_that_cannot_be_kept_is_shown_again(mine, idea, text):
    response = mine.post(f"/ideas/{idea.pk}/comment/", {"text": text})

    assert response.status_code == 422 and 'aria-invalid="true"' in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not Comment.objects.exists()


def test_organiser_comments_as_one(idea):
    organiser = NetworkOrganiserFactory(network=idea.call.network, user=UserFactory(first_name="Claire")).user
    VolunteerFactory(user=organiser)
    for purpose in consenting.NEEDED:
        consenting.give(organiser, purpose=purpose, form="tests")

    inside(organiser).post(f"/ideas/{idea.pk}/comment/", {"text": "Combien de personnes ?"})

    assert Comment.objects.get().by_organisers is True


def test_twenty_comments_an_hour_and_no_more(mine, idea):
    caches["default"].clear()

    codes = [mine.post(f"/ideas/{idea.pk}/comment/", {"text": f"Numéro {n}."}).status_code for n in range(21)]

    assert codes == [302] * 20 + [429]
    assert Comment.objects.count() == 20


def test_report_asks_why_and_tells_the_organisers_once(mine, me, idea):
    comment = CommentFactory(idea=idea, text="Achetez mes lampes")
    url = f"/ideas/{idea.pk}/report/?comment={comment.pk}"

    asked = mine.get(url)
    empty = mine.post(url, {"reason": " "})
    mine.post(url, {"reason": "Publicité"})
    mine.post(url, {"reason": "Publicité"})

    assert "Achetez mes lampes" in asked.content.decode() and empty.status_code == 422
    assert list(Report.objects.values_list("idea", "comment", "by", "reason")) == [
        (idea.pk, comment.pk, me.user_id, "Publicité")
    ]


def test_report_names_a_comment_of_that_idea_only(mine, idea):
    elsewhere = CommentFactory()

    for named in (elsewhere.pk, "0", "x", "9" * 30, "²"):
        assert mine.get(f"/ideas/{idea.pk}/report/?comment={named}").status_code == 404
    mine.post(f"/ideas/{idea.pk}/report/", {"reason": "Le texte lui-même."})
    assert list(Report.objects.values_list("idea", "comment")) == [(idea.pk, None)]
