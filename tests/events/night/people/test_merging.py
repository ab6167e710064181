"""A list of organisers, of any shape: columns, who is the same person as whom, and signing up whole."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, NamedPerson, Participant, PeopleList
from events.night.people import bringing, listing_people, pairing, taking_up
from events.night.people.comparing_people import plan_of
from events.night.people.reading import ListRefused
from tests.factories.night_lists import send_in, taken_up
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import open_night
from tests.factories.volunteers import MembershipFactory, NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside
from tests.racing import at_once
from tests.volunteers.spreadsheets import xlsx
from volunteers import erasing, leasing
from volunteers.models import SpokenLanguage, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(50, 50)


def member(night, first, last, email, phone=""):
    volunteer = VolunteerFactory(user__first_name=first, user__last_name=last, user__email=email, phone=phone)
    return MembershipFactory(network=night.network, volunteer=volunteer).volunteer


def send(night, content, **more):
    by = more.pop("by", None) or UserFactory()
    return send_in(content.encode(), night, by=by, **more)


def answer(sent, **said):
    """What was answered, and the list compared with it."""
    return taken_up(listing_people.answer(sent, **said))


def confirm(sent, by=None):
    return taken_up(listing_people.confirm(sent, digest=sent.plan, by=by or sent.created_by))


def pairs(sent):
    return {pair.key for pair in plan_of(sent).pairs}


@pytest.mark.both
def test_heads_are_guessed_and_put_right(night):
    content = "Agent;Courriel;Tél. mobile;Service\nDUPONT  Élodie;Elodie@Ville.example;06.12.34.56.78;Voirie\n"
    sent = listing_people.submit(content.encode(), name="l.csv", edition=night, by=UserFactory(), kind="citizen")
    sent = taken_up(sent)
    assert (sent.state, sent.columns, sent.file.name) == ("columns", {"0": "name", "1": "email"}, "")

    for wrong in ({0: "name"}, {0: "email", 1: "email"}, {1: "email"}):
        with pytest.raises(ListRefused):
            listing_people.say_columns(sent, columns=wrong)
    confirm(taken_up(listing_people.say_columns(sent, columns={0: "name", 1: "email", 2: "phone"})))

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
        confirm(sent)

    answer(sent, answers={f"2:v{elodie.pk}": True, "9:v1": True, f"3:v{phone.pk}": False})
    sent = answer(sent, answers={f"5:v{elodie.pk}": True}, rest=False)
    plan = plan_of(sent)
    assert [(said.email, said.row) for said in plan.new] == [
        ("elodie@home.example", 2), ("z@work.example", 3), ("marc@work.example", 4),
    ]  # fmt: skip
    assert set(sent.pairs.values_list("key", flat=True)) == known

    confirm(sent)
    assert Participant.objects.filter(volunteer=elodie).count() == 1
    assert not Participant.objects.filter(volunteer=stranger).exists()
    elodie.user.refresh_from_db()
    assert elodie.user.last_name == "Dupont"
    assert not User.objects.filter(email="elodie@work.example").exists()


def test_without_an_address_only_somebody_known_is_signed_up(night):
    sent = send(night, "prénom;nom;email\nPaul;Inconnu;\n")
    assert (sent.refused, sent.pairs.count()) == (1, 0)
    member(night, "Paul", "Inconnu", "paul@home.example")
    sent = send(night, "prénom;nom;email\nPaul;Inconnu;\n")

    sent = answer(sent, answers={sent.pairs.get().key: True})

    assert [said.email for said in plan_of(sent).new] == ["paul@home.example"]


def test_two_rows_of_one_person_are_one(night):
    sent = send(
        night,
        "nom complet;email;tel\nMARTIN Léa;lea@a.example;0612345678\nLéa Martin;lea@b.example;\n"
        "Léo Martin;leo@c.example;0612345678\n",
    )
    keys = pairs(sent)
    assert {"3:r2", "4:r2"} <= keys

    sent = answer(sent, answers={"3:r2": True}, rest=False)

    assert [said.email for said in plan_of(sent).new] == ["lea@a.example", "leo@c.example"]


def test_a_list_of_citizens_makes_no_citizen_of_a_professional(night):
    name_somebody(PartnerFactory(edition=night), email="ines@example.org")
    confirm(send(night, "prénom;email\nInès;ines@example.org\n"))

    assert Participant.objects.get().kind == "professional"
    assert NamedPerson.objects.filter(brought=True).count() == 1


def test_other_columns_ask_anew_and_what_is_decided_stays(night):
    member(night, "Paul", "Dupont", "paul@home.example")
    sent = send(night, "prénom;nom;email;x\nPaul;Dupont;paul@work.example;1\n")
    sent = answer(sent, answers={}, rest=True)
    columns = {0: "first_name", 1: "last_name", 2: "email"}
    assert listing_people.say_columns(sent, columns=columns).state == "ready"  # the same columns
    assert sent.pairs.get().is_one
    sent = taken_up(listing_people.say_columns(sent, columns={0: "first_name", 2: "email"}))
    assert not sent.pairs.exists()
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

    at_once(lambda _n: listing_people.confirm(sent, digest=sent.plan, by=by), range(4))
    at_once(taking_up.take_up, [sent.pk] * 4)

    assert PeopleList.objects.get().state == "done"
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
    assert (url, browser.get(detail).status_code) == (detail, 200)
    taken_up(sent)
    url = reverse("organise-night:people-list-columns", args=[sent.pk])
    assert browser.get(detail).url == url
    assert browser.get(detail, headers={"HX-Request": "true"})["HX-Redirect"] == detail
    assert "Elodie Dupont" in browser.get(url).content.decode()
    assert browser.post(url, {"column-0": "name"}).status_code == 422
    assert browser.post(url, {"column-0": "name", "column-1": "email"}).url == detail

    taken_up(sent)
    page = browser.get(detail)
    (asked,) = page.context["pairs"]
    answers = reverse("organise-night:people-list-answers", args=[sent.pk])
    key = asked["pair"].key
    browser.post(answers, {f"pair-{key}": "one", "pair-x": "one", "pair-2:v0": "maybe", f"keep-{key}-last_name": "one"})
    sent = taken_up(sent)
    page = browser.get(detail)
    assert (page.context["open_pairs"], page.context["answered"], sent.is_confirmable) == (0, 1, True)
    assert browser.get(f"{detail}?pairs=answered").context["pairs"][0]["pair"].is_one
    confirm = reverse("organise-night:people-list-confirm", args=[sent.pk])
    browser.post(confirm, {"digest": "stale"})
    assert not NamedPerson.objects.exists()
    browser.post(confirm, {"digest": sent.plan})
    taken_up(sent)

    assert set(NamedPerson.objects.values_list("email", flat=True)) == {"elodie@home.example", "bo@example.org"}
    assert browser.get(detail).context["sent"].ended_by == user


def test_thousands_of_rows_are_compared_in_a_few_queries(night, django_assert_max_num_queries):
    rows = "".join(f"Prénom{n};Nom{n * 7919 % 5000};p{n}@example.org;\n" for n in range(3000))
    sent = listing_people.submit(
        ("prénom;nom;email;tel\n" + rows).encode(), name="l.csv", edition=night, by=UserFactory()
    )
    sent = taken_up(sent)
    columns = {int(at): name for at, name in sent.columns.items()}

    with django_assert_max_num_queries(40):
        sent = taken_up(listing_people.say_columns(sent, columns=columns))

    assert (sent.created, sent.size, sent.pages.count()) == (3000, 3000, 60)


# --- Field by field --------------------------------------------------------------------------------------------------
@pytest.fixture
def two(night):
    """A list whose third row may be the second, and who may be somebody known."""
    for code, name in (("ar", "arabe"), ("ro", "roumain")):
        SpokenLanguage.objects.create(code=code, name_fr=name)
    known = member(night, "Zoé", "Ferrand", "zoe@home.example", phone="+33612345678")
    known.languages.add(SpokenLanguage.objects.get(code="ro"))
    return send(
        night,
        "prénom;nom;email;tel;langues;responsable;qg\n"
        "Léa;Martin;lea@a.example;0612345671;arabe;oui;11\n"
        "Lea;MARTIN;lea@b.example;0612345672;roumain;;12\n"
        "Zoe;Ferand;zoe@work.example;;arabe;oui;\n",
    ), known  # fmt: skip


def test_two_who_are_one_are_put_together_field_by_field(night, two):
    sent, known = two
    shown = {pair.key: {one.name: one.usual for one in pairing.differences(pair.facts)} for pair in sent.pairs.all()}
    assert shown == {
        "3:r2": {
            "email": "other", "first_name": "one", "phone": "one", "leader": "other",
            "languages": "both", "headquarters": "one",
        },
        f"4:v{known.pk}": {
            "first_name": "other", "last_name": "other", "phone": "other", "leader": "one", "languages": "both",
        },
    }  # fmt: skip

    kept = {"3:r2": {"email": "one", "first_name": "other", "languages": "other", "x": "one"}}
    kept[f"4:v{known.pk}"] = {"languages": "one", "phone": "nobody's"}
    sent = answer(sent, answers={"3:r2": True, f"4:v{known.pk}": True}, kept=kept)
    confirm(sent)

    lea, zoe = NamedPerson.objects.order_by("row")
    assert (lea.name, lea.email, str(lea.phone), lea.leader, str(lea.headquarters.district.code), lea.row) == (
        "Léa Martin", "lea@b.example", "+33612345672", True, "12", 2,
    )  # fmt: skip
    assert [row.code for row in lea.languages.all()] == ["ar"]
    assert lea.origins == {"email": 3, "phone": 3, "headquarters": 3}
    assert (zoe.name, zoe.email, str(zoe.phone), zoe.leader) == (
        "Zoé Ferrand", "zoe@home.example", "+33612345678", True,
    )  # fmt: skip
    assert [row.code for row in zoe.languages.all()] == ["ar"]
    assert zoe.origins == {"email": 0, "first_name": 0, "last_name": 0, "phone": 0}
    known.user.refresh_from_db()
    assert [row.code for row in known.languages.all()] == ["ro"]


def test_an_answer_is_taken_back_until_the_list_is_confirmed(two):
    sent, _known = two
    sent = answer(sent, answers={"3:r2": True}, rest=False)
    assert (sent.created, sent.unchanged, sent.pairs.filter(is_one=None).count()) == (2, 1, 0)

    listing_people.answer(sent, answers={"3:r2": None})
    assert not sent.pairs.get(key="3:r2").kept
    with pytest.raises(SignUpRefused):
        confirm(sent)
    sent = answer(sent, answers={"3:r2": False})

    assert (sent.created, sent.unchanged) == (3, 0)
    sent = confirm(sent)
    assert (sent.state, sent.pairs.count(), sent.pages.count()) == ("done", 0, 0)
    with pytest.raises(SignUpRefused):
        listing_people.answer(sent, answers={"3:r2": True})


def test_four_rows_of_one_person_become_one(night):
    rows = "".join(f"Léa;Martin;lea{n}@a.example\n" for n in range(4))
    sent = answer(send(night, f"prénom;nom;email\n{rows}"), answers={}, rest=True)

    confirm(sent)

    assert [row.email for row in NamedPerson.objects.all()] == ["lea0@a.example"]


def test_of_somebody_known_who_is_erased_nothing_stays_in_a_list(two):
    sent, known = two
    sent = answer(sent, answers={"3:r2": True, f"4:v{known.pk}": True})
    assert "zoe@home.example" in str(list(sent.pages.values_list("rows")))

    erasing.erase(known.user)

    sent.refresh_from_db()
    assert (sent.state, sent.pages.count()) == ("sorted", 0)
    sent = taken_up(sent)
    assert (sent.state, [pair.key for pair in sent.pairs.all()]) == ("ready", ["3:r2"])


# --- Workers ---------------------------------------------------------------------------------------------------------
def test_what_is_no_list_is_said_where_it_was_sent(night):
    by = NetworkOrganiserFactory(network=night.network, user__language="fr").user
    sent = listing_people.submit(b"\x89PNG\r\n", name="l.xlsx", edition=night, by=by)
    storage, name = sent.file.storage, sent.file.name
    assert storage.exists(name)

    with TestCase.captureOnCommitCallbacks(execute=True):
        sent = taken_up(sent)

    assert (sent.state, sent.file.name, bool(sent.problem)) == ("failed", "", True)
    assert not storage.exists(name)
    page = inside(by).get(reverse("organise-night:people-list", args=[sent.pk]))
    assert page.context["problem"] in page.content.decode()


def test_what_changed_since_the_preview_is_shown_before_anybody_is_signed_up(night):
    sent = send(night, "prénom;nom;email\nZoé;Ferrand;zoe@work.example\n")
    listing_people.confirm(sent, digest=sent.plan, by=sent.created_by)
    member(night, "Zoé", "Ferrand", "zoe@home.example")

    sent = taken_up(sent)

    assert (sent.state, sent.pairs.count(), NamedPerson.objects.count()) == ("ready", 1, 0)
    sent = confirm(answer(sent, answers={}, rest=False))
    assert (sent.state, NamedPerson.objects.count()) == ("done", 1)


def test_teams_composed_meanwhile_sign_nobody_up(night):
    sent = send(night, "prénom;email\nZoé;zoe@work.example\n")
    listing_people.confirm(sent, digest=sent.plan, by=sent.created_by)
    Edition.objects.update(state="rostering")

    sent = taken_up(sent)

    assert (sent.state, len(sent.remarks), NamedPerson.objects.count()) == ("ready", 1, 0)


def test_a_list_whose_worker_was_lost_is_taken_up_again_and_given_up_after_three(night):
    sent = send(night, "prénom;email\nZoé;zoe@work.example\n")
    listing_people.confirm(sent, digest=sent.plan, by=sent.created_by)
    PeopleList.objects.update(state="writing", attempts=1, lease_until=timezone.now() + leasing.LEASE)
    assert (taken_up(sent).state, taking_up.sweep()) == ("writing", 0)
    with pytest.raises(SignUpRefused):
        listing_people.give_up(sent, by=sent.created_by)

    with time_machine.travel(timezone.now() + 2 * leasing.LEASE, tick=False):
        assert taking_up.sweep() == 1
        PeopleList.objects.update(attempts=leasing.ATTEMPTS)
        assert (taken_up(sent).state, NamedPerson.objects.count()) == ("failed", 0)


def test_who_was_presumed_dead_writes_nothing_after_their_successor(night, monkeypatch):
    sent = send(night, "prénom;email\nZoé;zoe@work.example\n")
    listing_people.confirm(sent, digest=sent.plan, by=sent.created_by)

    def overtaken(*arguments, **facts):
        PeopleList.objects.update(attempts=2)
        return bring(*arguments, **facts)

    bring = bringing.bring
    monkeypatch.setattr(bringing, "bring", overtaken)
    taking_up.take_up(sent.pk)

    assert NamedPerson.objects.count() == 0
