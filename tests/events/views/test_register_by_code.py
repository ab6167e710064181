"""Registering before signing in: the form, the seat held meanwhile, the code in the mail; a page that was left open."""

import datetime as dt

import pytest
import time_machine
from allauth.account.signals import user_logged_in
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import override

from events import registering, scheduling
from events.models import Registration, Slot
from mail.models import Message
from tests.events.views.register_form import address, dated, details, signed_in
from tests.factories.events import RegistrationFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside
from volunteers.models import Consent, User

pytestmark = pytest.mark.django_db


def code_in_the_mail(to="awa@example.org"):
    return Message.objects.filter(to=to, kind="account/login_code").latest("pk").context["code"]


def type_code(client, code, page=None):
    page = page or reverse("account_confirm_login_code")
    return client.post(page, {"code": code}, follow=True)


def test_form_is_on_its_page_with_the_date(client):
    slot = dated(title_en="Going towards people")

    page = client.get(address(slot))

    assert page.status_code == 200
    assert "Going towards people" in page.text
    assert list(page.context["form"].fields) == ["email", "first_name", "charter", "adult"]


def test_two_screens_make_a_volunteer_with_a_seat(client):
    slot = dated()

    answer = client.post(address(slot), details())

    assert answer.url.startswith(reverse("account_confirm_login_code"))
    registration = Registration.objects.get()
    assert (registration.state, registration.pending_for) == ("pending", "code")
    assert Slot.objects.get().seats_taken == 1
    assert not Message.objects.filter(kind="events/registration").exists()
    assert not User.objects.get().first_name

    page = type_code(client, code_in_the_mail(), answer.url)

    assert page.redirect_chain[-1][0] == reverse("events:registration-detail", args=[registration.uid])
    registration.refresh_from_db()
    assert registration.state == "confirmed"
    assert User.objects.get().first_name == "Awa"
    assert set(Consent.objects.values_list("purpose", flat=True)) == {"charter", "adult"}
    assert Message.objects.filter(kind="events/registration").count() == 1


def test_code_page_says_until_when_the_seat_is_held(client):
    now = timezone.now()
    slot = dated(starts_at=now + dt.timedelta(days=3))
    with time_machine.travel(now, tick=False):
        page = client.post(address(slot), details(), follow=True)

    with override("en"):
        assert time_format(timezone.localtime(now + dt.timedelta(minutes=15))) in page.text
    assert slot.title in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "awa@"}, "email"),
        ({"first_name": " "}, "first_name"),
        ({"charter": ""}, "charter"),
        ({"adult": ""}, "adult"),
    ],
)
def test_wrong_form_comes_back_with_what_is_wrong_and_holds_nothing(client, changes, field):
    slot = dated()

    page = client.post(address(slot), details(**changes))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in page.text
    assert (Registration.objects.count(), User.objects.count()) == (0, 0)


def test_double_click_holds_one_seat(client):
    slot = dated()

    client.post(address(slot), details())
    client.post(address(slot), details())

    assert Registration.objects.count() == 1
    assert Slot.objects.get().seats_taken == 1


def test_both_mails_of_a_double_click_hold_a_code_that_is_good(client):
    """Neither request has a session yet, and nobody knows which of the two the browser will keep."""
    slot, form = dated(), details(csrfmiddlewaretoken="t" * 64)

    first, second = client.post(address(slot), form), Client().post(address(slot), form)
    Client().post(address(slot), form | {"csrfmiddlewaretoken": "u" * 64})
    Client().post(address(slot), form | {"email": "other@example.org"})

    codes = Message.objects.filter(kind="account/login_code").order_by("pk").values_list("context__code", flat=True)
    assert (first.url, codes[0]) == (second.url, codes[1])
    assert len(set(codes)) == 3
    assert type_code(client, codes[1], first.url).context["registration"].state == "confirmed"


def test_full_date_leads_to_the_waiting_list_once_the_code_is_typed(client):
    slot = dated(capacity=1)
    RegistrationFactory(slot=slot)

    answer = client.post(address(slot), details())
    assert slot.registrations.count() == 1

    page = type_code(client, code_in_the_mail(), answer.url)

    mine = Registration.objects.get(volunteer__user__email="awa@example.org")
    assert (mine.state, mine.queue_number) == ("waiting", 1)
    assert page.context["registration"].rank == 1


@pytest.mark.parametrize("has", ["nothing", "a seat", "an account"])
def test_places_left_do_not_tell_who_is_registered(client, has):
    slot = dated(capacity=10)
    if has != "nothing":
        awa = VolunteerFactory(user__email="awa@example.org")
        RegistrationFactory(volunteer=awa, slot=slot if has == "a seat" else dated(starts_at=slot.ends_at))

    left = []
    for browser in (client, client, Client()):
        browser.post(address(slot), details())
        left.append(Slot.objects.get(pk=slot.pk).seats_left)

    assert left == [9 - (has == "a seat")] * 3


def test_seat_held_for_nobody_goes_back_with_the_code_with_time_and_with_the_date(client):
    slot, other = dated(capacity=10), dated(capacity=10)
    awa = VolunteerFactory(user__email="awa@example.org")
    seats = [RegistrationFactory(volunteer=awa, slot=each) for each in (slot, other)]

    for each in (slot, other):
        page = client.post(address(each), details()).url
        assert Slot.objects.get(pk=each.pk).seats_taken == each.registrations.count() == 2
    type_code(client, code_in_the_mail(), page)
    registering.expire_due(timezone.now() + dt.timedelta(minutes=16))

    assert list(Registration.objects.order_by("pk")) == seats
    assert set(Slot.objects.values_list("seats_taken", flat=True)) == {1}

    Client().post(address(slot), details())
    scheduling.call_off(Slot.objects.get(pk=slot.pk), by=UserFactory())

    assert list(Registration.objects.order_by("pk")) == seats


def test_organisers_do_not_see_a_seat_held_for_nobody(client):
    slot, awa = dated(capacity=10), VolunteerFactory(user__email="awa@example.org")
    RegistrationFactory(volunteer=awa, slot=slot)
    client.post(address(slot), details())

    page = inside(NetworkOrganiserFactory(network=slot.network).user).get(reverse("organise:slot", args=[slot.pk]))

    assert slot.registrations.count() == 2
    assert [row.volunteer for row in page.context["page_obj"]] == [awa]


@pytest.mark.parametrize(("capacity", "state"), [(2, "confirmed"), (1, "waiting")])
def test_clash_is_said_after_the_code_and_before_anything_is_confirmed(client, capacity, state):
    slot, awa = dated(capacity=capacity), VolunteerFactory(user__email="awa@example.org")
    RegistrationFactory(slot=slot)
    other = RegistrationFactory(volunteer=awa, slot=dated(starts_at=slot.starts_at, title_en="The other one"))

    answer = client.post(address(slot), details())
    page = type_code(client, code_in_the_mail(), answer.url)

    assert list(page.context["clashes"]) == [other]
    assert "The other one" in page.text and 'name="despite_clash"' in page.text
    assert not awa.registrations.filter(slot=slot, state__in=["confirmed", "waiting"]).exists()

    held = awa.registrations.filter(slot=slot).first()
    page = reverse("events:registration-confirm", args=[held.uid]) if held else address(slot)
    client.post(page, {"despite_clash": "yes"})

    assert awa.registrations.get(slot=slot).state == state


def test_nobody_is_enrolled_by_a_stranger(client):
    """Somebody typed Awa's address; Awa then signs in elsewhere: nothing was done in her name."""
    awa = VolunteerFactory(user__email="awa@example.org")
    slot = dated()
    client.post(address(slot), details(first_name="Stranger"))

    hers = Client()
    hers.post(reverse("account_login"), {"email": "awa@example.org"})
    type_code(hers, code_in_the_mail())

    registration = Registration.objects.get()
    assert registration.volunteer == awa
    assert (registration.state, registration.pending_for) == ("pending", "code")
    assert not Consent.objects.exists()
    assert not Message.objects.filter(kind="events/registration").exists()


def test_wish_of_another_person_in_the_same_browser_is_forgotten(client):
    other = VolunteerFactory(user__email="other@example.org")
    slot = dated()
    client.post(address(slot), details())

    request = RequestFactory().get("/")
    request.session, request.user = client.session, other.user
    user_logged_in.send(sender=type(other.user), request=request, user=other.user)

    assert not other.registrations.exists()
    assert Registration.objects.get().pending_for == "code"
    assert "signing_up" not in request.session


def test_wish_is_forgotten_after_an_hour(client):
    VolunteerFactory(user__email="awa@example.org")
    slot = dated()
    client.post(address(slot), details())

    with time_machine.travel(timezone.now() + dt.timedelta(hours=2)):
        registering.expire_due()
        client.post(reverse("account_login"), {"email": "awa@example.org"})
        type_code(client, code_in_the_mail())

    assert Registration.objects.active().count() == 0


def test_hold_that_ran_out_is_asked_for_again(client):
    slot = dated(capacity=1)
    client.post(address(slot), details())
    Registration.objects.update(expires_at=timezone.now())
    registering.expire_due()
    RegistrationFactory(slot=slot)

    type_code(client, code_in_the_mail())

    assert Registration.objects.active().get(volunteer__user__email="awa@example.org").state == "waiting"


def test_hold_counts_even_if_registration_closes_meanwhile(client):
    now = timezone.now()
    slot = dated(starts_at=now + dt.timedelta(days=1), closes_at=now + dt.timedelta(minutes=5))
    client.post(address(slot), details())

    with time_machine.travel(now + dt.timedelta(minutes=10)):
        type_code(client, code_in_the_mail())

    assert Registration.objects.get().state == "confirmed"


KNOWN = {
    "nobody": lambda slot: None,
    "a volunteer": lambda slot: VolunteerFactory(user__email="awa@example.org"),
    "registered": lambda slot: RegistrationFactory(slot=slot, volunteer__user__email="awa@example.org"),
    "waiting": lambda slot: RegistrationFactory(slot=slot, waiting=True, volunteer__user__email="awa@example.org"),
    "held": lambda slot: RegistrationFactory(slot=slot, held=True, volunteer__user__email="awa@example.org"),
}


@pytest.mark.parametrize("seats", [5, 1])
@pytest.mark.parametrize("who", KNOWN)
def test_page_does_not_tell_who_is_registered(client, who, seats):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        slot = dated(capacity=seats)
        if seats == 1:
            taken = RegistrationFactory(slot=slot)
            if who in ("registered", "held"):
                taken.delete()
        KNOWN[who](slot)

        client.post(address(slot), details())

    wish = client.session["signing_up"]
    held = now + dt.timedelta(minutes=15)
    if who == "held" and seats == 1:
        # The one thing told: a seat that is this address's own, and held for it at this moment, is held.
        assert wish["expires_at"] == held.isoformat()
    else:
        assert wish["expires_at"] == (held.isoformat() if seats == 5 else "")


def test_seat_is_given_back_when_no_code_may_be_sent(client, settings):
    slot = dated()
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"request_login_code": "1/m/key"}
    client.post(address(slot), details())
    Registration.objects.all().delete()
    Slot.objects.update(seats_taken=0)
    answer = Client().post(address(slot), details())

    assert answer.status_code == 429
    assert Slot.objects.get().seats_taken == 0
    assert not Registration.objects.active().exists()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_seat_whose_code_is_still_good_is_kept_when_no_other_may_be_sent(client, settings, elsewhere):
    slot = dated()
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"request_login_code": "1/m/key"}
    asked = client.post(address(slot), details())

    again = (Client() if elsewhere else client).post(address(slot), details())
    type_code(client, code_in_the_mail(), asked.url)

    assert again.status_code == (429 if elsewhere else 302)
    assert Registration.objects.get().state == "confirmed"
    assert Slot.objects.get().seats_taken == 1


# --- A page that was left open ----------------------------------------------------------------------------------------
STALE = {
    "closed": ({"closes_at": timezone.now() - dt.timedelta(minutes=1)}, "Registration for this date is closed."),
    "begun": ({"starts_at": timezone.now() - dt.timedelta(hours=1)}, "Registration for this date is closed."),
    "cancelled": ({"state": "cancelled"}, "Registration for this date is closed."),
}


@pytest.mark.parametrize("reason", STALE)
@pytest.mark.parametrize("who", ["anonymous", "volunteer"])
def test_stale_form_is_answered_with_a_sentence(client, who, reason):
    slot = dated()
    if who == "volunteer":
        signed_in(client)
    changes, sentence = STALE[reason]
    Slot.objects.filter(pk=slot.pk).update(**changes)

    page = client.post(address(slot), details())

    assert page.status_code == 409
    assert sentence in page.text
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", ["draft", None])
def test_unknown_date_is_not_found(client, state):
    slot = dated(state="draft")

    assert client.get(address(slot) if state else reverse("events:register", args=[0])).status_code == 404
