import pytest

from ideas import proposing, resembling, sorting, talking
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Réparer son vélo", True),
        ("reparer son velo", True),
        ("Un velo à réparer", True),
        ("Reparrer son vélo", True),
        ("Végétaliser la cour", False),
        ("son", False),
        ("", False),
    ],
)
def test_the_same_words_in_any_order_with_small_faults(call, typed, found):
    idea = IdeaFactory(call=call, title="Réparer son vélo", text="")
    IdeaFactory(call=call, title="Cuisiner de saison", text="")
    IdeaFactory(title="Réparer son vélo")  # of another call

    assert resembling.alike(typed, call=call) == ([idea] if found else [])


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Faire connaître l’epicerie solidaire", True),
        ("Faire connaître la ressourcerie", False),
        ("Épicerie", False),  # one word of a title does not make it the same
    ],
)
def test_the_same_title_is_found_whatever_is_told_under_it(call, title, found):
    told = "Dans ce quartier, j’aimerais que chacun y entre une fois. Une heure suffit, avec quelqu’un qui y travaille."
    idea = IdeaFactory(call=call, title="Faire connaître l’épicerie solidaire, Passy", text=told)

    alike = resembling.alike(title, "Une visite le samedi matin pour voir comment cela marche.", call=call)

    assert alike == ([idea] if found else [])


def test_a_merged_idea_leads_to_its_head_and_a_withdrawn_one_to_nothing(call):
    merged, head = IdeaFactory(call=call, title="Réparer son vélo"), IdeaFactory(call=call, title="Mécanique")
    gone = IdeaFactory(call=call, title="Réparer son vélo")
    sorting.merge(merged, into=head, reason="Pareil.", by=UserFactory())
    proposing.withdraw(gone, by=gone.author.user)

    assert resembling.alike("Réparer son vélo", call=call) == [head]


def test_two_queries_whatever_the_number(call, django_assert_num_queries):
    IdeaFactory.create_batch(30, call=call, title="Réparer son vélo")

    with django_assert_num_queries(2):
        assert len(resembling.alike("Réparer son vélo", call=call)) == 5


@pytest.mark.parametrize("hidden", ["merged", "head"])
def test_nothing_hidden_is_shown(call, hidden):
    by = UserFactory()
    merged, head = IdeaFactory(call=call, title="Réparer son vélo"), IdeaFactory(call=call, title="Mécanique")
    sorting.merge(merged, into=head, reason="Pareil.", by=by)
    assert resembling.alike("Réparer son vélo", call=call) == [head]

    talking.hide(merged if hidden == "merged" else head, reason="Une insulte.", by=by)

    assert resembling.alike("Réparer son vélo", call=call) == []


def test_what_was_merged_takes_one_place_and_an_idea_does_not_resemble_itself(call):
    by = UserFactory()
    head, *others = IdeaFactory.create_batch(7, call=call, title="Réparer son vélo")
    alone = IdeaFactory(call=call, title="Réparer son vélo le soir")
    for idea in others:
        sorting.merge(idea, into=head, reason="Pareil.", by=by)

    assert set(resembling.alike("Réparer son vélo", call=call)) == {head, alone}
    assert resembling.alike("Réparer son vélo", call=call, but=head.pk) == [alone]
