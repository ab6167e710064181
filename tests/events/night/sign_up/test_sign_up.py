"""Signing up for a Night: an address and a code, one screen of wishes, and what one has afterwards."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import calendars
from events.models import Registration, Slot
from events.night.models import Briefing, Edition, Participant
from events.night.sign_up import briefing
from mail.models import Message
from tests.events.views.register_form import details, signed_in
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.night_people import ParticipantFactory, enrol, open_night
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import VolunteerFactory
from volunteers import consenting
from volunteers.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(2, 2, name_en="The long night")


def page(name, *args):
    with override("en"):
        return reverse(f"night-sign-up:{name}", args=args)


def form(night):
    return page("form", night.pk)


def wishes(first="", **more):
    return {"role": "member", "first": getattr(first, "pk", ""), "reach": "prefs", "max_walk": "1"} | more


def code_in_the_mail():
    return Message.objects.filter(kind="account/login_code").latest("pk").context["code"]


def test_two_screens_make_a_volunteer_of_the_night(client, night):
    first, second = night.headquarters.all()
    answer = client.post(form(night), details())
    assert answer.url.startswith(reverse("account_confirm_login_code"))
    assert not Participant.objects.exists()

    asked = client.post(answer.url, {"code": code_in_the_mail()}, follow=True)
    assert asked.redirect_chain[-1][0] == form(night)
    assert set(asked.context["form"].fields) == {
        "role", "first", "second", "third", "reach", "home", "max_walk", "languages", "experienced",
    }  # fmt: skip

    done = client.post(form(night), wishes(first, second=second.pk, role="lead", reach="near"), follow=True)

    assert done.redirect_chain[-1][0] == page("mine", night.pk)
    participant = Participant.objects.get()
    assert (participant.leader, participant.reach, participant.registration.state) == (True, "near", "confirmed")
    assert participant.volunteer.user.first_name == "Awa"
    assert Message.objects.filter(kind="events/registration").count() == 1
    assert "You are one of the Night" in done.text


def test_known_address_is_answered_like_an_unknown_one(client, night):
    enrol(VolunteerFactory(user__email="awa@example.org"), night.headquarters.first())

    answers = [client.post(form(night), details(email=email)) for email in ("awa@example.org", "new@example.org")]

    assert len({answer.url for answer in answers}) == 1
    assert User.objects.get(email="new@example.org").first_name == ""


def test_confirmation_has_the_calendar_and_says_that_teams_come_later(client, night, run_queued_tasks, smtp_server):
    volunteer = signed_in(client)
    client.post(form(night), wishes(night.headquarters.first()))
    registration = Registration.objects.get()

    from events.messages import compose_registration

    with override("en"):
        letter = compose_registration(Message.objects.get(user=volunteer.user).context)
    assert str(letter.context["word"]).startswith("Until teams are published")
    assert "date.ics" in [attachment.filename for attachment in letter.attachments]
    assert calendars.page_of(registration).endswith(str(registration.uid) + "/")


def test_what_is_known_is_not_asked_and_what_is_missing_is(client, night):
    volunteer = VolunteerFactory()
    client.force_login(volunteer.user)
    Edition.objects.update(charter_url="https://example.org/charter", charter_version="2027-01")
    first = night.headquarters.first()

    asked = client.get(form(night))
    assert {"night_charter", "charter", "adult"} < set(asked.context["form"].fields)

    refused = client.post(form(night), wishes(first, charter="on"))
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"adult", "night_charter"}
    assert "18 or over" in refused.text
    assert not Participant.objects.exists()

    client.post(form(night), wishes(first, charter="on", adult="on", night_charter="on"))
    participant = Participant.objects.get()
    assert participant.charter_version == "2027-01"
    assert participant.charter_signed_at is not None
    assert consenting.missing(volunteer.user) == []
    assert not {"night_charter", "charter", "adult"} & set(client.get(form(night)).context["form"].fields)

    earlier = ParticipantFactory(volunteer=volunteer, edition__state="results", edition__starts_at=days_ago(300))
    earlier.registration = RegistrationFactory(volunteer=volunteer, attendance="present")
    earlier.save()
    assert "experienced" not in client.get(form(night)).context["form"].fields
    client.post(form(night), wishes(first))
    participant.refresh_from_db()
    assert participant.experienced


def days_ago(count):
    return timezone.now() - dt.timedelta(days=count)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"first": ""}, "first"),
        ({"first": "no"}, "first"),
        ({"first": "99999999999999999999"}, "first"),
        ({"max_walk": "3"}, "max_walk"),
        ({"reach": "moon"}, "reach"),
        ({"role": ""}, "role"),
        ({"languages": "x"}, "languages"),
        ({"twice": True}, "second"),
    ],
)
def test_wrong_answers_are_said_beside_their_field(client, night, changes, wrong):
    signed_in(client)
    first = night.headquarters.first()
    twice = {"second": first.pk} if changes.pop("twice", False) else {}

    answer = client.post(form(night), wishes(first) | twice | changes)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [wrong]
    assert not Participant.objects.exists()


def fill(headquarters):
    for _ in range(2):
        RegistrationFactory(slot=headquarters.slot)


def test_full_first_choice_offers_the_others_before_waiting(client, night):
    signed_in(client)
    first, second = night.headquarters.all()
    fill(first)
    sent = wishes(first, second=second.pk)

    asked = client.post(form(night), sent)
    assert asked.status_code == 409
    assert [key for key, _words in asked.context["way"].fields["way"].choices] == [
        f"seat-{second.pk}",
        f"wait-{first.pk}",
    ]
    assert not Participant.objects.exists()
    assert client.post(form(night), sent | {"way": "seat-0"}).status_code == 409

    client.post(form(night), sent | {"way": f"seat-{second.pk}"})
    participant = Participant.objects.get()
    assert participant.registration.slot_id == second.slot_id
    assert list(participant.choices.values_list("headquarters", flat=True)) == [first.pk, second.pk]

    # Sent again it stays where it is, and asks nothing.
    assert client.post(form(night), sent).status_code == 302
    assert Registration.objects.active().filter(volunteer=participant.volunteer).count() == 1


def test_waiting_is_a_choice_and_said_with_the_rank(client, night):
    signed_in(client)
    first, second = night.headquarters.all()
    fill(first)

    done = client.post(form(night), wishes(first, second=second.pk, way=f"wait-{first.pk}"), follow=True)

    assert Participant.objects.get().registration.state == "waiting"
    assert "You are number 1 on the waiting list" in done.text


def test_everything_full_waits_without_a_question(client, night):
    signed_in(client)
    for headquarters in night.headquarters.all():
        fill(headquarters)

    assert client.post(form(night), wishes(night.headquarters.first())).status_code == 302
    assert Participant.objects.get().registration.state == "waiting"


def test_what_else_is_at_that_time_is_said_first(client, night):
    volunteer = signed_in(client)
    first = night.headquarters.first()
    RegistrationFactory(volunteer=volunteer, slot=SlotFactory(starts_at=first.slot.starts_at, title_en="A concert"))

    asked = client.post(form(night), wishes(first))
    assert asked.status_code == 409
    assert "A concert" in asked.text
    assert not Participant.objects.exists()

    client.post(form(night), wishes(first, despite_clash="yes"))
    assert Participant.objects.get().registration.state == "confirmed"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"opens_at": timezone.now() + dt.timedelta(days=1)}, "Sign-up opens on"),
        ({"closes_at": timezone.now() - dt.timedelta(minutes=1)}, "Sign-up is closed"),
        ({"state": "rostering"}, "Sign-up is closed"),
        ({"state": "results", "starts_at": days_ago(9), "ends_at": days_ago(8)}, "over"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_outside_its_time_sign_up_says_why(client, night, facts, words, who):
    if who == "somebody":
        signed_in(client)
    if facts.get("state") == "results":
        facts = facts | {"opens_at": days_ago(70), "closes_at": days_ago(20)}
    Edition.objects.update(**facts)

    answers = [client.get(form(night)), client.post(form(night), details() | wishes(night.headquarters.first()))]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert all(words in answer.text for answer in answers)
    assert not Participant.objects.exists()


def test_edition_being_prepared_is_not_there(client, night):
    enrolled = enrol(signed_in(client), night.headquarters.first())
    assert client.get(form(night)).status_code == client.get(page("mine", night.pk)).status_code == 200

    Edition.objects.update(state="preparing")

    assert client.get(form(night)).status_code == 404
    assert client.get(page("mine", night.pk)).status_code == 404
    assert client.post(page("withdraw", night.pk)).status_code == 404
    enrolled.refresh_from_db()
    assert enrolled.is_active


def test_withdrawing_is_one_click_and_taken_back_in_another(client, night):
    volunteer = signed_in(client)
    participant = enrol(volunteer, night.headquarters.first())

    gone = client.post(page("withdraw", night.pk), follow=True)
    participant.refresh_from_db()
    assert participant.state == "withdrawn"
    assert page("return", night.pk) in gone.text

    back = client.post(page("return", night.pk), follow=True)
    participant.refresh_from_db()
    assert participant.state == "active"
    assert "You are one of the Night" in back.text


def test_once_teams_are_composed_nothing_changes_but_withdrawing(client, night):
    volunteer = signed_in(client)
    first, second = night.headquarters.all()
    participant = enrol(volunteer, first)
    Edition.objects.update(state="rostering")

    refused = client.post(form(night), wishes(second))
    assert refused.status_code == 409
    assert "Teams are being composed" in refused.text
    assert list(participant.choices.values_list("headquarters", flat=True)) == [first.pk]

    client.post(page("withdraw", night.pk))
    participant.refresh_from_db()
    assert participant.state == "withdrawn"
    client.post(page("return", night.pk))
    participant.refresh_from_db()
    assert participant.state == "withdrawn"


def test_agenda_leads_to_the_nights_own_page(client, night):
    volunteer = signed_in(client)
    slot = night.headquarters.first().slot
    with override("en"):
        register = reverse("events:register", args=[slot.pk])
    assert client.get(register, follow=True).redirect_chain[-1][0] == form(night)

    enrol(volunteer, night.headquarters.first())

    detail = reverse("events:registration-detail", args=[Registration.objects.get().uid])
    assert client.get(detail, follow=True).redirect_chain[-1][0].endswith(f"/night/{night.pk}/mine/")
    assert client.post(register).status_code == 302
    assert Slot.objects.get(pk=slot.pk).seats_taken == 1
    assert (
        "11 · Quartier 11" in client.get(reverse("events:space")).text or "Nuit · 11" in client.get("/my-space/").text
    )


def test_briefing_session_is_chosen_with_the_wishes_or_later(client, night):
    volunteer = signed_in(client)
    slots = [SessionFactory().slot for _ in range(2)]
    for slot in slots:
        Briefing.objects.create(edition=night, slot=slot)

    client.post(form(night), wishes(night.headquarters.first(), briefing=slots[0].pk))
    assert briefing.registration_of(volunteer, night).slot == slots[0]
    assert "briefing" not in client.get(form(night)).context["form"].fields

    client.post(page("briefing", night.pk), {"briefing": slots[1].pk})
    assert briefing.registration_of(volunteer, night).slot == slots[1]

    for wrong in ("", "0", "x", "9" * 30):
        client.post(page("briefing", night.pk), {"briefing": wrong})
    assert briefing.registration_of(volunteer, night).slot == slots[1]


@pytest.mark.parametrize("count", [1, 30])
def test_form_reads_the_same_for_any_number_of_headquarters(client, django_assert_num_queries, count):
    night = open_night(*[3] * count)
    signed_in(client)
    client.get(form(night))
    with django_assert_num_queries(16):
        client.get(form(night))
