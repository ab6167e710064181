"""The card's page and the organisers' pages of cards and answers."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from events.models import Registration
from events.night.cards import answering, links, replacing, telling
from events.night.models import Assignment, Card, Edition, Vacancy
from mail.models import Message
from mail.rendering import render
from tests.events.night.composing.test_roster_pages import said, url
from tests.factories.night_board import board_night, person
from tests.factories.night_cards import card, move, publish, published_night, told
from tests.factories.night_people import ParticipantFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


def link(name):
    return f"/night/card/{links.token_of(card(name))}/"


@pytest.fixture
def night():
    night = published_night()
    night.headquarters.update(contact="Zoé, 06 12 34 56 78", meal="Soupe")
    return night


@pytest.fixture
def organiser(night):
    user = NetworkOrganiserFactory(network=night.network).user
    user.language = "fr"
    user.save()
    return inside(user)


@pytest.fixture
def coordinator(night):
    user = UserFactory(language="fr")
    night.headquarters.last().slot.people_in_charge.add(user)
    return inside(user)


# --- One's own card ---------------------------------------------------------------------------------------------------
def test_the_card_says_where_to_go_and_with_whom_by_first_names_alone(night, client):
    page = said(client.get(link("11-1 b")))

    facts = "11-1", "Responsable : <strong>11-1 a</strong>", "11-1 c", "Zoé, 06 12 34 56 78", "Soupe", "18:00", "Maison"
    assert [one for one in facts if one not in page] == []
    everybody = night.participants.values_list("volunteer__user__email", flat=True)
    assert [one for one in ("Zola", "12-1", "11-2", *everybody) if one in page] == []


def test_the_mail_names_nobody_s_address_and_brings_the_calendar_entry(night):
    mine = card("11-1 b")
    message = Message(
        kind="night/card",
        to=mine.participant.volunteer.user.email,
        language="fr",
        context={"card": mine.pk, "version": 1, "news": "team"},
    )

    email = render(message)

    text = email.body + email.alternatives[0].content
    others = set(night.participants.values_list("volunteer__user__email", flat=True)) - {message.to}
    assert [one for one in ("Zola", *others) if one in text] == []
    assert ("11-1 a" in text, "11-1 c" in text, "/night/card/" in text) == (True, True, True)
    (part,) = email.attachments
    uid = mine.participant.registration.uid
    assert f"UID:{uid}@" in part.get_payload(decode=True).decode()
    assert "METHOD:REQUEST" in part.get_payload(decode=True).decode()
    message.context["version"] = 7
    assert render(message) is None


def test_a_calendar_follows_whoever_goes_into_the_reserve(night):
    before = card("11-1 b").participant.registration.uid
    move("11-1 b", "11")
    telling.tell_changes(night, expected=[person("11-1 b").pk], by=UserFactory())
    telling.tell_due()

    email = render(Message.objects.get(kind="night/card"))

    assert "Vous êtes maintenant en réserve" in email.body
    (part,) = email.attachments
    entry = part.get_payload(decode=True).decode()
    assert [one for one in (f"UID:{before}@", "METHOD:REQUEST", "STATUS:TENTATIVE") if one not in entry] == []


def test_the_card_speaks_english_too(night, client):
    page = said(client.get(f"/en{link('11-1 b')}"))
    assert [one for one in ("Your team", "<strong>11-1 a</strong> leads it", "I’ll be there") if one not in page] == []


def test_opening_the_link_changes_nothing_and_its_buttons_do(night, client):
    address = link("11-1 b")
    for _twice in range(2):
        assert "Venez-vous" in said(client.get(address))
    assert card("11-1 b").answer == ""

    page = client.post(address, {"answer": "coming"}, follow=True)
    assert "Vous avez dit que vous venez" in said(page)
    client.post(address, {"answer": "perhaps"})
    client.post(address)
    assert card("11-1 b").answer == "coming"
    page = client.post(address, {"answer": "cannot"}, follow=True)
    assert "Vous ne venez pas cette fois" in said(page)
    page = client.post(address, {"answer": "coming"}, follow=True)
    assert "Vous avez dit que vous venez" in said(page)
    assert (card("11-1 b").answer, card("11-1 b").sector.code) == ("coming", "11-1")


def test_a_forged_link_a_link_of_somebody_gone_and_a_late_answer_are_told_in_words(night, client):
    address = link("11-1 b")
    forged = client.get(address[:-2] + "x/")
    assert (forged.status_code, "Ce lien ne fonctionne pas" in said(forged)) == (404, True)

    with time_machine.travel(night.starts_at - dt.timedelta(hours=4)):
        assert "appelez : Zoé, 06 12 34 56 78" in said(client.get(address))
        assert "plus rien ne change" in said(client.post(address, {"answer": "cannot"}, follow=True))
    with time_machine.travel(night.ends_at):
        assert "Cette nuit est passée" in said(client.get(address))
    assert card("11-1 b").answer == ""
    person("11-1 b").delete()
    assert client.get(address).status_code == 404


def test_the_reserve_is_told_honestly(night, client):
    page = said(client.get(link("11 r a")))
    assert ("Vous êtes en réserve" in page, "Ne venez pas sans ce message" in page) == (True, True)
    client.post(link("11 r a"), {"answer": "coming"})
    assert (card("11 r a").answer, card("11 r a").sector) == ("coming", None)


def test_whoever_is_in_reserve_is_not_told_a_number_that_decides_nothing(night):
    client = Client()
    client.force_login(person("11 r a").volunteer.user)
    of_mine = Registration.objects.get(participant=person("11 r a")).uid
    pages = [reverse("events:space"), reverse("events:registration-cancel", args=[of_mine])]

    assert [("numéro" in said(client.get(page)), "réserve" in said(client.get(page))) for page in pages] == [
        (False, True),
        (False, True),
    ]
    Edition.objects.update(state="rostering")
    assert ["numéro 1" in said(client.get(page)) for page in pages] == [True, True]


def test_one_s_space_has_the_same_card(night):
    client = Client()
    client.force_login(person("11-1 b").volunteer.user)

    assert "team-card" in said(client.get(f"/night/{night.pk}/mine/"))
    client.post(f"/night/{night.pk}/answer/", {"answer": "cannot"})

    assert card("11-1 b").answer == "declined"
    assert "Vous ne venez pas cette fois" in said(client.get(f"/night/{night.pk}/mine/"))


def test_before_publishing_there_is_no_card():
    night = board_night()
    client = Client()
    client.force_login(person("11-1 b").volunteer.user)

    assert "team-card" not in said(client.get(f"/night/{night.pk}/mine/"))
    assert client.post(f"/night/{night.pk}/answer/", {"answer": "coming"}).status_code == 404


# --- The office -------------------------------------------------------------------------------------------------------
def test_publishing_shows_what_is_sent_and_then_does_it():
    night = board_night()
    organiser = inside(NetworkOrganiserFactory(network=night.network, user__language="fr").user)
    asked = organiser.get(url("edition-state", night.pk, "published"))
    assert asked["Location"] == url("publish", night.pk)

    page = organiser.get(url("publish", night.pk))
    words = said(page)
    assert ("14 personnes reçoivent un message" in words, "12 cartes" in words) == (True, True)
    assert "Votre équipe pour la Nuit : 11-1" in words
    assert Edition.objects.get().state == "rostering"

    form = page.context["form"]
    data = {"answers_by": f"{form.initial['answers_by']:%Y-%m-%dT%H:%M}", "seen": form.initial["seen"]}
    late = organiser.post(url("publish", night.pk), data | {"answers_by": f"{night.ends_at:%Y-%m-%dT%H:%M}"})
    assert (late.status_code, Edition.objects.get().state) == (422, "rostering")
    done = organiser.post(url("publish", night.pk), data)
    assert done["Location"] == url("cards", night.pk)
    assert Edition.objects.get().state == "published"
    progress = organiser.get(url("cards", night.pk))
    assert (progress.context["waiting"], "hx-trigger" in said(progress)) == (14, True)


def test_answers_come_back_to_the_organiser_and_to_the_coordinator_for_their_own(night, organiser, coordinator):
    for name, answer in (("11-1 a", "coming"), ("11-1 b", "cannot"), ("12-1 b", "cannot")):
        Client().post(link(name), {"answer": answer})
    replacing.fill_open()

    page = organiser.get(url("cards", night.pk))
    assert page.context["totals"] == {"coming": 1, "declined": 2, "silent": 11, "reserve": 0}
    one, other = night.headquarters.all()
    rows = organiser.get(url("answers", one.pk), {"answer": "declined"}).context["page_obj"]
    assert [row.participant for row in rows] == [person("11-1 b")]
    teams = organiser.get(url("answers", one.pk)).context["teams"]
    assert [(team.sector.code, team.size, team.coming, team.silent) for team in teams] == [
        ("11-1", 3, 1, 2),
        ("11-2", 3, 0, 3),
    ]
    assert coordinator.get(url("answers", one.pk)).status_code == 404
    mine = said(coordinator.get(url("answers", other.pk)))
    assert ("12-1 b Zola" in mine, "11-1" in mine, "@" in mine) == (True, False, False)
    assert [row.headquarters for row in coordinator.get(url("cards", night.pk)).context["rows"]] == [other]


def test_answers_stand_beside_the_names_on_the_board(night, organiser):
    answering.say_coming(card("11-1 a"), by=person("11-1 a").volunteer.user)
    move("11-1 c", "12-1")

    page = organiser.get(url("board-all", night.pk))

    people = [one for part in page.context["parts"] for team in part.teams for one in team.people]
    answers = {person("11-1 a").pk: "✓", person("11-1 b").pk: "…", person("11-1 c").pk: "✉"}
    assert {one.key: one.answer for one in people if one.key in answers} == answers
    assert "✉ à prévenir" in said(page)


def test_an_answer_refreshes_the_boards_that_show_its_person_and_no_others(night, organiser):
    pages = {code: url("board-of", night.headquarters.get(district__code=code).pk) for code in ("11", "12")}
    seen = {code: f"?seen={organiser.get(page).context['stamp']}" for code, page in pages.items()}
    assert [organiser.get(pages[code] + seen[code]).status_code for code in pages] == [204, 204]

    answering.say_coming(card("11-1 b"), by=person("11-1 b").volunteer.user)

    assert [organiser.get(pages[code] + seen[code]).status_code for code in pages] == [200, 204]


def test_changes_are_told_once_to_those_concerned(night, organiser):
    move("11-1 b", "11-2")
    move("11-1 b", "12-1")
    move("11-1 c", "11-2")
    move("11-1 c", "11-1")
    move("12-1 c", "12-1", leads=True)

    page = organiser.get(url("tell", night.pk))
    assert {str(label): count for label, count in page.context["counts"]} == {
        "un autre QG": 1,
        "devient responsable": 1,
        "n’est plus responsable": 1,
        "une autre personne responsable": 1,
    }
    keys = page.context["keys"]
    organiser.post(url("tell", night.pk), {"people": keys})
    organiser.post(url("tell", night.pk), {"people": keys})

    telling.tell_due()

    assert told() == [("11-1 b", "elsewhere"), ("12-1 a", "follow"), ("12-1 b", "leader"), ("12-1 c", "lead")]
    assert "il n’y a rien à dire" in said(organiser.get(url("tell", night.pk)))
    move("11-2 b", "12-2")
    stale = organiser.post(url("tell", night.pk), {"people": keys}, follow=True)
    assert "regardez à nouveau" in said(stale)
    assert len(told()) == 4


def test_a_vacancy_is_filled_by_hand_once_there_is_somebody(night, coordinator, organiser):
    answering.say_cannot(card("12-1 b"), by=person("12-1 b").volunteer.user)
    answering.say_cannot(card("11-1 b"), by=person("11-1 b").volunteer.user)
    here, there = Vacancy.objects.get(sector__code="12-1"), Vacancy.objects.get(sector__code="11-1")

    assert coordinator.post(url("vacancy-fill", there.pk)).status_code == 404
    page = coordinator.post(url("vacancy-fill", here.pk), follow=True)
    assert "12 r a Zola part avec l’équipe 12-1" in said(page)
    coordinator.post(url("vacancy-fill", here.pk))
    assert told() == [("12 r a", "placed")]

    move("11 r a", "11-2")
    page = organiser.post(url("vacancy-fill", there.pk), follow=True)
    assert "Personne dans la réserve ne peut y aller" in said(page)
    assert "Personne dans la réserve ne peut y aller" in said(organiser.get(url("cards", night.pk)))


def test_the_silent_are_asked_by_one_click(night, organiser):
    organiser.post(url("remind", night.pk))
    organiser.post(url("remind", night.pk))
    assert Message.objects.filter(kind="night/card-reminder").count() == 12


def test_pages_take_as_many_queries_for_a_crowd(django_assert_num_queries):
    night = publish(board_night(sectors=1, headquarters=1, team=2, reserve=0))
    organiser = inside(NetworkOrganiserFactory(network=night.network).user)
    key = night.headquarters.get().pk
    pages = {"cards": (night.pk, 21), "answers": (key, 18), "tell": (night.pk, 15)}
    move("11-1 b", "11")
    with still():
        for page, (about, count) in pages.items():
            organiser.get(url(page, about))
            with django_assert_num_queries(count):
                organiser.get(url(page, about))
    crowd = ParticipantFactory.create_batch(30, edition=night)
    sector = night.sectors.get()
    for one in crowd:
        facts = {"participant": one, "headquarters": sector.headquarters}
        Assignment.objects.create(**facts, sector=sector)
        mine = Card.objects.create(**facts, version=1, told_at=one.signed_up_at)
        Vacancy.objects.create(sector=sector, left_by=one, reason="declined")
    assert mine.sector is None
    with still():
        for page, (about, count) in pages.items():
            organiser.get(url(page, about))
            with django_assert_num_queries(count):
                organiser.get(url(page, about))
