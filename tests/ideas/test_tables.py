import csv
import io
import json

import pytest
from django.utils import timezone

from ideas import answering, outcomes, sorting, tables
from ideas.models import Call
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, DistrictFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return CallFactory(slug="learn")


def data_of(client):
    content = client.get("/ideas/calls/learn/ideas.csv").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content))), json.loads(
        client.get("/ideas/calls/learn/ideas.json").getvalue()
    )


def test_every_idea_is_there_with_its_answer_and_its_merge(client, call, settings):
    settings.SITE_URL = "https://ville.example"
    head = IdeaFactory(call=call, district=DistrictFactory(code="11"), association=AssociationFactory(name="Voisins"))
    merged = IdeaFactory(call=call)
    CommentFactory(idea=merged)
    sorting.merge(merged, into=head, reason="C'est la même.", by=UserFactory())
    answering.answer(head, state="adopted", reason="Oui, en mars.", by=UserFactory())

    rows, data = data_of(client)

    assert [list(row) for row in rows] == [list(tables.COLUMNS)] * 2
    first, second = rows
    assert (first["id"], first["state"], first["answer"], first["district"]) == (
        str(head.pk), "adopted", "Oui, en mars.", "11",
    )  # fmt: skip
    assert (first["association"], first["url"]) == ("Voisins", f"https://ville.example/ideas/{head.pk}/")
    assert (second["state"], second["merged_into"], second["comments"]) == ("merged", str(head.pk), "1")
    assert [idea["id"] for idea in data["ideas"]] == [head.pk, merged.pk]
    assert data["call"]["url"] == "https://ville.example/ideas/calls/learn/"
    assert data["ideas"][0]["answered_at"].endswith("Z") and data["ideas"][1]["answered_at"] is None


def test_nobody_s_name_is_in_it_and_hidden_words_stay_hidden(client, call):
    author = VolunteerFactory(user__first_name="Quenouille", user__email="q@secret.example")
    IdeaFactory(call=call, author=author)
    IdeaFactory(call=call, title="Achetez", text="mes lampes", hidden_at=timezone.now(), hidden_reason="Publicité.")

    said = str(data_of(client))

    assert "Publicité." in said
    for word in ("Quenouille", "secret.example", "Achetez", "lampes"):
        assert word not in said


def test_formulas_are_made_harmless_in_the_table_alone(client, call):
    IdeaFactory(call=call, title="=1+1", text="@cmd")

    rows, data = data_of(client)

    assert (rows[0]["title"], rows[0]["text"]) == ("'=1+1", "'@cmd")
    assert data["ideas"][0]["title"] == "=1+1"


def test_outcomes_are_whole_addresses(client, call, settings, monkeypatch):
    settings.SITE_URL = "https://ville.example"
    monkeypatch.setattr(outcomes, "_kinds", {})
    outcomes.register(outcomes.OutcomeKind(Call, "Suite :", lambda call: f"/ideas/calls/{call.slug}/"))
    outcomes.link(IdeaFactory(call=call), target=call, by=UserFactory())

    rows, data = data_of(client)

    assert rows[0]["outcomes"] == "https://ville.example/ideas/calls/learn/"
    assert data["ideas"][0]["outcomes"] == ["https://ville.example/ideas/calls/learn/"]


@pytest.mark.parametrize("count", [1, 30])
def test_data_takes_the_same_queries_whatever_its_size(client, call, count, monkeypatch, django_assert_num_queries):
    IdeaFactory.create_batch(count, call=call)

    with django_assert_num_queries(3):
        assert len(list(tables.rows_of(call))) == count


def test_data_is_read_in_pieces_with_nothing_lost_between_them(call, monkeypatch):
    monkeypatch.setattr(tables, "CHUNK", 2)
    ideas = IdeaFactory.create_batch(5, call=call)

    assert [row["id"] for row in tables.rows_of(call)] == [idea.pk for idea in ideas]


def test_empty_call_and_draft(client, call):
    rows, data = data_of(client)
    CallFactory(slug="draft", draft=True)

    assert (rows, data["ideas"]) == ([], [])
    assert [client.get(f"/ideas/calls/draft/ideas.{ending}").status_code for ending in ("csv", "json")] == [404, 404]
