"""The mails about ideas as they are read: in both languages, as text and as a page."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from ideas import answering, proposing, sorting, supporting, talking, telling
from mail.models import Message
from mail.rendering import render
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory()


def letter(user, kind=telling.KIND, language="en"):
    """The subject, the text and the page of the one mail that waits for this person."""
    message = Message.objects.select_related("user").get(user=user, kind=kind)
    message.language = language
    email = render(message)
    return tuple(part.replace("\xa0", " ") for part in (email.subject, email.body, email.alternatives[0].content))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["News of 2 ideas", "(your idea)", "The answer: adopted", "Merged into “Vélo <b>”, where it is read"]),
     ("fr", ["Des nouvelles de 2 idées", "(votre idée)", "La réponse : retenue", "Fusionnée avec « Vélo <b> »"])],
)  # fmt: skip
def test_the_evening_s_mail_tells_each_step_with_its_reason(by, language, words):
    call = CallFactory()
    idea, other = IdeaFactory(call=call, title="Vélo <b>"), IdeaFactory(call=call)
    sorting.merge(other, into=idea, reason="C'est <la> même.", by=by)
    answering.answer(idea, state="adopted", reason="En avril.", by=by)

    subject, text, page = letter(idea.author.user, language=language)

    assert [subject == words[0], *(word in text for word in words[1:])] == [True] * 4
    assert ("C'est <la> même." in text, "<b>" in page, "<la>" in page) == (True, False, False)
    assert [f"/ideas/{one.pk}/" in part for one in (idea, other) for part in (text, page)] == [True] * 4


@pytest.mark.parametrize("act", ["study", "ask", "unmerge", "send_to", "reopen", "withdraw"])
def test_every_step_can_be_told(by, act):
    call, there = CallFactory(), CallFactory(title_en="What next?")
    idea, into = IdeaFactory.create_batch(2, call=call)
    supporter = VolunteerFactory()
    supporting.support(supporter, idea=idea)
    with time_machine.travel(timezone.now() - dt.timedelta(days=3)):
        if act == "unmerge":
            sorting.merge(idea, into=into, reason="Pareil.", by=by)
        if act == "reopen":
            answering.answer(idea, state="declined", reason="Trop cher.", by=by)
    Message.objects.all().delete()
    acts = {
        "study": lambda: sorting.study(idea, by=by),
        "ask": lambda: sorting.ask(idea, question="Pourquoi ?", by=by),
        "unmerge": lambda: sorting.unmerge(idea, by=by, reason="Pourquoi ?"),
        "send_to": lambda: sorting.send_to(idea, call=there, reason="Pourquoi ?", by=by),
        "reopen": lambda: answering.reopen(idea, reason="Pourquoi ?", by=by),
        "withdraw": lambda: proposing.withdraw(idea, by=idea.author.user, reason="Pourquoi ?"),
    }

    acts[act]()

    subject, text, page = letter(supporter.user)
    said = {
        "study": "Under study",
        "ask": "Question to the author",
        "unmerge": "Stands for itself again",
        "send_to": "Sent to another call: “What next?”",
        "reopen": "Opened again",
        "withdraw": "Withdrawn by its author",
    }[act]
    assert subject == f"News of an idea: {idea.title}"
    assert ([said in part for part in (text, page)], "Pourquoi ?" in text) == ([True] * 2, act != "study")


def test_what_is_hidden_is_not_in_the_mail(by):
    idea, supporter = IdeaFactory(title="Une insulte"), VolunteerFactory()
    supporting.support(supporter, idea=idea)
    proposing.withdraw(idea, by=idea.author.user, reason="Une autre insulte")
    assert "insulte" in " ".join(letter(supporter.user))

    talking.hide(idea, reason="Impoli.", by=by)

    assert "insulte" not in " ".join(letter(supporter.user))


@pytest.mark.parametrize("what", ["idea", "comment"])
def test_who_wrote_what_is_hidden_reads_which_text_why_and_what_to_do(by, what):
    comment = CommentFactory(idea__title="Vélo", text="Appelez le 01 23 45 67 89.")
    target = comment.idea if what == "idea" else comment

    talking.hide(target, reason="Un numéro de téléphone.", by=by)

    subject, text, page = letter(target.author.user)
    said = "The text of your idea was hidden" if what == "idea" else "Your comment was hidden by an organiser."
    words = [said, "Un numéro de téléphone.", "answer this message", "Vélo", comment.text if what == "comment" else ""]
    assert subject == "News of an idea: Vélo"
    assert [word in part for part in (text, page) for word in words] == [True] * 10


@pytest.mark.parametrize(
    ("language", "ideas", "subject"),
    [("en", 1, "1 idea waits for your answer"), ("fr", 2, "2 idées attendent votre réponse")],
)
def test_the_reminder_lists_what_waits(by, language, ideas, subject):
    with time_machine.travel(timezone.now() - dt.timedelta(days=20)):
        waiting = IdeaFactory.create_batch(ideas, call=CallFactory(responsible=by))

    answering.remind()

    found, text, page = letter(by, answering.REMINDER, language)
    days = "20 days" if language == "en" else "20 jours"
    assert (found, days in text, days in page) == (subject, True, True)
    assert [idea.title in part for idea in waiting for part in (text, page)] == [True] * 2 * ideas
