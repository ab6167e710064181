"""An idea becomes a training, in one decision."""

import pytest
from django.test import Client
from django.urls import reverse

from cms import turning
from ideas import answering, outcomes, proposing, sorting, telling
from ideas.calling import IdeaRefused
from ideas.models import Idea, Outcome, Step, Support
from mail.models import Message
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import (
    AssociationFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from tests.office import inside
from tests.racing import at_once
from trainings.models import Training
from volunteers.models import Interest, Qualification

pytestmark = pytest.mark.django_db
REASON = "Oui, avec vous."


@pytest.fixture
def network():
    return NetworkFactory()


@pytest.fixture
def theme(network):
    return ThemeFactory(network=network, year=2026, quarter=3)


@pytest.fixture
def idea(network, theme):
    call = CallFactory(network=network, phase="sorting", year=2026, quarter=3)
    text = "Un atelier le samedi. Avec des outils à prêter."
    return IdeaFactory(call=call, title="Réparer son vélo", text=text, language="fr")


@pytest.fixture
def organiser(network):
    return NetworkOrganiserFactory(network=network).user


@pytest.fixture
def client(organiser):
    return inside(organiser)


def url(idea, name="training"):
    return reverse(f"organise-turning:{name}", args=[idea.pk])


def shown(answer, form="turn"):
    """What the form would send untouched."""
    form = answer.context[form]
    values = {form[name].html_name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def new(network, **facts):
    return Training(**{"network": network, "title_fr": "Réparer son vélo"} | facts)


def test_the_form_holds_the_ideas_words_its_association_and_the_quarters_theme(client, idea, theme):
    association = AssociationFactory()
    Idea.objects.update(association=association, offer="host")

    first = shown(client.get(url(idea)))

    assert {name: first[name] for name in ("network", "theme", "kind", "title_fr", "title_en", "summary_fr")} == {
        "network": idea.call.network_id,
        "theme": theme.pk,
        "kind": "visit",
        "title_fr": "Réparer son vélo",
        "title_en": "",
        "summary_fr": "Un atelier le samedi.",
    }
    assert (first["aims_fr"], first["given_by"], first["reason"]) == (idea.text, association.pk, "")


def test_an_idea_in_english_fills_the_english_fields(client, idea):
    Idea.objects.update(language="en", title="Bicycle repair")

    first = shown(client.get(url(idea)))

    assert (first["title_fr"], first["title_en"], first["aims_en"]) == ("", "Bicycle repair", idea.text)


@pytest.mark.parametrize(("language", "lacking"), [("fr", "en"), ("en", "fr")])
def test_the_form_says_which_language_lacks(client, idea, language, lacking):
    Idea.objects.update(language=language)

    answer = client.get(f"/en{url(idea)}")

    fields = answer.context["turn"].fields
    missing = [name for name in fields if fields[name].help_text == "Missing: the idea is in the other language."]
    assert missing == [f"title_{lacking}", f"summary_{lacking}", f"aims_{lacking}"]
    said = {"fr": "The English ones are missing", "en": "The French ones are missing"}[language]
    assert f"{said}: what stays empty" in answer.content.decode()


def test_a_title_in_the_ideas_own_language_is_enough(client, idea):
    Idea.objects.update(language="en", title="Bicycle repair")
    sent = shown(client.get(url(idea))) | {"reason": REASON, "title_fr": "", "prerequisites": [], "interests": []}

    client.post(url(idea), sent)

    assert [training.title_en for training in Training.objects.all()] == ["Bicycle repair"]


def test_what_lacks_in_french_is_read_in_english_and_marked_so(client, idea):
    Idea.objects.update(language="en", title="Bicycle repair", text="One learns to mend. With tools.")
    sent = shown(client.get(url(idea))) | {
        "reason": REASON,
        "title_fr": "Réparer",
        "prerequisites": [],
        "interests": [],
    }

    client.post(url(idea), sent)

    training = Training.objects.get()
    SessionFactory(training=training)
    french, english = (Client().get(f"{prefix}/trainings/{training.slug}/").content.decode() for prefix in ("", "/en"))
    assert ('<div class="prose" lang="en"><p>One learns' in french, "Réparer</h1>" in french) == (True, True)
    assert ('<div class="prose"><p>One learns' in english, "Bicycle repair</h1>" in english) == (True, True)
    assert '<a href="/ideas/' in french and 'lang="en">Bicycle repair</a>' in french


def test_one_post_makes_the_training_answers_the_idea_and_tells_people(client, idea, organiser):
    supporter = VolunteerFactory()
    Support.objects.create(idea=idea, volunteer=supporter)
    needed, liked = Qualification.objects.create(slug="q"), Interest.objects.create(slug="i")
    sent = shown(client.get(url(idea))) | {"reason": REASON, "prerequisites": [needed.pk], "interests": [liked.pk]}

    assert client.get(url(idea)).context["told"] == 2
    answer = client.post(url(idea), sent)

    training = Training.objects.get()
    idea.refresh_from_db()
    assert answer.url == reverse("organise-trainings:training", args=[training.pk])
    assert (training.title, training.slug, training.aims) == ("Réparer son vélo", "reparer-son-velo", idea.text)
    assert (list(training.prerequisites.all()), list(training.interests.all())) == ([needed], [liked])
    assert (idea.state, answering.answer_of(idea).reason, turning.trainings_of(idea)) == ("adopted", REASON, [training])
    assert list(idea.steps.values_list("kind", flat=True)) == ["proposed", "answered", "outcome"]
    mails = Message.objects.filter(kind=telling.KIND)
    assert set(mails.values_list("user", flat=True)) == {idea.author.user_id, supporter.user_id}


def test_a_second_click_makes_no_second_training(client, idea):
    sent = shown(client.get(url(idea))) | {"reason": REASON}

    answers = [client.post(url(idea), sent) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert "déjà devenue cette formation" in str([*client.get(answers[1].url).context["messages"]][-1])
    assert (Training.objects.count(), Outcome.objects.count(), Step.objects.filter(kind="answered").count()) == (
        1,
        1,
        1,
    )


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_training(idea, organiser, network):
    trainings = at_once(lambda _n: turning.turn(idea, training=new(network), reason=REASON, by=organiser), range(4))

    assert {training.pk for training in trainings} == {Training.objects.get().pk}
    assert Step.objects.filter(kind="outcome").count() == 1


@pytest.mark.parametrize("change", ["edited", "answered", "moved"])
def test_what_changed_meanwhile_is_looked_at_first(client, idea, change, network):
    sent = shown(client.get(url(idea))) | {"reason": REASON}
    if change == "edited":
        Idea.objects.update(title="Réparer sa trottinette")
    elif change == "answered":
        answering.answer(idea, state="declined", reason="Non.", by=UserFactory())
    else:
        sorting.send_to(idea, call=CallFactory(network=network), reason="Mieux là", by=UserFactory())

    first = client.post(url(idea), sent)

    assert first.context["turn"].non_field_errors().as_data()[0].code == "stale"
    assert Training.objects.count() == 0
    assert client.post(url(idea), shown(first)).status_code == 302
    assert Training.objects.count() == 1


def test_an_idea_withdrawn_meanwhile_makes_nothing(client, idea):
    sent = shown(client.get(url(idea))) | {"reason": REASON}
    proposing.withdraw(idea, by=idea.author.user)

    first = client.post(url(idea), sent)
    again = client.post(url(idea), sent | {"seen": shown(first)["seen"]})

    assert (Training.objects.count(), Outcome.objects.count()) == (0, 0)
    assert "retiré" in again.context["turn"].non_field_errors()[0]
    assert 'name="title_fr"' not in client.get(url(idea)).content.decode()


def test_a_merged_idea_leads_to_the_one_it_is_answered_at(client, idea):
    head = IdeaFactory(call=idea.call)
    sent = shown(client.get(url(idea))) | {"reason": REASON}
    sorting.merge(idea, into=head, reason="La même", by=UserFactory())

    for answer in (client.get(url(idea)), client.post(url(idea), sent)):
        assert (answer.status_code, answer.url) == (302, url(head))
    assert Training.objects.count() == 0


def test_a_training_that_cannot_be_is_said_beside_its_field_and_the_idea_stays(client, idea):
    sent = shown(client.get(url(idea))) | {"reason": " ", "title_fr": ""}

    answer = client.post(url(idea), sent)

    idea.refresh_from_db()
    assert set(answer.context["turn"].errors) == {"reason", "title_fr"}
    assert (idea.state, Training.objects.count()) == ("open", 0)


def test_a_refused_answer_makes_no_training(idea, network, organiser):
    with pytest.raises(IdeaRefused):
        turning.turn(idea, training=new(network), reason=" ", by=organiser)

    assert Training.objects.count() == 0


def test_a_training_that_exists_answers_an_idea_and_a_second_click_says_it_once(client, idea, network):
    training, theirs = TrainingFactory(network=network, theme=None), TrainingFactory()
    page = client.get(url(idea))
    assert [option[0] for option in page.context["tie"].fields["training"].choices] == ["", training.pk]
    sent = shown(page, "tie") | {"tie-training": training.pk, "tie-reason": REASON}

    refused = client.post(url(idea, "existing"), sent | {"tie-training": theirs.pk})
    answers = [client.post(url(idea, "existing"), sent) for _ in range(2)]

    assert set(refused.context["tie"].errors) == {"training"}
    assert {answer.url for answer in answers} == {reverse("organise-trainings:training", args=[training.pk])}
    assert list(idea.steps.values_list("kind", flat=True)) == ["proposed", "answered", "outcome"]


def test_another_networks_organiser_does_not_find_it(idea):
    other = inside(NetworkOrganiserFactory().user)

    assert [other.get(url(idea)).status_code, other.post(url(idea, "existing")).status_code] == [404, 404]


def test_a_training_thanks_its_ideas_and_an_idea_leads_to_a_training_that_is_public(client, idea, network, organiser):
    training = turning.turn(idea, training=new(network, slug="velo"), reason=REASON, by=organiser)
    hidden = IdeaFactory(call=idea.call, title="Cachée", hidden_at=idea.proposed_at, hidden_reason="Insultes")
    outcomes.link(hidden, target=training, by=organiser)
    assert outcomes.of_ideas([idea]) == {}

    session = SessionFactory(training=training)

    page = client.get(reverse("trainings:training-detail", args=["velo"])).content.decode()
    date = client.get(reverse("trainings:session-detail", args=[session.slot_id])).content.decode()
    [shown_] = outcomes.of_ideas([idea])[idea.pk]
    for text in (page, date):
        assert "Merci à qui l’a proposée et soutenue" in text or "Merci à celles et ceux" in text
        assert reverse("ideas:idea", args=[idea.pk]) in text
        assert "Cachée" not in text
    assert (shown_.words, shown_.title, shown_.url) == (
        "a donné cette formation",
        "Réparer son vélo",
        "/trainings/velo/",
    )
    assert shown_.url in client.get(reverse("ideas:idea", args=[idea.pk])).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_what_came_of_many_ideas_takes_the_same_queries(idea, network, organiser, count, django_assert_num_queries):
    ideas = IdeaFactory.create_batch(count, call=idea.call)
    for each in ideas:
        outcomes.link(each, target=SessionFactory(training__network=network).training, by=organiser)
    outcomes.of_ideas(ideas)

    with django_assert_num_queries(2):
        assert len(outcomes.of_ideas(ideas)) == count
