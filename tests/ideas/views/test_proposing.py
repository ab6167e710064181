import io
import re

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from ideas import answering
from ideas.models import Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, DistrictFactory, UserFactory, VolunteerFactory
from volunteers import consenting
from volunteers.models import AssociationMember, User

pytestmark = pytest.mark.django_db

URL = "/ideas/calls/learn/propose/"
TYPED = {"title": "Réparer son vélo", "text": "Un atelier le samedi."}
WHO = {"email": "nina@example.org", "first_name": "Nina", "charter": "on", "adult": "on"}


@pytest.fixture
def call():
    return CallFactory(slug="learn")


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


def photograph(size=(40, 30)):
    content = io.BytesIO()
    Image.new("RGB", size, "green").save(content, "JPEG")
    return SimpleUploadedFile("IMG_Nina.jpg", content.getvalue(), "image/jpeg")


def close(call):
    call.phases.filter(kind="call").update(ends_at=timezone.now())


def test_idea_is_on_the_board_at_once(call, mine, me):
    district = DistrictFactory()

    response = mine.post(URL, TYPED | {"district": district.pk})

    idea = Idea.objects.get()
    assert response["Location"] == f"/ideas/{idea.pk}/"
    assert (idea.call, idea.author, idea.district, idea.state, idea.language) == (call, me, district, "open", "fr")
    assert [step.kind for step in idea.steps.all()] == ["proposed"]
    assert TYPED["title"] in mine.get("/ideas/calls/learn/").content.decode()


def test_the_same_sent_twice_is_one_idea(call, mine):
    mine.post(URL, TYPED)
    mine.post(URL, TYPED | {"sure": "1"})

    assert Idea.objects.count() == 1


def test_what_is_missing_is_said_and_what_was_typed_is_kept(call, mine):
    response = mine.post(URL, {"title": "", "text": "Un atelier."})

    assert response.status_code == 422 and ">\nUn atelier.</textarea>" in response.content.decode()
    assert not Idea.objects.exists()


def test_what_looks_like_it_is_shown_first_and_can_be_sent_all_the_same(call, mine):
    there = IdeaFactory(call=call, title="Réparer un vélo")

    asked = mine.post(URL, TYPED).content.decode()

    assert f'formaction="/ideas/{there.pk}/support/"' in asked and 'name="sure" value="1"' in asked
    assert 'value="Réparer son vélo"' in asked and Idea.objects.count() == 1
    mine.post(URL, TYPED | {"sure": "1"})
    assert Idea.objects.count() == 2


def test_own_idea_among_what_looks_like_it_is_said_to_be_so_and_not_to_support(call, mine, me):
    own = IdeaFactory(call=call, author=me, title="Réparer un vélo", text="Un atelier.")
    there = IdeaFactory(call=call, title="Réparer mon vélo", text="Un atelier.")

    for page in (mine.post(URL, TYPED), mine.post("/ideas/calls/learn/alike/", TYPED)):
        asked = page.content.decode()
        assert asked.count("elle compte déjà") == 1 and f'href="/ideas/{own.pk}/"' in asked
        assert re.findall(r'formaction="/ideas/([0-9]+)/support/"', asked) == [str(there.pk)]


def test_support_from_the_form_of_an_idea_supports_that_one(call, mine):
    there = IdeaFactory(call=call, title="Réparer un vélo")

    response = mine.post(f"/ideas/{there.pk}/support/", TYPED)

    assert response["Location"] == f"/ideas/{there.pk}/"
    assert Idea.objects.values_list("supporters", flat=True).get() == 1


@pytest.mark.parametrize("signed_in", [True, False])
def test_what_looks_like_it_is_shown_while_typing(call, client, me, signed_in):
    IdeaFactory(call=call, title="Réparer un vélo")
    IdeaFactory(call=call, title="Planter un jardin")
    if signed_in:
        client.force_login(me.user)

    found = client.post("/ideas/calls/learn/alike/", {"title": "reparer son velo"}).content.decode()
    nothing = client.post("/ideas/calls/learn/alike/", {"title": "xyz"}).content.decode()

    assert "Réparer un vélo" in found and "Planter un jardin" not in found
    assert ("formaction" in found) == signed_in
    assert nothing.strip() == ""
    assert client.get("/ideas/calls/learn/alike/").status_code == 405


def test_who_is_not_signed_in_gets_a_code_and_finds_the_words_again(call, client):
    district = DistrictFactory()

    sent = client.post(URL, TYPED | WHO | {"district": district.pk})

    assert sent["Location"].startswith("/account/login/code/confirm/") or "next=" in sent["Location"]
    assert not Idea.objects.exists()
    code = Message.objects.get(kind="account/login_code", to="nina@example.org").context["code"]
    back = client.post(sent["Location"], {"code": code})
    assert back["Location"] == URL
    page = client.get(URL).content.decode()
    assert 'value="Réparer son vélo"' in page and "Un atelier le samedi.</textarea>" in page
    assert f'<option value="{district.pk}" selected>' in page
    client.post(URL, TYPED)
    nina = User.objects.get(email="nina@example.org")
    assert Idea.objects.get().author.user == nina and nina.first_name == "Nina" and not consenting.missing(nina)
    assert "proposing" not in client.session


def test_words_kept_are_for_the_one_who_was_named(call, client, me):
    client.post(URL, TYPED | WHO)
    client.force_login(me.user)

    assert TYPED["title"] not in client.get(URL).content.decode()


def test_address_comes_first_wrong_or_missing_nothing_is_kept(call, client):
    response = client.post(URL, TYPED | WHO | {"email": "nina"})

    page = response.content.decode()
    assert response.status_code == 422 and 'value="Réparer son vélo"' in page
    assert "proposing" not in client.session and not Message.objects.exists()


def test_charter_is_asked_of_who_never_agreed(call, client):
    client.force_login(VolunteerFactory().user)

    assert client.post(URL, TYPED).status_code == 422 and not Idea.objects.exists()
    client.post(URL, TYPED | {"charter": "on", "adult": "on"})
    assert Idea.objects.count() == 1


def test_closed_call_and_people_it_does_not_ask(call, client, me):
    close(call)
    closed = client.get(URL), client.post(URL, TYPED | WHO)
    members = CallFactory(slug="members", audience="members")
    client.force_login(me.user)

    refused = client.post("/ideas/calls/members/propose/", TYPED)

    assert [response.status_code for response in closed] == [409, 409]
    assert (refused.status_code, members.ideas.count()) == (403, 0)
    assert "Rejoignez-le" in refused.content.decode()


def test_member_proposes_for_the_association_and_offers_to_give_it(call, mine, me):
    association, other = AssociationFactory(name="Les Voisins"), AssociationFactory()
    AssociationMember.objects.create(association=association, user=me.user)

    stranger = mine.post(URL, TYPED | {"association": other.pk})
    without = mine.post(URL, TYPED | {"offer": "give"})
    mine.post(URL, TYPED | {"association": association.pk, "offer": "give"})

    assert (stranger.status_code, without.status_code) == (422, 422)
    idea = Idea.objects.get()
    assert (idea.association, idea.offer) == (association, "give")


def test_picture_is_drawn_anew_and_shown_with_its_words(call, mine, settings):
    without_words = mine.post(URL, TYPED | {"picture": photograph()})
    mine.post(URL, TYPED | {"picture": photograph(), "picture_text": "Un vélo renversé"})

    idea = Idea.objects.get()
    assert without_words.status_code == 422
    assert idea.picture.name.startswith("ideas/") and "Nina" not in idea.picture.name
    page = mine.get(f"/ideas/{idea.pk}/").content.decode()
    assert 'alt="Un vélo renversé"' in page
    shown = mine.get(f"/ideas/{idea.pk}/picture/")
    assert shown["Content-Type"] == "image/jpeg" and Image.open(io.BytesIO(shown.getvalue())).size == (40, 30)


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"GIF89a"])
def test_what_is_no_picture_is_refused(call, mine, content):
    picture = SimpleUploadedFile("a.jpg", content, "image/jpeg")

    assert mine.post(URL, TYPED | {"picture": picture, "picture_text": "Rien"}).status_code == 422
    assert not Idea.objects.exists()


def test_twenty_ideas_an_hour_and_no_more(call, mine):
    caches["default"].clear()

    codes = [mine.post(URL, {"title": f"{n}", "text": "Un atelier.", "sure": "1"}).status_code for n in range(21)]

    assert codes == [302] * 20 + [429]


def test_idea_is_rewritten_and_its_old_picture_goes(call, mine, me, django_capture_on_commit_callbacks):
    mine.post(URL, TYPED | {"picture": photograph(), "picture_text": "Un vélo"})
    idea = Idea.objects.get()
    url, old = f"/ideas/{idea.pk}/edit/", idea.picture
    seen = mine.get(url).context["form"]["seen"].value()

    with django_capture_on_commit_callbacks(execute=True):
        mine.post(url, TYPED | {"seen": seen, "text": "Deux ateliers.", "without_picture": "on"})

    idea.refresh_from_db()
    assert (idea.text, idea.picture.name, idea.picture_text) == ("Deux ateliers.", "", "")
    assert not old.storage.exists(old.name)
    assert [step.kind for step in idea.steps.all()] == ["proposed", "edited"]


def test_idea_changed_in_another_tab_is_not_overwritten_unseen(call, mine, me):
    idea = IdeaFactory(call=call, author=me)
    url = f"/ideas/{idea.pk}/edit/"
    seen = mine.get(url).context["form"]["seen"].value()
    Idea.objects.filter(pk=idea.pk).update(text="Autre chose.")

    response = mine.post(url, TYPED | {"seen": seen})

    idea.refresh_from_db()
    assert (response.status_code, idea.text) == (422, "Autre chose.")


def test_only_its_author_rewrites_or_takes_back_and_not_after_the_call(call, mine, me):
    other, own = IdeaFactory(call=call), IdeaFactory(call=call, author=me)

    theirs = [mine.get(f"/ideas/{other.pk}/{what}/").status_code for what in ("edit", "withdraw")]
    close(call)
    late = mine.post(f"/ideas/{own.pk}/edit/", TYPED)

    assert (theirs, late.status_code, late["Location"]) == ([403, 403], 302, f"/ideas/{own.pk}/")
    assert "n’est plus réécrite" in mine.get(late["Location"]).content.decode().replace("\xa0", " ")
    own.refresh_from_db()
    assert own.title != TYPED["title"]


def test_idea_is_taken_back_with_a_reason_after_a_question(call, mine, me):
    idea = IdeaFactory(call=call, author=me)
    url = f"/ideas/{idea.pk}/withdraw/"

    asked, without = mine.get(url), mine.post(url, {"reason": " "})
    mine.post(url, {"reason": "Une association le fait déjà."})

    assert (asked.status_code, without.status_code) == (200, 422)
    idea.refresh_from_db()
    assert idea.state == "withdrawn"
    assert Step.objects.filter(idea=idea).last().reason == "Une association le fait déjà."


def test_answered_idea_is_not_taken_back(call, mine, me):
    idea = IdeaFactory(call=call, author=me)
    answering.answer(idea, state="adopted", reason="Oui.", by=UserFactory())

    response = mine.post(f"/ideas/{idea.pk}/withdraw/", {"reason": "Non."}, follow=True)

    idea.refresh_from_db()
    assert idea.state == "adopted" and "elle reste comme elle est" in response.content.decode()


def test_an_idea_that_people_vote_on_is_not_taken_back(mine, me):
    idea = IdeaFactory(call=CallFactory(approval=True, phase="vote"), author=me)

    response = mine.post(f"/ideas/{idea.pk}/withdraw/", {"reason": "Non."}, follow=True)

    idea.refresh_from_db()
    assert idea.state == "open" and "une fois le vote dépouillé" in response.content.decode()
