"""A list of organisers, of any shape: columns, who is the same person as whom, and signing up whole."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.night.editions.opening import SignUpRefused
from events.night.models import NamedPerson, Participant, PeopleList
from events.night.people import listing_people
from events.night.people.comparing_people import plan_of
from events.night.people.reading import ListRefused
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import open_night
from tests.factories.volunteers import MembershipFactory, NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside
from tests.racing import at_once
from tests.volunteers.spreadsheets import xlsx
from volunteers.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(50)


def member(night, first, last, email, phone=""):
    volunteer = VolunteerFactory(user__first_name=first, user__last_name=last, user__email=email, phone=phone)
    return MembershipFactory(network=night.network, volunteer=volunteer).volunteer


def send(night, content, **more):
    by = more.pop("by", None) or UserFactory()
    facts = {"source": "Courrier", "kind": "citizen", "by": by} | more
    return listing_people.submit(content.encode(), name="liste.csv", edition=night, **facts)


def pairs(sent):
    return {pair.key for pair in plan_of(sent).pairs}


@pytest.mark.both
def test_heads_are_guessed_and_put_right(night):
    sent = send(
        night, "Agent;Courriel;Tél. mobile;Service\nDUPONT  Élodie;Elodie@Ville.example;06.12.34.56.78;Voirie\n"
    )
    assert sent.columns == {"0": "name", "1": "email"}

    for wrong in ({0: "name"}, {0: "email", 1: "email"}, {1: "email"}):
        with pytest.raises(ListRefused):
            listing_people.say_columns(sent, columns=wrong)
    sent = listing_people.say_columns(sent, columns={0: "name", 1: "email", 2: "phone"})
    listing_people.confirm(sent, digest=plan_of(sent).digest, by=UserFactory())

    person = NamedPerson.objects.get()
    assert (person.name, person.email, str(person.phone)) == ("Élodie Dupont", "elodie@ville.example", "+33612345678")
    assert (person.partner, person.sent, person.row, person.participant.kind) == (None, sent, 2, "citizen")


def test_who_looks_like_somebody_known_is_asked_about(night):
    elodie = member(night, "Élodie", "Dupont", "elodie@home.example")
    phone = member(night, "Zoé", "Autre", "zoe@home.example", phone="+33612345678")
    stranger = VolunteerFactory(user__first_name="Marc", user__last_name="Petit", user__email="marc@home.example")
    sent = send(
        night,
        "prénom;nom;email;téléphone\n"
        "Elodie;DUPOND;elodie@work.example;\n"
        "Zoë;Nom;z@work.example;0612345678\n"
        "Marc;Petit;marc@work.example;\n"
        "Élodie;Dupont;;\n",
    )
    known = {f"2:v{elodie.pk}", f"3:v{phone.pk}", f"5:v{elodie.pk}", "5:r2"}
    assert pairs(sent) == known
    assert not plan_of(sent).is_confirmable
    with pytest.raises(SignUpRefused):
        listing_people.confirm(sent, digest=plan_of(sent).digest, by=UserFactory())

    listing_people.answer(sent, answers={f"2:v{elodie.pk}": True, "9:v1": True, f"3:v{phone.pk}": False})
    sent = listing_people.answer(sent, answers={f"5:v{elodie.pk}": True}, rest=False)
    plan = plan_of(sent)
    assert [(said.email, said.row) for said in plan.new] == [
        ("elodie@home.example", 2), ("z@work.example", 3), ("marc@work.example", 4),
    ]  # fmt: skip
    assert "9:v1" not in sent.answers

    listing_people.confirm(sent, digest=plan.digest, by=UserFactory())
    assert Participant.objects.filter(volunteer=elodie).count() == 1
    assert not Participant.objects.filter(volunteer=stranger).exists()
    elodie.user.refresh_from_db()
    assert elodie.user.last_name == "Dupont"
    assert not User.objects.filter(email="elodie@work.example").exists()


def test_without_an_address_only_somebody_known_is_signed_up(night):
    sent = send(night, "prénom;nom;email\nPaul;Inconnu;\n")
    assert plan_of(sent).refused == 1
    member(night, "Paul", "Inconnu", "paul@home.example")
    assert plan_of(sent).open_pairs == 1

    sent = listing_people.answer(sent, answers={plan_of(sent).pairs[0].key: True})

    assert [said.email for said in plan_of(sent).new] == ["paul@home.example"]


def test_two_rows_of_one_person_are_one(night):
    sent = send(
        night,
        "nom complet;email;tel\nMARTIN Léa;lea@a.example;0612345678\nLéa Martin;lea@b.example;\n"
        "Léo Martin;leo@c.example;0612345678\n",
    )
    keys = pairs(sent)
    assert {"3:r2", "4:r2"} <= keys

    sent = listing_people.answer(sent, answers={"3:r2": True}, rest=False)

    assert [said.email for said in plan_of(sent).new] == ["lea@a.example", "leo@c.example"]


def test_a_list_of_citizens_makes_no_citizen_of_a_professional(night):
    name_somebody(PartnerFactory(edition=night), email="ines@example.org")
    sent = send(night, "prénom;email\nInès;ines@example.org\n")

    listing_people.confirm(sent, digest=plan_of(sent).digest, by=UserFactory())

    assert Participant.objects.get().kind == "professional"
    assert NamedPerson.objects.filter(brought=True).count() == 1


def test_other_columns_ask_anew_and_what_is_decided_stays(night):
    member(night, "Paul", "Dupont", "paul@home.example")
    sent = send(night, "prénom;nom;email;x\nPaul;Dupont;paul@work.example;1\n")
    sent = listing_people.answer(sent, answers={}, rest=True)
    assert sent.answers
    sent = listing_people.say_columns(sent, columns={0: "first_name", 1: "last_name", 2: "email"})
    assert sent.answers  # the same columns
    sent = listing_people.say_columns(sent, columns={0: "first_name", 2: "email"})
    assert not sent.answers
    listing_people.give_up(sent, by=UserFactory())
    for act in (
        lambda: listing_people.say_columns(sent, columns={0: "first_name", 2: "email"}),
        lambda: listing_people.answer(sent, answers={}),
        lambda: listing_people.confirm(sent, digest="", by=UserFactory()),
    ):
        with pytest.raises(SignUpRefused):
            act()


def test_four_clicks_sign_a_list_up_once(transactional_db):
    night, by = open_night(50), UserFactory()
    sent = send(night, "prénom;email\n" + "".join(f"P{n};p{n}@example.org\n" for n in range(20)), by=by)
    digest = plan_of(sent).digest

    done = at_once(lambda _n: listing_people.confirm(sent, digest=digest, by=by), range(4))

    assert [one.state for one in done] == ["done"] * 4
    assert (NamedPerson.objects.count(), Participant.objects.count()) == (20, 20)


def test_an_organiser_brings_a_workbook_in(night):
    user = NetworkOrganiserFactory(network=night.network, user__language="fr").user
    browser = inside(user)
    member(night, "Élodie", "Dupont", "elodie@home.example")
    content = xlsx(["Elodie Dupont", "elodie@work.example"], ["Bo", "bo@example.org"], head=["Qui est-ce", "Courriel"])
    new = reverse("organise-night:people-import", args=[night.pk])
    url = browser.post(new, {"file": SimpleUploadedFile("l.xlsx", content), "source": "Nous", "kind": "citizen"}).url
    sent = PeopleList.objects.get()
    detail = reverse("organise-night:people-list", args=[sent.pk])
    assert browser.get(detail).url == url == reverse("organise-night:people-list-columns", args=[sent.pk])
    assert "Elodie Dupont" in browser.get(url).content.decode()
    assert browser.post(url, {"column-0": "name"}).status_code == 422
    assert browser.post(url, {"column-0": "name", "column-1": "email"}).url == detail

    page = browser.get(detail)
    (asked,) = page.context["pairs"]
    answers = reverse("organise-night:people-list-answers", args=[sent.pk])
    browser.post(answers, {f"pair-{asked['pair'].key}": "one", "pair-x": "one", "pair-2:v0": "maybe"})
    page = browser.get(detail)
    assert page.context["plan"].is_confirmable
    confirm = reverse("organise-night:people-list-confirm", args=[sent.pk])
    browser.post(confirm, {"digest": "stale"})
    assert not NamedPerson.objects.exists()
    browser.post(confirm, {"digest": page.context["plan"].digest})

    assert set(NamedPerson.objects.values_list("email", flat=True)) == {"elodie@home.example", "bo@example.org"}
    assert browser.get(detail).context["sent"].ended_by == user


def test_thousands_of_rows_are_compared_in_a_few_queries(night, django_assert_max_num_queries):
    rows = "".join(f"Prénom{n};Nom{n * 7919 % 5000};p{n}@example.org;\n" for n in range(3000))
    sent = send(night, "prénom;nom;email;tel\n" + rows)

    with django_assert_max_num_queries(15):
        plan = plan_of(sent)

    assert len(plan.new) == 3000
