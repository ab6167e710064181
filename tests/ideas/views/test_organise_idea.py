"""One idea on the desk: what its page shows, and each thing that is done with it."""

import pytest
from django.utils import timezone

from ideas import answering, organise_forms, sorting, supporting, talking
from ideas.models import Call, Comment, Idea, Report, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.ideas.views.organising import organiser_of, said, url
from tests.office import inside, still

pytestmark = pytest.mark.django_db

WHY = "Il n’y a plus de salle libre."


@pytest.fixture
def idea():
    return IdeaFactory(call=CallFactory(phase="sorting"))


@pytest.fixture
def organiser(idea):
    return organiser_of(idea.call)


def fresh(idea):
    return Idea.objects.get(pk=idea.pk)


def answers(client, idea, query="", **more):
    """Opens the page, then sends it."""
    form = client.get(url("answer", idea.pk)).context["form"]
    data = {"seen": form["seen"].value(), "state": "declined", "reason": WHY} | more
    return client.post(url("answer", idea.pk) + query, data, follow=True)


# --- Its page ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
def test_idea_queries(idea, organiser, django_assert_num_queries, count):
    for _ in range(count):
        comment = CommentFactory(idea=idea)
        talking.report(idea, about=comment, reason="Publicité.", by=UserFactory())
        IdeaFactory(call=idea.call, title=idea.title)
        below = IdeaFactory(call=idea.call, state="merged", merged_into=idea, head=idea)
        Step.objects.create(idea=below, kind="merged", to_state="merged", into=idea, reason=WHY, at=timezone.now())
    with still():
        organiser.get(url("idea", idea.pk))
        with django_assert_num_queries(IDEA_QUERIES):
            assert len(organiser.get(url("idea", idea.pk)).context["reports"]) == count


IDEA_QUERIES = 17


def test_page_shows_the_author_s_first_name_and_no_address(idea, organiser):
    page = organiser.get(url("idea", idea.pk)).content.decode()

    assert idea.text in page and idea.author.user.first_name in page
    assert idea.author.user.email not in page and idea.author.user.last_name not in page


def test_page_offers_to_merge_into_what_resembles_it(idea, organiser):
    twin = IdeaFactory(call=idea.call, title=idea.title)

    answer = organiser.get(url("idea", idea.pk))

    assert answer.context["alike"] == [twin]
    assert f"?idea={idea.pk}&amp;into={twin.pk}" in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "kind", "leads"),
    [
        ("open", "training", True),
        ("declined", "training", True),
        ("withdrawn", "training", False),
        ("open", "kit", False),
    ],
)
def test_page_leads_to_the_training_that_an_idea_may_become(idea, organiser, state, kind, leads):
    Call.objects.update(kind=kind)
    Idea.objects.update(state=state, answered_at=timezone.now())

    page = organiser.get(url("idea", idea.pk)).content.decode()

    assert (f"/organise/ideas/{idea.pk}/training/" in page) == leads


def test_merge_is_undone_from_either_page(idea, organiser):
    head = IdeaFactory(call=idea.call)
    for page in (idea, head):
        sorting.merge(idea, into=head, reason=WHY, by=UserFactory())
        form = f'<form method="post" action="{url("unmerge", idea.call_id)}">'
        assert form in organiser.get(url("idea", page.pk)).content.decode()
        organiser.post(url("unmerge", idea.call_id), {"idea": idea.pk})
        assert fresh(idea).state == "open"


@pytest.mark.parametrize("state", ["open", "merged", "declined"])
def test_once_people_vote_nothing_is_offered_that_would_be_refused(state):
    call = CallFactory(approval=True, kind="training")
    organiser, idea, head = organiser_of(call), *IdeaFactory.create_batch(2, call=call)
    if state == "merged":
        sorting.merge(idea, into=head, reason=WHY, by=UserFactory())
    elif state == "declined":
        answering.answer(idea, state=state, reason=WHY, by=UserFactory())
    refused = {
        "open": [url("merge", call.pk), url("send", idea.pk)],
        "merged": [url("unmerge", call.pk)],
        "declined": [url("answer", idea.pk), url("reopen", idea.pk), f"/organise/ideas/{idea.pk}/training/"],
    }

    def offered():
        page = organiser.get(url("idea", idea.pk)).content.decode()
        return [address in page for address in refused[state]], '<p class="told">' in page

    assert offered() == ([True] * len(refused[state]), False)
    call.phases.filter(kind="vote").update(starts_at=timezone.now())
    assert offered() == ([False] * len(refused[state]), True)


# --- Answering --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", Idea.DECIDED)
def test_answer_is_given_once_and_says_who_is_told(idea, organiser, state):
    supporting.support(VolunteerFactory(), idea=idea)
    form = organiser.get(url("answer", idea.pk)).context["form"]
    data = {"seen": form["seen"].value(), "state": state, "reason": WHY}
    assert organiser.get(url("answer", idea.pk)).context["told"] == 2

    for _click in range(2):
        answer = organiser.post(f"{url('answer', idea.pk)}?q=velo", data, follow=True)

    assert said(answer) == ["Réponse enregistrée. 2 personnes le liront dans le message du soir."]
    assert answer.redirect_chain[0][0] == f"{url('desk', idea.call_id)}?q=velo#ideas"
    assert fresh(idea).state == state
    assert list(Step.objects.filter(kind="answered").values_list("reason", flat=True)) == [WHY]
    assert Message.objects.count() == 2


@pytest.mark.parametrize(("prefix", "words"), [("", "Retenue"), ("/en", "Adopted")])
def test_answers_are_offered_in_the_reader_s_language(idea, organiser, prefix, words):
    form = organiser.get(prefix + url("answer", idea.pk)).context["form"]

    assert form.fields["state"].choices[0] == ("adopted", words)


def test_answer_needs_its_reason(idea, organiser):
    assert answers(organiser, idea, reason=" ").context["form"].errors.keys() == {"reason"}
    assert answers(organiser, idea, state="merged").context["form"].errors.keys() == {"state"}
    assert fresh(idea).state == "open"

    answers(organiser, idea)
    assert fresh(idea).state == "declined"


def test_answer_to_an_idea_that_has_changed_meanwhile_is_a_decision(idea, organiser):
    form = organiser.get(url("answer", idea.pk)).context["form"]
    data = {"seen": form["seen"].value(), "state": "declined", "reason": WHY}
    answering.answer(idea, state="adopted", reason="Oui.", by=UserFactory())

    refused = organiser.post(url("answer", idea.pk), data)
    assert refused.context["form"].has_error("__all__", "stale")
    assert fresh(idea).state == "adopted"
    organiser.post(url("answer", idea.pk), data | {"seen": refused.context["form"]["seen"].value()})

    assert fresh(idea).state == "declined"


def test_answer_that_the_verb_refuses_is_said_on_the_form(idea, organiser):
    sorting.merge(idea, into=IdeaFactory(call=idea.call), reason=WHY, by=UserFactory())

    refused = answers(organiser, idea)
    assert refused.context["form"].non_field_errors()
    assert fresh(idea).state == "merged"

    sorting.unmerge(idea, by=UserFactory())
    answers(organiser, idea)
    assert fresh(idea).state == "declined"


def test_many_people_are_told_of_an_answer_only_when_that_is_meant(idea, organiser, monkeypatch):
    monkeypatch.setattr(organise_forms, "MANY", 1)

    assert answers(organiser, idea).context["form"].errors.keys() == {"sure"}
    assert fresh(idea).state == "open"

    answers(organiser, idea, sure="on")
    assert fresh(idea).state == "declined"


def test_answer_is_taken_back(idea, organiser):
    answers(organiser, idea)

    for _click in range(2):
        organiser.post(url("reopen", idea.pk), {"reason": ""})

    assert fresh(idea).state == "open"
    assert Step.objects.filter(kind="reopened").count() == 1


# --- Asking, sending ------------------------------------------------------------------------------------------------
def test_question_is_public_and_asked_once(idea, organiser):
    assert organiser.post(url("ask", idea.pk), {"question": " "}).context["form"].errors.keys() == {"question"}

    for _click in range(2):
        organiser.post(url("ask", idea.pk), {"question": "Dans quel quartier ?"})

    comment = Comment.objects.get()
    assert (comment.text, comment.by_organisers) == ("Dans quel quartier ?", True)
    assert list(Message.objects.values_list("user", flat=True)) == [idea.author.user_id]


def test_idea_is_sent_to_a_call_that_goes_on(idea, organiser):
    here, there, draft, over = idea.call, CallFactory(), CallFactory(draft=True), CallFactory()
    over.phases.all().delete()
    voted = CallFactory(approval=True, phase="vote")
    page = organiser.get(url("send", idea.pk))
    assert list(page.context["form"].fields["call"].queryset) == [there]

    for call in (here, draft, over, voted):
        refused = organiser.post(url("send", idea.pk), {"call": call.pk, "reason": WHY})
        assert refused.context["form"].errors.keys() == {"call"}
    clicks = [
        organiser.post(url("send", idea.pk), {"call": there.pk, "reason": WHY}, follow=True) for _click in range(2)
    ]

    assert fresh(idea).call == there
    assert [click.redirect_chain[0][0] for click in clicks] == [f"{url('desk', here.pk)}#ideas"] * 2
    assert said(clicks[1]) == ["Rien n’a changé : elle a déjà été envoyée."]
    assert Step.objects.filter(kind="moved").count() == 1
    assert organiser.get(url("idea", idea.pk)).status_code == 404


# --- What should not stand ------------------------------------------------------------------------------------------
def test_idea_is_hidden_for_a_reason_and_shown_again(idea, organiser):
    talking.report(idea, reason="Une adresse.", by=UserFactory())
    assert organiser.post(url("hide", idea.pk), {"reason": " "}).context["form"].errors.keys() == {"reason"}
    assert not fresh(idea).is_hidden

    organiser.post(url("hide", idea.pk), {"reason": "Une adresse est dans le texte."})
    assert (fresh(idea).hidden_reason, Report.objects.filter(settled_at=None).count()) == (
        "Une adresse est dans le texte.",
        0,
    )
    assert "Une adresse est dans le texte." in organiser.get(url("idea", idea.pk)).content.decode()

    organiser.post(url("show", idea.pk))
    assert not fresh(idea).is_hidden


def test_comment_is_hidden_for_a_reason_and_shown_again(idea, organiser):
    comment = CommentFactory(idea=idea)
    talking.report(idea, about=comment, reason="Publicité.", by=UserFactory())

    organiser.post(url("comment-hide", comment.pk), {"reason": "Publicité."})
    comment.refresh_from_db()
    assert (comment.hidden_reason, Report.objects.filter(settled_at=None).count()) == ("Publicité.", 0)

    organiser.post(url("comment-show", comment.pk))
    comment.refresh_from_db()
    assert comment.hidden_at is None


@pytest.mark.parametrize("about", ["idea", "comment"])
def test_report_is_dismissed_and_what_was_reported_stays(idea, organiser, about):
    comment = CommentFactory(idea=idea)
    talking.report(idea, reason="Publicité.", by=UserFactory())
    talking.report(idea, about=comment, reason="Publicité.", by=UserFactory())

    organiser.post(url("settle", idea.pk) if about == "idea" else url("comment-settle", comment.pk))

    (left,) = Report.objects.filter(settled_at=None)
    assert (left.comment is None) == (about == "comment")
    assert not fresh(idea).is_hidden
    assert len(organiser.get(url("idea", idea.pk)).context["reports"]) == 1


# --- Rights -----------------------------------------------------------------------------------------------------------
ACTS = ("answer", "reopen", "ask", "send", "hide", "show", "settle")


@pytest.mark.parametrize(
    ("who", "status"), [("other organiser", 404), ("author", 403), ("draft", 403), ("organiser", 200)]
)
def test_only_the_network_s_organisers_act(idea, who, status):
    comment = CommentFactory(idea=idea)
    user = NetworkOrganiserFactory(network=idea.call.network).user
    if who == "other organiser":
        user = NetworkOrganiserFactory().user
    if who == "author":
        user = idea.author.user
    if who == "draft":
        Call.objects.update(state="draft", published_at=None)
    client = inside(user)

    addresses = [url(act, idea.pk) for act in ACTS]
    addresses += [url(f"comment-{act}", comment.pk) for act in ("hide", "show", "settle")]
    got = {client.post(address, {}, follow=True).status_code for address in addresses}
    got.add(client.get(url("idea", idea.pk)).status_code)

    assert got == {status}
    assert (fresh(idea).state, Step.objects.filter(by=user).exclude(kind="proposed").count()) == ("open", 0)
