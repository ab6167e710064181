import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile

from ideas import answering, proposing, sorting, supporting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


def test_propose_twice_is_one_idea():
    call, author = CallFactory(), VolunteerFactory()

    made = [
        proposing.propose(Idea(call=call, author=author, title="Vélo", text="Réparer."), by=author.user).pk
        for _ in range(2)
    ]

    assert len(set(made)) == 1
    assert list(Step.objects.values_list("kind", "to_state", "by")) == [("proposed", "open", author.user_id)]


@pytest.mark.parametrize(("second", "open_"), [(-1, False), (0, True)])
def test_the_call_opens_on_the_second(second, open_):
    call, author = CallFactory(), VolunteerFactory()
    with time_machine.travel(call.phase("call").starts_at + dt.timedelta(seconds=second), tick=False):
        check(call, author, open_)


@pytest.mark.parametrize(("second", "open_"), [(-1, True), (0, False)])
def test_the_call_closes_on_the_second(second, open_):
    call, author = CallFactory(), VolunteerFactory()
    with time_machine.travel(call.phase("call").ends_at + dt.timedelta(seconds=second), tick=False):
        check(call, author, open_)


def check(call, author, open_):
    idea = Idea(call=call, author=author, title="Vélo", text="Réparer.")
    if open_:
        proposing.propose(idea, by=author.user)
    else:
        with pytest.raises(IdeaRefused):
            proposing.propose(idea, by=author.user)
    assert Idea.objects.count() == open_


def test_rewrite_leaves_a_trace_once():
    idea = IdeaFactory()
    idea.title = "Réparer sa bicyclette"

    proposing.rewrite(idea, by=idea.author.user)
    proposing.rewrite(idea, by=idea.author.user)

    row = Idea.objects.get()
    assert (row.title, "bicyclette" in row.words, row.edited_at is not None) == ("Réparer sa bicyclette", True, True)
    assert Step.objects.filter(kind="edited").count() == 1


def test_rewrite_refuses_what_is_answered():
    idea = IdeaFactory()
    answering.answer(idea, state="declined", reason="Trop cher.", by=UserFactory())
    idea.title = "Autre"

    with pytest.raises(IdeaRefused):
        proposing.rewrite(idea, by=idea.author.user)

    assert Idea.objects.get().title != "Autre"


def test_withdraw_stays_on_the_board_and_tells_supporters():
    idea, supporter = IdeaFactory(), VolunteerFactory()
    supporting.support(supporter, idea=idea)

    for _ in range(2):
        proposing.withdraw(idea, by=idea.author.user, reason="Déjà fait.")

    assert (Idea.objects.get().state, Step.objects.filter(kind="withdrawn").get().reason) == ("withdrawn", "Déjà fait.")
    assert list(Message.objects.values_list("user", flat=True)) == [supporter.user_id]


def test_withdraw_refuses_what_is_answered():
    idea = IdeaFactory()
    answering.answer(idea, state="adopted", reason="Oui.", by=UserFactory())

    with pytest.raises(IdeaRefused):
        proposing.withdraw(idea, by=idea.author.user)

    assert Idea.objects.get().state == "adopted"


@pytest.mark.parametrize("verb", [proposing.propose, proposing.rewrite])
def test_where_associations_are_asked_one_of_them_proposes(verb):
    call, association = CallFactory(audience="associations"), AssociationFactory()
    idea = Idea(call=call, author=VolunteerFactory(), title="Vélo", text="Réparer.", association=association)
    if verb == proposing.rewrite:
        proposing.propose(idea, by=idea.author.user)
    idea.association, idea.title = None, "Bicyclette"
    with pytest.raises(IdeaRefused):
        verb(idea, by=idea.author.user)
    idea.association = association

    verb(idea, by=idea.author.user)

    assert list(Idea.objects.values_list("title", "association")) == [("Bicyclette", association.pk)]


@pytest.mark.parametrize(("language", "written"), [("en", "en"), ("", "fr")])
def test_an_idea_is_in_the_language_of_its_call(language, written):
    idea = Idea(call=CallFactory(language=language), author=VolunteerFactory(), title="Vélo", text="Réparer.")

    assert proposing.propose(idea, by=idea.author.user).language == written


def test_what_was_sent_to_a_closed_call_is_no_longer_rewritten():
    idea, there = IdeaFactory(), CallFactory(phase="work")
    sorting.send_to(Idea.objects.get(), call=there, reason="Plutôt là.", by=UserFactory())
    idea.title = "Autre chose"

    with pytest.raises(IdeaRefused):
        proposing.rewrite(idea, by=idea.author.user)

    assert Idea.objects.get().title != "Autre chose"


@pytest.mark.parametrize("new", ["b.jpg", ""])
def test_a_picture_that_is_replaced_is_deleted(django_capture_on_commit_callbacks, new):
    idea = IdeaFactory(picture=ContentFile(b"a", "a.jpg"))
    storage, old = idea.picture.storage, idea.picture.name
    idea.picture = ContentFile(b"b", new) if new else ""

    with django_capture_on_commit_callbacks(execute=True):
        proposing.rewrite(idea, by=idea.author.user)
        assert storage.exists(old)

    picture = Idea.objects.get().picture
    assert (storage.exists(old), bool(picture)) == (False, bool(new))
    if new:
        with picture.open() as file:
            assert (file.read(), picture.name != old) == (b"b", True)
