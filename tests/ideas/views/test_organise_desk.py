"""The sorting desk of a call: what it lists, and what is done with several ideas at once."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from ideas import organise_forms, sorting, supporting, talking
from ideas.models import Call, Group, Idea, Step
from mail.models import Message
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.ideas.views.organising import organiser_of, said, url
from tests.office import inside, still

pytestmark = pytest.mark.django_db

WHY = "C’est la même idée."


@pytest.fixture
def call():
    return CallFactory(phase="sorting")


@pytest.fixture
def organiser(call):
    return organiser_of(call)


def waited(call, days, **more):
    idea = IdeaFactory(call=call, **more)
    Idea.objects.filter(pk=idea.pk).update(waiting_since=timezone.now() - dt.timedelta(days=days))
    return idea


def listed(client, call, **asked):
    return [row.idea.pk for row in client.get(url("desk", call.pk), asked).context["rows"]]


def states(*ideas):
    fresh = Idea.objects.in_bulk([idea.pk for idea in ideas])
    return [fresh[idea.pk].state for idea in ideas]


# --- The list ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
def test_desk_queries(call, organiser, django_assert_num_queries, count):
    for idea in IdeaFactory.create_batch(count, call=call):
        CommentFactory(idea=idea)
        talking.report(idea, reason="Publicité.", by=UserFactory())
    sorting.put_together(Idea.objects.all(), call=call, name="Vélos")
    with still():
        organiser.get(url("desk", call.pk))
        with django_assert_num_queries(DESK_QUERIES):
            assert len(organiser.get(url("desk", call.pk)).context["rows"]) == count


DESK_QUERIES = 17


def test_desk_has_pages_of_fifty(call, organiser):
    IdeaFactory.create_batch(51, call=call)

    assert [len(listed(organiser, call, page=page)) for page in (1, 2)] == [50, 1]


def test_desk_begins_with_what_waits_the_longest(call, organiser):
    recent, old, studied = waited(call, 1), waited(call, 9), waited(call, 4, state="studying")
    merged = waited(call, 20, state="merged", merged_into=old, head=old)
    declined = waited(call, 20, state="declined", answered_at=timezone.now())
    IdeaFactory()

    assert listed(organiser, call) == [old.pk, studied.pk, recent.pk]
    assert listed(organiser, call, state="merged") == [merged.pk]
    assert listed(organiser, call, state="declined") == [declined.pk]
    assert set(listed(organiser, call, state="all")) == {row.pk for row in (recent, old, studied, merged, declined)}
    assert listed(organiser, call, order="new") == [studied.pk, old.pk, recent.pk]


def test_desk_filters_by_words_group_support_and_reports(call, organiser):
    bike, cafe = waited(call, 2, title="Réparer un vélo"), waited(call, 1, title="Un café du climat")
    supporting.support(VolunteerFactory(), idea=cafe)
    sorting.put_together([bike], call=call, name="Ateliers")
    answered = IdeaFactory(call=call, state="adopted", answered_at=timezone.now())
    talking.report(answered, reason="Une adresse.", by=UserFactory())
    group = Group.objects.get().pk

    assert listed(organiser, call, q="CAFE climat") == [cafe.pk]
    assert listed(organiser, call, group=group) == [bike.pk]
    assert listed(organiser, call, order="supporters") == [cafe.pk, bike.pk]
    assert listed(organiser, call, reported="on") == [answered.pk]
    assert listed(organiser, call, group=group + 1) == []


def test_desk_says_in_words_what_is_late(call, organiser):
    Call.objects.update(answer_by=timezone.localdate() - dt.timedelta(days=2))
    waited(call, 16)

    page = organiser.get(url("desk", call.pk)).content.decode()

    assert "1 idée attend une réponse, depuis 16 jours, 2 jours de retard" in page
    assert 'class="wait wait--late"' in page


def test_desk_shows_first_names_and_no_address(call, organiser):
    idea = IdeaFactory(call=call)

    page = organiser.get(url("desk", call.pk)).content.decode()

    assert idea.author.user.first_name in page
    assert idea.author.user.email not in page and idea.author.user.last_name not in page


# --- Several at once --------------------------------------------------------------------------------------------------
def several(client, call, ideas, act, query="", **more):
    data = {"idea": [idea.pk for idea in ideas], "act": act} | more
    return client.post(url("several", call.pk) + query, data, follow=True)


def test_several_are_put_in_a_group_and_out_of_it(call, organiser):
    ideas = IdeaFactory.create_batch(3, call=call)

    answer = several(organiser, call, ideas[:2], "group", query="?order=new", group="  Vélos ")
    assert said(answer) == ["2 idées sont dans « Vélos »."]
    assert answer.redirect_chain[0][0] == f"{url('desk', call.pk)}?order=new#i{ideas[0].pk}"
    assert [idea.group and idea.group.name for idea in Idea.objects.order_by("pk")] == ["Vélos", "Vélos", None]

    several(organiser, call, ideas, "group", group="")
    assert not Group.objects.exists()
    assert not Message.objects.exists()


def test_group_with_a_name_that_cannot_be_shown_is_refused(call, organiser):
    ideas = IdeaFactory.create_batch(2, call=call)

    several(organiser, call, ideas, "group", group="A\u202eB")
    assert not Group.objects.exists()

    several(organiser, call, ideas, "group", group="AB")
    assert Group.objects.get().ideas.count() == 2


def test_several_are_put_under_study_once(call, organiser):
    ideas = IdeaFactory.create_batch(3, call=call)

    for _click in range(2):
        answer = several(organiser, call, ideas[:2], "study")

    assert states(*ideas) == ["studying", "studying", "open"]
    assert said(answer) == ["2 idées sont à l’étude. 2 personnes le liront dans le message du soir."]
    assert Step.objects.filter(kind="studying").count() == 2


def test_many_people_are_told_only_when_that_is_meant(call, organiser, monkeypatch):
    monkeypatch.setattr(organise_forms, "MANY", 2)
    ideas = IdeaFactory.create_batch(2, call=call)

    several(organiser, call, ideas[:1], "study")
    assert states(*ideas) == ["studying", "open"]
    asked = several(organiser, call, ideas, "study")
    assert states(*ideas) == ["studying", "open"]
    assert not asked.context["form"].errors
    refused = several(organiser, call, ideas, "study", asked="1")
    assert refused.context["form"].errors.keys() == {"sure"}

    several(organiser, call, ideas, "study", asked="1", sure="on")
    assert states(*ideas) == ["studying", "studying"]


@pytest.mark.parametrize("sent", [[], ["x", "99999999999999999999"], "another call's"])
def test_nothing_ticked_says_so(call, organiser, sent):
    other = IdeaFactory()

    answer = organiser.post(
        url("several", call.pk), {"idea": [other.pk] if isinstance(sent, str) else sent, "act": "study"}, follow=True
    )

    assert said(answer) == ["Cochez au moins une idée."]
    assert states(other) == ["open"]


# --- Merging ----------------------------------------------------------------------------------------------------------
def merge(client, call, ideas, into, query="", **more):
    data = {"idea": [idea.pk for idea in ideas], "into": into.pk, "reason": WHY} | more
    return client.post(url("merge", call.pk) + query, data, follow=True)


def test_five_ticked_are_merged_and_the_toast_undoes_it(call, organiser):
    ideas = IdeaFactory.create_batch(5, call=call)
    supporting.support(VolunteerFactory(), idea=ideas[3])
    page = several(organiser, call, ideas, "merge", query="?order=new")
    assert page.context["candidates"].first().pk == ideas[3].pk
    assert (page.context["told"], page.context["form"]["into"].value()) == (6, ideas[3].pk)

    answer = merge(organiser, call, ideas, ideas[1], query="?order=new")

    assert answer.redirect_chain[0][0] == f"{url('desk', call.pk)}?order=new#i{ideas[1].pk}"
    assert states(*ideas) == ["merged", "open", "merged", "merged", "merged"]
    (toast,) = answer.context["messages"]
    assert f'action="{toast.extra_tags.replace("&", "&amp;")}"' in answer.content.decode()
    undo = parse_qs(urlsplit(toast.extra_tags).query)
    assert undo["idea"] == [str(ideas[n].pk) for n in (0, 2, 3, 4)]

    for _click in range(2):
        back = organiser.post(toast.extra_tags, follow=True)

    assert states(*ideas) == ["open"] * 5
    assert back.redirect_chain[0][0] == f"{url('desk', call.pk)}?order=new#i{ideas[0].pk}"
    assert Step.objects.filter(kind="unmerged").count() == 4


def test_second_click_merges_nothing_more_and_undoes_nothing(call, organiser):
    ideas = IdeaFactory.create_batch(2, call=call)
    merge(organiser, call, ideas, ideas[0])

    answer = merge(organiser, call, ideas, ideas[0])

    assert said(answer) == ["Rien n’a changé : elles sont déjà fusionnées."]
    assert Step.objects.filter(kind="merged").count() == 1


def test_merge_needs_a_reason_and_the_one_that_stands(call, organiser):
    ideas = IdeaFactory.create_batch(2, call=call)

    assert merge(organiser, call, ideas, ideas[0], reason=" ").context["form"].errors.keys() == {"reason"}
    assert merge(organiser, call, ideas, IdeaFactory()).context["form"].errors.keys() == {"into"}
    assert states(*ideas) == ["open", "open"]

    merge(organiser, call, ideas, ideas[0])
    assert states(*ideas) == ["open", "merged"]


def test_merge_that_the_verb_refuses_says_why_and_changes_nothing(call, organiser):
    ideas = IdeaFactory.create_batch(3, call=call)
    Idea.objects.filter(pk=ideas[2].pk).update(state="declined", answered_at=timezone.now())

    answer = merge(organiser, call, ideas, ideas[0])

    (refusal,) = answer.context["form"].non_field_errors()
    assert ideas[2].title in refusal
    assert states(*ideas) == ["open", "open", "declined"]


def test_once_people_vote_nothing_is_offered_that_would_be_refused():
    call = CallFactory(approval=True)
    organiser = organiser_of(call)
    IdeaFactory(call=call)
    refused = IdeaFactory(call=call, state="declined", answered_at=timezone.now())
    merge = '<button class="button button--small" name="act" value="merge">'
    offers = merge, url("answer", refused.pk), "Depuis l’ouverture du vote"

    def offered():
        page = organiser.get(url("desk", call.pk), {"state": "all"}).content.decode()
        return [words in page for words in offers]

    assert offered() == [True, True, False]
    call.phases.filter(kind="vote").update(starts_at=timezone.now())
    assert offered() == [False, False, True]
    sent = organiser.post(url("several", call.pk), {"act": "merge", "idea": refused.pk}, follow=True)
    assert said(sent) == [str(sorting.VOTED_ON)]
    assert sent.redirect_chain[-1][0] == f"{url('desk', call.pk)}#i{refused.pk}"


def test_one_idea_is_offered_those_that_resemble_it_then_those_searched_for(call, organiser):
    bike = IdeaFactory(call=call, title="Réparer son vélo soi-même", text="a")
    alike = IdeaFactory(call=call, title="Réparer soi-même son vélo", text="b")
    other = IdeaFactory(call=call, title="Composter", text="c")
    IdeaFactory(title="Réparer son vélo soi-même", text="a")

    def offered(**more):
        page = organiser.get(url("merge", call.pk), {"idea": bike.pk} | more)
        return [idea.pk for idea in page.context["candidates"]]

    assert offered() == [alike.pk]
    assert offered(words="COMPOST") == [other.pk, alike.pk]
    assert offered(into=other.pk) == [other.pk, alike.pk]
    merge(organiser, call, [bike], alike)
    assert states(bike, alike) == ["merged", "open"]


def test_nobody_merges_in_another_network_s_call(call, organiser):
    ideas = IdeaFactory.create_batch(2)
    theirs = CallFactory(network=ideas[0].call.network)
    Idea.objects.update(call=theirs)

    assert organiser.post(url("merge", theirs.pk), {"idea": ideas[0].pk, "into": ideas[1].pk}).status_code == 404
    merge(organiser, call, ideas, ideas[1])
    assert states(*ideas) == ["open", "open"]

    merge(organiser_of(theirs), theirs, ideas, ideas[1])
    assert states(*ideas) == ["merged", "open"]


# --- Rights -----------------------------------------------------------------------------------------------------------
def test_draft_has_no_ideas_to_sort(call, organiser):
    Call.objects.update(state="draft", published_at=None)

    assert organiser.get(url("desk", call.pk)).status_code == 200
    assert {organiser.post(url(name, call.pk)).status_code for name in ("several", "merge", "unmerge")} == {403}


@pytest.mark.parametrize(("who", "status"), [("other organiser", 404), ("volunteer", 403)])
def test_only_the_network_s_organisers_sort(call, who, status):
    idea = IdeaFactory(call=call)
    client = inside(NetworkOrganiserFactory().user if who == "other organiser" else VolunteerFactory().user)

    answers = [
        client.get(url("desk", call.pk)),
        client.get(url("merge", call.pk), {"idea": idea.pk}),
        client.post(url("several", call.pk), {"idea": idea.pk, "act": "study"}),
        client.post(url("unmerge", call.pk), {"idea": idea.pk}),
    ]

    assert {answer.status_code for answer in answers} == {status}
    assert states(idea) == ["open"]
