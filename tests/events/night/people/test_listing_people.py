"""A list of an organisation's people: read, looked at, signed up whole or not at all; and hostile files."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from tablib import Dataset

from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, NamedPerson, Participant, PeopleList
from events.night.partners import inviting, objecting
from events.night.people import comparing_people, listing_people, reading
from events.night.people.comparing_people import plan_of
from events.night.people.listing_people import PlanChanged
from mail.models import Message
from tests.factories.night import SectorFactory
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import open_night
from tests.factories.volunteers import QualificationFactory, VolunteerFactory
from tests.racing import at_once
from volunteers import erasing
from volunteers.models import SpokenLanguage, User
from volunteers.reading_lists import Line

pytestmark = pytest.mark.django_db
HEAD = "Prénom;Nom;E-mail;Téléphone;Responsable;Marche;Langues;Habilitations;QG;Secteur"


@pytest.fixture
def partner():
    """It may give one clearance, and names the team of one sector of the second headquarters."""
    partner = PartnerFactory(edition=open_night(20, 20), linked=True)
    partner.qualifications.add(QualificationFactory(slug="metro", name_fr="Métro"))
    SpokenLanguage.objects.create(code="ar", name_fr="arabe", name_en="Arabic")
    SectorFactory(headquarters=partner.edition.headquarters.last(), code="12-3", partner=partner)
    return partner


def send(partner, *rows, head=HEAD):
    content = "\n".join([head, *rows]).encode()
    return listing_people.submit_partners(content, name="gens.csv", partner=partner)


def confirm(sent):
    return listing_people.confirm_partners(sent, digest=plan_of(sent).digest)


def faults(sent):
    return {
        line.number: [(column, why if isinstance(why, str) else why[0]) for column, _value, why in line.faults]
        for line in plan_of(sent).lines
        if line.faults
    }


@pytest.mark.both
def test_a_list_is_signed_up_whole(partner):
    one, other = partner.edition.headquarters.all()
    sent = send(
        partner,
        "  INÈS ;MOREAU  ; MAILTO:Ines@Example.ORG ;06 12 34 56 78;oui;2;Arabe;métro;11e;",
        "Bo;Lefèvre-Dupont;bo@example.org;;;;;;;12-03",
        "Cléo;;cleo@example.org;;non;;;;;",
    )
    plan = plan_of(sent)
    assert (len(plan.new), plan.refused, plan.is_confirmable) == (3, 0, True)

    done = confirm(sent)
    again = confirm(PeopleList.objects.get())

    assert (done.created, again.state, again.rows) == (3, "done", [])
    ines, bo, cleo = NamedPerson.objects.order_by("row")
    assert (ines.name, ines.email, str(ines.phone)) == ("Inès Moreau", "ines@example.org", "+33612345678")
    assert (ines.leader, ines.max_walk, ines.headquarters) == (True, 2, one)
    assert ([str(row) for row in ines.languages.all()], [str(row) for row in ines.clearances.all()]) == (
        ["arabe"], ["Métro"],
    )  # fmt: skip
    assert (bo.sector.code, bo.headquarters, cleo.headquarters) == ("12-3", other, None)
    assert [(row.sent_id, row.row) for row in (ines, bo, cleo)] == [(sent.pk, 2), (sent.pk, 3), (sent.pk, 4)]
    assert Participant.objects.active().filter(kind="professional").count() == 3
    assert Message.objects.filter(kind="night/named").count() == 3


def test_one_bad_row_and_nobody_is_signed_up(partner):
    VolunteerFactory(user__email="known@example.org")
    sent = send(
        partner,
        "Ana;A;ana@example.org;;;;;;;",
        ";B;b@example.org;;;;;;;",
        "C;C;;;;;;;;",
        "D;D;nowhere;12;peut-être;9;klingon;secret défense;99;11-1",
        "E;E;e@example.org;=1+1;;;;;;",
        "=cmd();F;f@example.org;#REF!;;;;;;",
    )

    assert {number: {column for column, _why in found} for number, found in faults(sent).items()} == {
        3: {"Prénom"},
        4: {"E-mail"},
        5: {"E-mail", "Téléphone", "Responsable", "Marche", "Langues", "Habilitations", "QG", "Secteur"},
        6: {"Téléphone"},
        7: {"Prénom", "Téléphone"},
    }
    with pytest.raises(SignUpRefused):
        confirm(sent)
    assert (NamedPerson.objects.count(), Participant.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert User.objects.count() == 1


def test_a_list_sent_again_changes_what_differs(partner):
    gone = name_somebody(partner, email="gone@example.org")
    objecting.object_to(gone)
    ines = name_somebody(partner, phone="+33612345678")
    name_somebody(partner, email="bo@example.org", first_name="Bo", last_name="B")

    sent = send(
        partner,
        "Inès;Moreau;ines@example.org;;oui;;;;;",
        "Bo;B;bo@example.org;;;;;;;",
        "Gone;G;gone@example.org;;;;;;;",
        "Double;D;d@example.org;;;;;;;",
        "Dora;D;D@example.org;;;;;;;",
    )
    plan = plan_of(sent)

    types = {line.number: line.import_type for line in plan.lines}
    assert types == {
        2: Line.IMPORT_TYPE_UPDATE, 3: Line.IMPORT_TYPE_SKIP, 4: Line.IMPORT_TYPE_SKIP, 5: Line.IMPORT_TYPE_SKIP,
        6: Line.IMPORT_TYPE_NEW,
    }  # fmt: skip
    assert [line.notes for line in plan.lines if line.number == 4] == [[comparing_people.LEFT_OUT]]
    confirm(sent)
    ines.refresh_from_db()
    assert (ines.leader, ines.participant.leader, str(ines.phone)) == (True, True, "+33612345678")
    assert NamedPerson.objects.get(email="d@example.org").first_name == "Dora"
    assert not partner.people.get(email="gone@example.org").participant.is_active


def test_an_account_that_exists_changes_nothing_in_the_preview(partner):
    sent = send(partner, "Ana;A;ana@example.org;;;;;;;")
    before = plan_of(sent)
    VolunteerFactory(user__email="ana@example.org", user__first_name="Secrète")

    after = plan_of(sent)

    assert (before.digest, len(after.new)) == (after.digest, 1)


def test_what_was_looked_at_is_what_is_written(partner):
    sent = send(partner, "Inès;Moreau;ines@example.org;;;;;;;")
    digest = plan_of(sent).digest
    name_somebody(partner)

    with pytest.raises(PlanChanged):
        listing_people.confirm_partners(sent, digest=digest)
    assert partner.people.count() == 1


def test_another_file_or_a_change_of_mind_gives_the_first_up(partner):
    first = send(partner, "Ana;A;ana@example.org;;;;;;;")
    second = send(partner, "Bo;B;bo@example.org;;;;;;;")
    listing_people.give_up(second, by=None)
    listing_people.give_up(second, by=None)

    assert set(PeopleList.objects.values_list("state", flat=True)) == {"cancelled"}
    for sent in (first, second):
        with pytest.raises(SignUpRefused):
            listing_people.confirm_partners(sent, digest="")
    Edition.objects.update(state="rostering")
    with pytest.raises(SignUpRefused):
        confirm(send(partner, "Ana;A;ana@example.org;;;;;;;"))
    assert listing_people.forget(before=timezone.now() + dt.timedelta(days=1)) == 1


def test_a_list_lets_go_of_who_deletes_their_account(partner):
    user = VolunteerFactory(user__email="ana@example.org").user
    sent = send(partner, "Ana;A;Ana@example.org;;;;;;;")

    erasing.erase(user)

    sent.refresh_from_db()
    assert (sent.state, sent.rows) == ("cancelled", [])


HOSTILE = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "a head alone": HEAD.encode(),
    "no address": b"Nom;Prenom\nA;B\n",
    "no first name": b"Nom;E-mail\nA;a@example.org\n",
    "a zip of nothing": b"PK\x05\x06" + b"\x00" * 18,
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "too many": "\n".join([HEAD, *(f"P{n};P;p{n}@example.org" for n in range(1001))]).encode(),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_list_is_refused_in_words(client, partner, what):
    url = reverse("night-partners:upload", args=[inviting.token_of(partner)])

    answer = client.post(url, {"file": SimpleUploadedFile("gens.xlsx", HOSTILE[what])})

    assert (answer.status_code, PeopleList.objects.count()) == (422, 0)
    assert answer.context["form"].errors["file"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_empty_list_is_read_as_it_is_filled_in(client, partner, language, rf):
    with override(language):
        answer = client.get(reverse("night-partners:template", args=[inviting.token_of(partner)]))
    table = Dataset().load(answer.content, format="xlsx")

    columns = reading.guess(table.headers)

    assert list(columns.values()) == [
        "first_name", "last_name", "email", "phone", "leader", "max_walk", "languages", "headquarters", "clearances",
        "sector",
    ]  # fmt: skip


def test_the_contact_sends_looks_corrects_and_confirms(client, partner):
    token = inviting.token_of(partner)

    def sent_by(*rows):
        content = "\n".join([HEAD, *rows]).encode()
        url = reverse("night-partners:upload", args=[token])
        return client.post(url, {"file": SimpleUploadedFile("gens.csv", content)}).url

    bad = client.get(sent_by("Ana;A;ana;;;;;;;"))
    assert (bad.context["plan"].refused, bad.context["plan"].is_confirmable) == (1, False)
    url = sent_by("Ana;A;ana@example.org;;;;;;;")
    page = client.get(url)
    digest = {"digest": page.context["plan"].digest}
    client.post(f"{url}confirm/", digest)
    assert not NamedPerson.objects.exists()
    client.post(f"{url}confirm/", digest | {"knows": "on"})
    client.post(f"{url}confirm/", digest | {"knows": "on"})

    assert NamedPerson.objects.get().name == "Ana A"
    assert client.get(url).context["sent"].state == "done"
    other = PartnerFactory(edition=partner.edition, linked=True)
    elsewhere = url.replace(token, inviting.token_of(other))
    assert client.get(elsewhere).status_code == 404
    assert client.post(f"{elsewhere}confirm/", digest | {"knows": "on"}).status_code == 404


def test_two_files_with_the_same_people_at_once(transactional_db):
    partner = PartnerFactory(edition=open_night(20))
    sent = [send(partner, "Ana;A;ana@example.org", head="Prénom;Nom;E-mail")]
    PeopleList.objects.update(partner=None)  # so that the second leaves the first
    sent.append(send(partner, "Ana;A;ana@example.org", "Bo;B;bo@example.org", head="Prénom;Nom;E-mail"))
    PeopleList.objects.update(partner=partner)
    sent = [PeopleList.objects.select_related("partner", "edition").get(pk=one.pk) for one in sent]
    digests = [plan_of(one).digest for one in sent]

    results = at_once(lambda n: listing_people.confirm_partners(sent[n], digest=digests[n]), [0, 1, 0, 1])

    refused = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in refused} == {PlanChanged}
    assert len(refused) == 2
    assert NamedPerson.objects.count() == Participant.objects.count() == Message.objects.count()


def test_names_of_one_column_are_taken_apart():
    assert [reading.split_name(name) for name in ("DUPONT Marie", "Marie DUPONT", "Dupont, Marie", "Marie Dupont")] == [
        ("Marie", "Dupont")
    ] * 4
    assert reading.split_name("Jean-Paul DE LA TOUR") == ("Jean-Paul", "De La Tour")
    assert reading.split_name("MARIE") == ("Marie", "")
