"""The note that ends a call, written in Wagtail, and where it is read."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import PageViewRestriction

from cms.models import CallNotePage
from ideas import answering, notes
from tests.cms.test_pages import NOW, programme, programmes
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call():
    return CallFactory(year=2026, quarter=3, phase="note", network=NetworkFactory(name_fr="Climat"))


def note(call, language="fr", **facts):
    facts = {"title": f"Ce qui en est sorti {language}", "slug": "note", "call": call, "intro": "Tout."} | facts
    return programmes(language).add_child(instance=CallNotePage(**facts))


def answers(state):
    return {"type": "answers", "value": {"title": f"Rubrique {state}", "state": state}}


def test_the_calls_page_leads_to_its_note_in_the_readers_language(client, call):
    address = reverse("ideas:call", args=[call.slug])
    assert notes.note_of(call) is None
    french = note(call)
    with override("en"):
        assert notes.note_of(call).url == french.url  # better in French than not at all
    english = note(call, "en", translation_key=french.translation_key)

    assert french.url in client.get(address).content.decode()
    assert english.url in client.get(f"/en{address}").content.decode()


def test_a_draft_or_guarded_note_is_not_led_to(call):
    page = note(call, live=False)
    assert notes.note_of(call) is None

    page.live = True
    page.save()
    assert notes.note_of(call).title == page.title
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert notes.note_of(call) is None


def test_the_note_shows_the_calls_ideas_by_answer(client, call):
    kept, declined = IdeaFactory(call=call, title="Le vélo"), IdeaFactory(call=call, title="La lessive")
    IdeaFactory(title="D’un autre appel", state="adopted", answered_at=NOW)
    answering.answer(kept, state="adopted", reason="Oui, avec joie. Et plus.", by=UserFactory())
    answering.answer(declined, state="declined", reason="Pas ici.", by=UserFactory())
    page = note(call, body=[answers("adopted"), answers("declined"), answers("out_of_scope")])

    text = client.get(page.url).content.decode()

    order = [text.index(words) for words in ("Rubrique adopted", "Le vélo", "Oui, avec joie.", "Rubrique declined",
                                             "La lessive", "Pas ici.", "Rubrique out_of_scope")]  # fmt: skip
    assert order == sorted(order)
    assert "D’un autre appel" not in text


def test_of_very_many_ideas_the_note_shows_the_first_and_says_how_many_more(client, call, django_assert_num_queries):
    for number in range(33):
        IdeaFactory(call=call, title=f"Idée n° {number}.", state="adopted", answered_at=NOW, supporters=number)
    page = note(call, body=[answers("adopted")])

    text = client.get(page.url).content.decode()

    assert "Idée n° 32." in text and "Idée n° 3." in text and "Idée n° 2." not in text
    assert "Et 3 autres sur la page de l’appel" in text


def test_one_note_a_call_and_language_of_a_call_that_is_published(call):
    draft = CallNotePage(title="T", slug="t", call=CallFactory(draft=True))
    with pytest.raises(ValidationError) as refusal:
        programmes().add_child(instance=draft)
    assert set(refusal.value.message_dict) == {"call"}

    note(call)
    with pytest.raises(ValidationError) as refusal:
        note(call, slug="again")
    assert set(refusal.value.message_dict) == {"call"}
    note(call, "en")


def test_the_programme_shows_open_calls_and_last_quarters_note(client, call):
    page = programme()
    page_before = programme(title="Été", slug="2026-3", quarter=3)
    running, over = CallFactory(year=2026, quarter=4), CallFactory(phase="work")
    written = note(call)

    now, before = client.get(page.url).content.decode(), client.get(page_before.url).content.decode()

    for text in (now, client.get(programmes().url).content.decode()):
        assert reverse("ideas:call", args=[running.slug]) in text
        assert reverse("ideas:call", args=[over.slug]) not in text
        assert written.url in text
    assert reverse("ideas:call", args=[running.slug]) not in before
    assert written.url not in before.split("<footer")[0]


def test_the_programme_names_the_last_day_of_a_call_that_ends_at_midnight(client):
    page, running = programme(), CallFactory(year=2026, quarter=4)
    midnight = dt.datetime(2026, 12, 5, tzinfo=timezone.get_default_timezone())
    running.phases.filter(kind="call").update(ends_at=midnight)

    assert "jusqu’au 4 décembre 2026" in " ".join(client.get(page.url).text.split())
