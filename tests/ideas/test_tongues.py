"""What was written in one language is marked for whoever reads the pages in the other one."""

import importlib
import json
import re
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.utils import translation

from ideas import answering, proposing, sorting, talking, telling
from ideas.models import Comment, Idea, Step
from mail.models import Message
from mail.rendering import render
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, UserFactory, VolunteerFactory
from tests.ideas.views.organising import organiser_of, url
from volunteers import consenting

pytestmark = pytest.mark.django_db

ANSWER, SAID, ASKED, WHY, STUDIED = "Oui, en mars.", "Avec des outils.", "Pour combien ?", "Publicité.", "In English."


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def idea(by):
    """In French, with all that people can write about it, and one thing said in English."""
    call = CallFactory(network=NetworkFactory())
    idea = IdeaFactory(call=call, author=VolunteerFactory(user__language="en"))
    CommentFactory(idea=idea, text=SAID)
    talking.hide(CommentFactory(idea=idea), reason=WHY, by=by)
    sorting.ask(idea, question=ASKED, by=by)
    with translation.override("en"):
        CommentFactory(idea=idea, text=STUDIED)
    answering.answer(idea, state="adopted", reason=ANSWER, by=by)
    return idea


def tongues(page, text):
    """The ``lang`` of each element that begins with this text; "" where it has none."""
    tags = re.findall(rf"<(\w[^<>]*)>\s*(?:<p>)?{re.escape(text)}", page)
    return {found[1] if (found := re.search(r'lang="(\w+)"', tag)) else "" for tag in tags}


@pytest.mark.parametrize(("prefix", "french", "english"), [("/en", "fr", ""), ("", "", "en")])
def test_the_idea_s_page_marks_what_is_in_the_other_language(client, idea, prefix, french, english):
    page = client.get(f"{prefix}/ideas/{idea.pk}/").content.decode()

    found = {text: tongues(page, text) for text in (ANSWER, SAID, ASKED, WHY, STUDIED)}
    assert found == {ANSWER: {french}, SAID: {french}, ASKED: {french}, WHY: {french}, STUDIED: {english}}


def test_lists_mark_the_answer_and_why_a_text_is_hidden(client, by, idea):
    talking.hide(hidden := IdeaFactory(call=idea.call), reason=WHY, by=by)

    page = client.get(f"/en/ideas/calls/{idea.call.slug}/").content.decode()
    its_own = client.get(f"/en/ideas/{hidden.pk}/").content.decode()

    assert (tongues(page, ANSWER), tongues(page, WHY), tongues(its_own, WHY)) == ({"fr"}, {"fr"}, {"fr"})


def test_the_desk_marks_it_too(idea):
    page = organiser_of(idea.call).get(f"/en{url('idea', idea.pk)}").content.decode()

    found = {text: tongues(page, text) for text in (ANSWER, SAID, ASKED, WHY, STUDIED)}
    assert found == {ANSWER: {"fr"}, SAID: {"fr"}, ASKED: {"fr"}, WHY: {"fr"}, STUDIED: {""}}


def test_what_one_writes_is_in_the_language_of_the_page(client):
    idea = IdeaFactory()
    me = VolunteerFactory()
    for purpose in consenting.NEEDED:
        consenting.give(me.user, purpose=purpose, form="tests")
    client.force_login(me.user)

    client.post(f"/en/ideas/{idea.pk}/comment/", {"text": "With tools."})
    client.post(f"/ideas/{idea.pk}/comment/", {"text": "Avec des outils."})

    assert list(Comment.objects.values_list("text", "language")) == [("With tools.", "en"), ("Avec des outils.", "fr")]


def test_a_merge_keeps_the_language_of_its_reason(client, by):
    head = IdeaFactory()
    idea = IdeaFactory(call=head.call)
    sorting.merge(idea, into=head, reason="C'est la même.", by=by)

    page = client.get(f"/en/ideas/{idea.pk}/").content.decode()

    assert tongues(page, "C&#x27;est la même.") == {"fr"}


def test_mail_marks_it(idea):
    message = Message.objects.select_related("user").get(user=idea.author.user, kind=telling.KIND)
    message.language = "en"

    page = render(message).alternatives[0].content

    assert (tongues(page, ANSWER), tongues(page, ASKED), tongues(page, idea.title)) == ({"fr"}, {"fr"}, {"fr"})


def test_the_feed_marks_it(client, idea):
    with translation.override("en"):
        answering.answer(IdeaFactory(language="en", text="Made up."), state="declined", reason="No.", by=UserFactory())
    tree = ElementTree.fromstring(client.get("/en/ideas/feed.atom").content)

    summaries = tree.iter("{http://www.w3.org/2005/Atom}summary")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert {one.text: one.get(lang) for one in summaries} == {
        ANSWER: "fr", idea.text: "fr", "Made up.": "en", "No.": "en",
    }  # fmt: skip


def test_data_say_it(client, idea):
    (row,) = json.loads(client.get(f"/ideas/calls/{idea.call.slug}/ideas.json").getvalue())["ideas"]

    assert (row["answer"], row["answer_language"], row["hidden_language"]) == (ANSWER, "fr", "")


def test_withdrawing_on_an_english_page_is_said_in_english():
    idea = IdeaFactory()
    with translation.override("en"):
        proposing.withdraw(idea, by=idea.author.user, reason="I move away.")

    assert Step.objects.get(kind="withdrawn").language == "en"


def test_what_was_written_before_is_in_the_idea_s_language_or_the_city_s(idea):
    Idea.objects.filter(pk=idea.pk).update(language="en", hidden_reason=WHY)
    for rows in (Comment.objects, Step.objects):
        rows.update(language="fr")
    Comment.objects.update(hidden_language="")

    importlib.import_module("ideas.migrations.0006_tongues_of_what_was_said").fill(apps, None)

    assert set(Comment.objects.values_list("by_organisers", "language")) == {(False, "en"), (True, "fr")}
    assert set(Step.objects.values_list("by_organisers", "language")) == {(False, "en"), (True, "fr")}
    assert Idea.objects.get(pk=idea.pk).hidden_language == "fr"
    assert set(Comment.objects.values_list("hidden_reason", "hidden_language")) == {(WHY, "fr"), ("", "")}
