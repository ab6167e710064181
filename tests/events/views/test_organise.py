"""The back office of the agenda, by role, by page."""

import datetime as dt
import io
import uuid

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from events import kinds, overview, permissions
from events.models import Registration, Room, Slot
from mail.models import Message
from tests.factories.events import RegistrationFactory, SlotFactory, VenueFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db

ROLES = ["organiser", "in_charge", "administrator", "other_organiser", "volunteer"]


def person(role, slot):
    user = UserFactory(administrator=role == "administrator")
    if role == "organiser":
        NetworkOrganiserFactory(user=user, network=slot.network)
    if role == "other_organiser":
        NetworkOrganiserFactory(user=user)
    if role == "in_charge":
        slot.people_in_charge.add(user)
    if role == "volunteer":
        VolunteerFactory(user=user)
    return user


@pytest.fixture
def slot():
    return SessionFactory(slot__capacity=3).slot


@pytest.fixture
def organiser(slot):
    return inside(person("organiser", slot))


def url(name, slot, **more):
    return reverse(f"organise:{name}", kwargs={"pk": slot.pk} | more)


# --- Rights ----------------------------------------------------------------------------------------------------------
SEES = {"organiser", "in_charge", "administrator"}
CHANGES = {"organiser", "administrator"}


@pytest.mark.parametrize("state", Slot.State.values)
@pytest.mark.parametrize("role", ROLES)
def test_lists_and_questions_agree(slot, role, state):
    Slot.objects.update(state=state)
    SlotFactory(network=None)
    user = person(role, slot)

    for row in Slot.objects.all():
        assert permissions.can_see_registered(user, row) is Slot.objects.visible_to(user).filter(pk=row.pk).exists()
        assert permissions.can_organise(user, row) is Slot.objects.organised_by(user).filter(pk=row.pk).exists()
        assert permissions.can_mark_attendance(user, row) is permissions.can_see_registered(user, row)
    assert permissions.can_see_registered(user, slot) is (role in SEES)
    assert permissions.can_organise(user, slot) is (role in CHANGES)
    assert permissions.has_agenda(user) is (
        role in SEES - {"administrator"} or role in {"administrator", "other_organiser"}
    )


def test_nobody_signed_in_and_nobody_inactive(slot):
    left = person("organiser", slot)
    left.is_active = False
    for user in (AnonymousUser(), left):
        assert not permissions.can_see_registered(user, slot)
        assert not Slot.objects.visible_to(user).exists()
        assert not Slot.objects.organised_by(user).exists()


PAGES = [
    *[(name, SEES) for name in ("slot", "attendance", "sign-sheet")],
    *[(name, CHANGES) for name in ("person-add", "export", "walk-in", "terms", "move", "call-off", "write")],
]
POSTS = [("attendance-mark", SEES), ("publish", CHANGES)]
ABOUT_ONE = ["registration-cancel", "approve", "refuse"]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_by_each_page(slot, role):
    row = RegistrationFactory(slot=slot)
    client, before = inside(person(role, slot)), list(Registration.objects.values())
    slots = list(Slot.objects.values())
    unknown = 403 if role == "volunteer" else 404  # the door, or the room

    def expected(roles, fine):
        return fine if role in roles else 403 if role in SEES else unknown

    for name, roles in PAGES:
        assert client.get(url(name, slot)).status_code == expected(roles, 200), name
        if role not in roles:
            assert client.post(url(name, slot), {"email": "x@example.org"}).status_code != 200, name
    for name, roles in POSTS:
        assert client.post(url(name, slot)).status_code == expected(roles, 302), name
    if role not in CHANGES:
        for name in ABOUT_ONE:
            assert client.post(url(name, slot, uid=row.uid)).status_code == expected(CHANGES, 302), name
    assert list(Registration.objects.values()) == before
    assert list(Slot.objects.values("state", "capacity")) == [{k: s[k] for k in ("state", "capacity")} for s in slots]


def test_a_registration_of_another_date_is_unknown_here(slot, organiser):
    elsewhere = RegistrationFactory()

    answer = organiser.post(url("registration-cancel", slot, uid=elsewhere.uid))

    assert answer.status_code == 404
    assert Registration.objects.get().state == "confirmed"


def test_person_in_charge_sees_names_and_no_address(slot):
    row = RegistrationFactory(slot=slot)
    nameless = RegistrationFactory(slot=slot, volunteer__user__first_name="", volunteer__user__last_name="")
    client = inside(person("in_charge", slot))

    for page in ("slot", "attendance", "sign-sheet"):
        shown = client.get(url(page, slot)).content.decode()
        assert row.volunteer.user.last_name in shown
        assert row.volunteer.user.email not in shown and nameless.volunteer.user.email not in shown


# --- Lists -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
def test_home_queries(slot, organiser, django_assert_num_queries, count):
    for _ in range(count):
        RegistrationFactory(slot__network=slot.network, slot__starts_at=timezone.now() + dt.timedelta(minutes=30))
    with still():
        organiser.get(reverse("organise:home"))
        with django_assert_num_queries(HOME_QUERIES):
            answer = organiser.get(reverse("organise:home"))
    assert answer.context["count"] == count + 1


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("page", "queries"), [("slot", "SLOT_QUERIES"), ("attendance", "ATTENDANCE_QUERIES")])
def test_slot_pages_queries(slot, organiser, django_assert_num_queries, page, queries, count):
    Slot.objects.update(capacity=50)
    slot.refresh_from_db()
    for _ in range(count):
        RegistrationFactory(slot=slot)
    with still():
        organiser.get(url(page, slot))
        with django_assert_num_queries(globals()[queries]):
            answer = organiser.get(url(page, slot))
    assert answer.content.decode().count('id="r') == count


HOME_QUERIES = 12
SLOT_QUERIES = 13
ATTENDANCE_QUERIES = 11


def test_home_says_what_needs_somebody(slot, organiser):
    now = timezone.now()
    network = slot.network
    today = RegistrationFactory(slot__network=network, slot__starts_at=now + dt.timedelta(minutes=30)).slot
    asked = SlotFactory(network=network, approval=True, starts_at=now + dt.timedelta(days=10))
    RegistrationFactory(slot=asked, state="pending", pending_for="approval", confirmed_at=None)
    few = SlotFactory(network=network, starts_at=now + dt.timedelta(days=3))
    draft = SlotFactory(network=network, draft=True, starts_at=now + dt.timedelta(days=2))
    RegistrationFactory(slot__starts_at=now + dt.timedelta(minutes=30))  # another network's

    to_do = organiser.get(reverse("organise:home")).context["to_do"]

    assert (to_do.attendance, to_do.approvals, to_do.drafts) == ([today], [asked], [draft])
    assert few in to_do.few and asked not in to_do.few


def test_home_filters(slot, organiser):
    past = SlotFactory(network=slot.network, starts_at=timezone.now() - dt.timedelta(days=3))
    draft = SlotFactory(network=slot.network, draft=True, title_fr="Visite du jardin")

    def found(**query):
        return {row["slot"] for row in organiser.get(reverse("organise:home"), query).context["rows"]}

    assert found() == {slot, draft}
    assert found(when="past") == {past}
    assert found(when="all") == {past, slot, draft}
    assert found(q="jardin visite") == {draft}
    assert found(state="draft") == {draft}
    assert found(network=NetworkFactory().pk) == set()


def test_slot_tabs_and_search(slot, organiser):
    coming = RegistrationFactory(slot=slot, volunteer__user__last_name="Durand")
    RegistrationFactory(slot=slot, volunteer__user__last_name="Kone")
    waiting = RegistrationFactory(slot=slot, waiting=True)
    ended = RegistrationFactory(slot=slot, cancelled=True)
    asked = RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None)

    def rows(**query):
        return list(organiser.get(url("slot", slot), query).context["page_obj"])

    assert rows(q="durand") == [coming]
    assert rows(q=coming.volunteer.user.email) == [coming]
    assert len(rows()) == 2
    assert (rows(tab="waiting"), rows(tab="ended"), rows(tab="approve")) == ([waiting], [ended], [asked])


# --- Acts ------------------------------------------------------------------------------------------------------------
def test_approve_refuse_cancel(slot, organiser):
    asked = [
        RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None) for _ in range(3)
    ]
    for row, name in zip(asked, ["approve", "refuse", "registration-cancel"], strict=True):
        assert organiser.post(url(name, slot, uid=row.uid), {"note": "Trop tard."}).status_code == 302

    states = [(row.state, row.end_reason) for row in (Registration.objects.get(pk=row.pk) for row in asked)]
    assert states == [("confirmed", ""), ("refused", "organiser"), ("cancelled", "organiser")]
    notes = [message.context.get("note") for message in Message.objects.order_by("pk")]
    assert notes == [None, "Trop tard.", "Trop tard."]
    assert [Registration.objects.get(pk=row.pk).end_note for row in asked] == ["", "Trop tard.", "Trop tard."]


@pytest.mark.parametrize(("note", "refused"), [("", True), ("x" * 300, True), ("x" * 301, False)])
def test_refusing_asks_for_a_sentence_that_may_stay_empty(slot, organiser, note, refused):
    row = RegistrationFactory(slot=slot, state="pending", pending_for="approval", confirmed_at=None)
    address = url("refuse", slot, uid=row.uid)

    page = organiser.get(address)
    assert (page.status_code, Registration.objects.get().state) == (200, "pending")
    assert f'href="{address}"' in organiser.get(url("slot", slot), {"tab": "approve"}).text

    answer = organiser.post(address, {"note": note})

    row.refresh_from_db()
    assert (row.state, row.end_note) == (("refused", note) if refused else ("pending", ""))
    assert answer.status_code == (302 if refused else 200)


def test_cancel_registration_asks_first(slot, organiser):
    row = RegistrationFactory(slot=slot)

    page = organiser.get(url("registration-cancel", slot, uid=row.uid))

    assert row.volunteer.user.last_name in page.content.decode()
    assert Registration.objects.get().state == "confirmed"


def test_add_person_by_hand(slot, organiser):
    organiser.post(url("person-add", slot), {"email": "Ana@example.org", "first_name": "Ana"})

    row = Registration.objects.get()
    assert (row.volunteer.user.email, row.volunteer.user.first_name, row.state) == (
        "ana@example.org",
        "Ana",
        "confirmed",
    )
    assert Message.objects.get().to == "ana@example.org"


THERE = {
    "confirmed": ({}, "Nothing has changed: this person is registered already."),
    "waiting": ({"waiting": True}, "Nothing has changed: this person is on the waiting list already."),
    "offered": (
        {"held": True, "pending_for": "offer"},
        "Nothing has changed: a seat was offered to this person, who still has to answer.",
    ),
    "requested": (
        {"held": True, "pending_for": "approval"},
        "Nothing has changed: this person is there already, and waits for your approval.",
    ),
}


@pytest.mark.parametrize("state", THERE)
def test_who_is_there_already_is_not_said_to_be_added(slot, organiser, state):
    facts, sentence = THERE[state]
    row = RegistrationFactory(slot=slot, volunteer__user__email="ana@example.org", **facts)
    with override("en"):
        answer = organiser.post(url("person-add", slot), {"email": "Ana@example.org"}, follow=True)

    assert [str(said) for said in answer.context["messages"]] == [sentence]
    before = (row.state, row.pending_for)
    row.refresh_from_db()
    assert (row.state, row.pending_for) == before
    assert not Message.objects.exists()


def test_who_waits_for_a_code_is_added(slot, organiser):
    row = RegistrationFactory(slot=slot, held=True, volunteer__user__email="ana@example.org")
    with override("en"):
        answer = organiser.post(url("person-add", slot), {"email": "ana@example.org"}, follow=True)

    row.refresh_from_db()
    assert row.state == "confirmed"
    assert [str(said) for said in answer.context["messages"]] == ["Added. The person gets a message."]


def test_move_asks_before_it_tells(slot, organiser):
    RegistrationFactory(slot=slot)
    later = timezone.localtime(slot.starts_at + dt.timedelta(days=2)).replace(second=0, microsecond=0)
    page = organiser.get(url("move", slot))
    data = {
        "seen": page.context["form"]["seen"].value(),
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
    }

    asked = organiser.post(url("move", slot), data)
    assert asked.templates[0].name == "organise/move_confirm.html"
    assert Message.objects.count() == 0
    organiser.post(url("move", slot), data | {"confirmed": "1"})

    slot.refresh_from_db()
    assert (slot.starts_at, slot.sequence, Message.objects.count()) == (later, 1, 1)


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


@pytest.mark.parametrize("people", [0, 2])
def test_move_by_a_double_click_says_twice_what_was_done_once(slot, organiser, people):
    RegistrationFactory.create_batch(people, slot=slot)
    later = timezone.localtime(slot.starts_at + dt.timedelta(days=2)).replace(second=0, microsecond=0)
    data = {
        "seen": organiser.get(url("move", slot)).context["form"]["seen"].value(),
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
        "confirmed": "1",
    }

    with override("en"):
        answers = [organiser.post(url("move", slot), data) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.url.removeprefix("/en") for answer in answers] == [url("slot", slot)] * 2
    second = "2 people get a message." if people else "It has this time and place now."
    assert said(answers[1]) == second
    assert Slot.objects.get().sequence == 1
    assert Message.objects.count() == people
    other = data | {"ends_at": f"{later + dt.timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    assert organiser.post(url("move", slot), other).context["form"].has_error("__all__", "stale")


def test_call_off_by_a_double_click_counts_nobody_falsely(slot, organiser):
    RegistrationFactory.create_batch(2, slot=slot)

    with override("en"):
        answers = [organiser.post(url("call-off", slot), {"sure": "on"}) for _click in range(2)]

    assert [answer.url.removeprefix("/en") for answer in answers] == [url("slot", slot)] * 2
    assert [said(answer) for answer in answers] == [
        "This date is cancelled. 2 people get a message.",
        "This date is cancelled already.",
    ]
    assert Message.objects.count() == 2


def test_move_to_the_same_place_and_time_announces_nothing(slot, organiser):
    RegistrationFactory(slot=slot)
    starts_at, ends_at = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    page = organiser.get(url("move", slot))
    data = {
        "seen": page.context["form"]["seen"].value(),
        "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
        "ends_at": f"{ends_at:%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
    }

    same = organiser.post(url("move", slot), data)
    elsewhere = organiser.post(url("move", slot), data | {"venue": VenueFactory().pk})

    assert len(same.context["form"].non_field_errors()) == 1
    assert [answer.templates[0].name for answer in (same, elsewhere)] == [
        "organise/move.html",
        "organise/move_confirm.html",
    ]


def test_move_says_what_is_wrong_beside_its_field(slot, organiser):
    Slot.objects.update(capacity=30)
    elsewhere = Room.objects.create(venue=VenueFactory(), name="A")
    small = Room.objects.create(venue=slot.venue, name="B", capacity=12)
    good = timezone.localtime(slot.starts_at)

    def wrong(starts=good, ends=good + dt.timedelta(hours=1), **data):
        page = organiser.get(url("move", slot))
        data = {"seen": page.context["form"]["seen"].value(), "venue": slot.venue_id} | data
        data |= {"starts_at": f"{starts:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
        return set(organiser.post(url("move", slot), data).context["form"].errors)

    assert wrong(ends=good - dt.timedelta(hours=1)) == {"ends_at"}
    assert wrong(starts=good - dt.timedelta(days=60), ends=good - dt.timedelta(days=60, hours=-1)) == {"starts_at"}
    assert wrong(room=elsewhere.pk) == {"room"}
    assert wrong(room=small.pk) == {"room"}
    assert wrong(venue="") == {"online_url"}
    assert wrong(starts=good.replace(year=9999), ends=good.replace(year=9999, hour=23, minute=59)) == {"starts_at"}
    assert wrong(starts=good.replace(year=2226), ends=good.replace(year=2226, hour=23, minute=59)) == {"starts_at"}
    assert Slot.objects.get().sequence == 0


def test_move_says_one_thing_about_an_address_that_is_none(slot, organiser):
    data = {"starts_at": "2030-01-01T10:00", "ends_at": "2030-01-01T11:00", "online_url": "nowhere at all"}
    with override("en"):
        errors = organiser.post(url("move", slot), data).context["form"].errors
        assert errors["online_url"] == ["Enter a valid URL."]


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        ("2027-03-28T02:30", "This hour does not exist that day: the clocks go forward."),
        ("2026-10-25T02:30", "This hour comes twice that day: the clocks go back. Choose another one."),
    ],
)
def test_hours_that_the_clocks_skip_or_repeat_are_refused_in_plain_words(slot, organiser, hour, said):
    with override("en"):
        form = organiser.post(url("move", slot), {"starts_at": hour, "ends_at": "2027-03-28T03:30"}).context["form"]
        assert form.errors["starts_at"] == [said]
    assert "ends_at" not in form.errors


def test_a_date_called_off_has_nothing_left_to_change(slot, organiser):
    data = {"seen": organiser.get(url("terms", slot)).context["form"]["seen"].value(), "title_fr": "Un", "capacity": 9}
    Slot.objects.update(state="cancelled")

    with override("en"):
        answers = [organiser.get(url("terms", slot)), organiser.get(url("move", slot))]
        answers.append(organiser.post(url("terms", slot), data))

    for answer in answers:
        page = answer.content.decode()
        assert "This date was cancelled: make another one instead." in page
        assert 'name="capacity"' not in page and 'name="starts_at"' not in page
    assert Slot.objects.get().capacity == 3


def test_terms_of_two_tabs(slot, organiser):
    page = organiser.get(url("terms", slot)).context["form"]
    data = {"seen": page["seen"].value(), "title_fr": "Un", "title_en": "One", "capacity": 3}
    organiser.post(url("terms", slot), data | {"title_fr": "Deux"})

    stale = organiser.post(url("terms", slot), data)

    assert stale.context["form"].has_error("__all__", "stale")
    assert Slot.objects.get().title_fr == "Deux"
    again = {"seen": stale.context["form"]["seen"].value()}
    assert organiser.post(url("terms", slot), data | again).status_code == 302
    assert Slot.objects.get().title_fr == "Un"


def test_terms_keep_seats_taken_and_find_people_in_charge(slot, organiser):
    RegistrationFactory(slot=slot)
    RegistrationFactory(slot=slot)
    trainer = UserFactory()

    def send(**data):
        form = organiser.get(url("terms", slot)).context["form"]
        data = {"seen": form["seen"].value(), "title_fr": "Un", "capacity": 3} | data
        answer = organiser.post(url("terms", slot), data)
        return set(answer.context["form"].errors) if answer.context else answer.status_code

    assert send(capacity=1) == {"capacity"}
    assert send(in_charge="nobody@example.org") == {"in_charge"}
    assert send(opens_at="2026-01-02T10:00", closes_at="2026-01-01T10:00") == {"closes_at"}
    assert send(capacity=2, in_charge=trainer.email.upper()) == 302
    assert (Slot.objects.get().capacity, list(slot.people_in_charge.all())) == (2, [trainer])


def test_call_off_needs_the_box(slot, organiser):
    RegistrationFactory(slot=slot)

    organiser.post(url("call-off", slot), {"reason": "Grève"})
    assert Slot.objects.get().state == "open"
    organiser.post(url("call-off", slot), {"reason": "Grève", "sure": "on"})

    assert Slot.objects.get().state == "cancelled"
    assert Message.objects.get().context["reason"] == "Grève"


def test_write_by_a_double_click_leaves_once(slot, organiser):
    RegistrationFactory(slot=slot)
    key = organiser.get(url("write", slot)).context["form"]["key"].value()
    word = {"states": ["confirmed"], "subject": "Gants", "body": "Apportez-en.", "key": key}

    organiser.post(url("write", slot), word)
    organiser.post(url("write", slot), word)
    assert Message.objects.count() == 1
    organiser.post(url("write", slot), word | {"key": uuid.uuid4()})
    assert Message.objects.count() == 2


def test_write_another_text_from_the_same_form_asks_again(slot, organiser):
    RegistrationFactory.create_batch(2, slot=slot)
    key = organiser.get(url("write", slot)).context["form"]["key"].value()
    word = {"states": ["confirmed"], "subject": "Gants", "body": "Apportez-en.", "key": key}
    organiser.post(url("write", slot), word)

    with override("en"):
        answer = organiser.post(url("write", slot), word | {"body": "N’en apportez pas."})

    form = answer.context["form"]
    assert form.non_field_errors() == [
        "Your first text has left already, and this one has not been sent. Send again to write a second message."
    ]
    assert form["body"].value() == "N’en apportez pas."
    assert Message.objects.count() == 2
    again = {name: form[name].value() for name in form.fields}
    assert "2 " in str(list(get_messages(organiser.post(url("write", slot), again).wsgi_request))[-1])
    assert Message.objects.filter(context__body="N’en apportez pas.").count() == 2


# --- The same place at the same time ---------------------------------------------------------------------------------
def beside(slot, **facts):
    """Another date that overlaps this one's last hour, in its venue."""
    facts = {"venue": slot.venue, "room": slot.room, "network": slot.network} | facts
    return SlotFactory(starts_at=slot.ends_at - dt.timedelta(hours=1), **facts)


def clashes_on(client, name, slot):
    return [(clash.slot, clash.url) for clash in client.get(url(name, slot)).context["clashes"]]


@pytest.mark.parametrize("roomy", [False, True])
def test_slot_page_names_what_else_is_there_at_that_time(slot, organiser, roomy):
    if roomy:
        slot.room = Room.objects.create(venue=slot.venue, name="A")
        slot.save()
    mine = beside(slot, draft=True)
    beside(slot, cancelled=True)
    beside(slot, room=None if roomy else Room.objects.create(venue=slot.venue, name="B"))
    beside(slot, venue=VenueFactory(), room=None)
    SlotFactory(starts_at=slot.ends_at, venue=slot.venue, room=slot.room)  # just after
    SlotFactory(online=True, starts_at=slot.starts_at)

    for name in ("slot", "move"):
        assert clashes_on(organiser, name, slot) == [(mine, url("slot", mine))]
    with override("en"):
        page = organiser.get(url("slot", slot)).content.decode()
    assert "Something else is planned in the same place at the same time:" in page
    assert mine.title_en in page


@pytest.mark.parametrize(("state", "shown"), [("draft", False), ("open", True)])
def test_a_draft_of_another_network_is_not_named(slot, organiser, state, shown):
    theirs = beside(slot, state=state, network=NetworkFactory(), title_fr="Visite secrète")
    SessionFactory(slot=theirs)

    page = organiser.get(url("slot", slot))

    [clash] = page.context["clashes"]
    assert (clash.url, "Visite secrète" in page.content.decode()) == (kinds.page_of(theirs) if shown else "", shown)


def test_clashes_are_no_longer_told_once_over_or_called_off(slot, organiser):
    beside(slot)
    assert len(clashes_on(organiser, "slot", slot)) == 1
    Slot.objects.filter(pk=slot.pk).update(state="cancelled")
    assert clashes_on(organiser, "slot", slot) == []
    with time_machine.travel(slot.ends_at, tick=False):
        assert overview.clashes(AnonymousUser(), slot) == []


def test_move_warns_of_what_is_there_and_does_not_forbid(slot, organiser):
    RegistrationFactory(slot=slot)
    there = SlotFactory(network=slot.network, starts_at=slot.starts_at + dt.timedelta(days=2), venue=slot.venue)
    later = timezone.localtime(there.starts_at)
    data = {
        "seen": organiser.get(url("move", slot)).context["form"]["seen"].value(),
        "starts_at": f"{later:%Y-%m-%dT%H:%M}",
        "ends_at": f"{later + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": slot.venue_id,
    }

    asked = organiser.post(url("move", slot), data)
    done = organiser.post(url("move", slot), data | {"confirmed": "1"}, follow=True)

    for answer, template in ((asked, "organise/move_confirm.html"), (done, "organise/slot.html")):
        assert answer.templates[0].name == template
        assert [clash.slot for clash in answer.context["clashes"]] == [there]
        assert there.title_fr in answer.content.decode()


def test_publish_a_draft(slot, organiser):
    Slot.objects.update(state="draft")
    organiser.post(url("publish", slot))
    assert Slot.objects.get().state == "open"


# --- Attendance ------------------------------------------------------------------------------------------------------
@pytest.fixture
def tonight(slot):
    Slot.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + dt.timedelta(hours=2))
    return slot


def test_attendance_without_and_with_htmx(tonight):
    row = RegistrationFactory(slot=Slot.objects.get())
    client, mark = inside(person("in_charge", tonight)), {"registration": row.pk, "attendance": "present"}

    plain = client.post(url("attendance-mark", tonight), mark)
    in_place = client.post(
        url("attendance-mark", tonight), mark | {"attendance": "absent"}, headers={"HX-Request": "true"}
    )

    assert plain.url == url("attendance", tonight) + f"#r{row.pk}"
    assert in_place.content.decode().startswith(f'<li id="r{row.pk}">')
    assert 'hx-swap-oob="true"' in in_place.content.decode()
    assert Registration.objects.get().attendance == "absent"


def test_attendance_of_all_others(tonight, organiser):
    slot = Slot.objects.get()
    one, two = RegistrationFactory(slot=slot), RegistrationFactory(slot=slot, attendance="absent")
    organiser.post(url("attendance-mark", slot), {"all": "1", "attendance": "present"})
    assert [Registration.objects.get(pk=row.pk).attendance for row in (one, two)] == ["present", "absent"]


def test_attendance_before_time_is_said(slot, organiser):
    row = RegistrationFactory(slot=slot)
    organiser.post(url("attendance-mark", slot), {"registration": row.pk, "attendance": "present"})
    assert Registration.objects.get().attendance == ""
    assert "organise" in organiser.get(url("attendance", slot)).content.decode()


def test_walk_in_is_present(tonight, organiser):
    organiser.post(url("walk-in", tonight), {"email": "ana@example.org", "first_name": "Ana"})
    assert (Registration.objects.get().attendance, Message.objects.count()) == ("present", 0)


# --- Files -----------------------------------------------------------------------------------------------------------
def test_export_runs_no_formula_and_names_nobody(slot, organiser):
    hostile = '=HYPERLINK("http://x.example","Awa")'
    RegistrationFactory(slot=slot, volunteer__user__first_name=hostile, volunteer__user__last_name="+33")
    RegistrationFactory(slot=slot, volunteer__user__first_name="@Li", volunteer__phone="+33612345678", waiting=True)
    RegistrationFactory(slot=slot, held=True)
    RegistrationFactory(slot=slot, volunteer=None, cancelled=True)

    answer = organiser.get(url("export", slot))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
    values = [cell.value for cell in cells]
    assert f"'{hostile}" in values and "'+33" in values and "'@Li" in values and "06 12 34 56 78" in values
    assert sheet.max_row == 4
    name = answer["Content-Disposition"]
    assert name.endswith('.xlsx"') and name.isascii() and "example" not in name
    assert answer["Cache-Control"] == "no-store, private" or "no-store" in answer["Cache-Control"]


def test_export_has_moments_and_numbers_as_such_and_says_who_has_left(slot, organiser):
    registered_at = dt.datetime(2026, 10, 25, 0, 45, 12, 345678, tzinfo=dt.UTC)
    for facts in ({"volunteer__user__first_name": "Awa", "waiting": True}, {"volunteer": None, "cancelled": True}):
        row = RegistrationFactory(slot=slot, **facts)
        Registration.objects.filter(pk=row.pk).update(created_at=registered_at)

    with override("en"):
        sheet = load_workbook(io.BytesIO(organiser.get(url("export", slot)).content)).active

    assert sheet.title == "Registrations"
    gone, waiting = sheet.iter_rows(min_row=2)
    assert [gone[0].value, waiting[0].value] == ["Account deleted", "Awa"]
    assert (waiting[5].value, waiting[5].data_type) == (1, "n")
    moment = waiting[7]
    assert moment.is_date and moment.number_format == "dd/mm/yyyy hh:mm"
    assert moment.value.isoformat() == "2026-10-25T02:45:00"


def test_sign_sheet_has_confirmed_only(slot, organiser):
    row = RegistrationFactory(slot=slot)
    waiting = RegistrationFactory(slot=slot, waiting=True)
    page = organiser.get(url("sign-sheet", slot)).content.decode()
    assert row.volunteer.user.last_name in page and waiting.volunteer.user.last_name not in page
