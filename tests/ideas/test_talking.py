import pytest

from ideas import sorting, talking
from ideas.calling import IdeaRefused
from ideas.models import Comment, Idea, Report, Step
from tests.factories.ideas import CommentFactory, IdeaFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_the_same_words_are_said_once():
    idea, volunteer = IdeaFactory(), VolunteerFactory()

    for _ in range(2):
        talking.comment(volunteer, idea=idea, text=" Avec des outils. ")

    assert list(Comment.objects.values_list("author", "text")) == [(volunteer.pk, "Avec des outils.")]


def test_a_comment_on_a_merged_idea_is_said_at_its_head():
    idea = IdeaFactory()
    head = IdeaFactory(call=idea.call)
    sorting.merge(idea, into=head, reason="Pareil.", by=UserFactory())

    assert talking.comment(VolunteerFactory(), idea=idea, text="D'accord.").idea_id == head.pk


@pytest.mark.parametrize("text", ["", "  ", "a" * 2001])
def test_nothing_and_too_much_are_refused(text):
    with pytest.raises(IdeaRefused):
        talking.comment(VolunteerFactory(), idea=IdeaFactory(), text=text)

    assert not Comment.objects.exists()


@pytest.mark.parametrize("what", ["comment", "idea"])
def test_reported_once_a_person_then_hidden_for_a_reason_then_shown(what):
    comment, by = CommentFactory(), UserFactory()
    about = comment if what == "comment" else None
    target = comment if what == "comment" else comment.idea
    for _ in range(2):
        talking.report(comment.idea, about=about, reason="Insulte.", by=by)
    talking.report(comment.idea, about=about, reason="Insulte.", by=UserFactory())
    assert Report.objects.filter(settled_at=None).count() == 2

    talking.hide(target, reason="Insulte une personne.", by=by)
    target.refresh_from_db()
    assert (target.hidden_at is not None, target.hidden_reason) == (True, "Insulte une personne.")
    assert Report.objects.filter(settled_at=None).count() == 0
    talking.show(target, by=by)

    target.refresh_from_db()
    assert (target.hidden_at, target.hidden_reason) == (None, "")
    kinds = list(Step.objects.exclude(kind="proposed").values_list("kind", flat=True))
    assert kinds == ["hidden", "shown"]


def test_hiding_needs_a_reason():
    comment = CommentFactory()

    for target in (comment, comment.idea):
        with pytest.raises(IdeaRefused):
            talking.hide(target, reason=" ", by=UserFactory())

    assert (Comment.objects.get().hidden_at, Idea.objects.get().hidden_at) == (None, None)
