import datetime as dt
from xml.etree import ElementTree

import pytest
import time_machine
from django.utils import timezone

from ideas import answering
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import AssociationFactory, UserFactory, VolunteerFactory

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, address="/ideas/feed.atom"):
    response = client.get(address)
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content).findall(f"{ATOM}entry")


def titles(client, address="/ideas/feed.atom"):
    return [entry.findtext(f"{ATOM}title") for entry in entries(client, address)]


def test_newest_ideas_and_answers_come_first(client):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        first = IdeaFactory(title="Vélo")
        clock.move_to(start + dt.timedelta(hours=1))
        IdeaFactory(title="Jardin")
        clock.move_to(start + dt.timedelta(hours=2))
        answering.answer(first, state="adopted", reason="Oui, en mars.", by=UserFactory())

        found = entries(client)

    assert [entry.findtext(f"{ATOM}title") for entry in found] == ["Retenue : Vélo", "Idée : Jardin", "Idée : Vélo"]
    assert found[0].findtext(f"{ATOM}summary") == "Oui, en mars."
    assert found[0].find(f"{ATOM}link").get("href").endswith(f"/ideas/{first.pk}/")
    assert len({entry.findtext(f"{ATOM}id") for entry in found}) == 3


def test_feed_of_a_call_has_its_ideas_alone(client):
    call = CallFactory(slug="learn")
    IdeaFactory(call=call, title="Vélo")
    IdeaFactory(title="Jardin")

    assert titles(client, "/ideas/calls/learn/feed.atom") == ["Idée : Vélo"]
    assert titles(client, "/en/ideas/calls/learn/feed.atom") == ["Idea: Vélo"]


def test_feed_names_associations_and_no_person_and_leaves_out_what_is_hidden(client):
    IdeaFactory(title="Vélo", author=VolunteerFactory(user__first_name="Quenouille"))
    IdeaFactory(title="Jardin", association=AssociationFactory(name="Les Voisins"))
    IdeaFactory(title="Lampes", hidden_at=timezone.now(), hidden_reason="Publicité.")
    IdeaFactory(title="Brouillon", call=CallFactory(slug="draft", draft=True))

    said = client.get("/ideas/feed.atom").content.decode()

    assert "Les Voisins" in said
    for word in ("Quenouille", "Lampes", "Brouillon"):
        assert word not in said
    assert client.get("/ideas/calls/draft/feed.atom").status_code == 404


def test_characters_that_xml_cannot_hold_break_no_feed(client):
    IdeaFactory(title="Vélo", text="Un\x0batelier <b>&")

    assert entries(client)[0].findtext(f"{ATOM}summary") == "Unatelier <b>&"


@pytest.mark.parametrize("count", [1, 30])
def test_feed_takes_the_same_queries_whatever_its_size(client, count, django_assert_num_queries):
    for idea in IdeaFactory.create_batch(count):
        answering.answer(idea, state="declined", reason="Non.", by=UserFactory())

    with django_assert_num_queries(2):
        client.get("/ideas/feed.atom")
