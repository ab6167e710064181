"""The back office of the agenda: who may see and change which dates, page by page, and the list of dates."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from events import permissions
from events.models import Registration, Slot
from tests.events.views.organising import person, url
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import NetworkFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db

ROLES = ["organiser", "in_charge", "administrator", "other_organiser", "volunteer"]


# --- Rights -----------------------------------------------------------------------------------------------------------
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
    *[(name, SEES) for name in ("slot", "attendance", "sign-sheet", "write")],
    *[(name, CHANGES) for name in ("person-add", "export", "walk-in", "terms", "move", "call-off")],
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


# --- The list of dates ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
def test_home_queries(slot, organiser, django_assert_num_queries, count):
    for _ in range(count):
        RegistrationFactory(slot__network=slot.network, slot__starts_at=timezone.now() + dt.timedelta(minutes=30))
    with still():
        organiser.get(reverse("organise:home"))
        with django_assert_num_queries(HOME_QUERIES):
            answer = organiser.get(reverse("organise:home"))
    assert answer.context["count"] == count + 1


HOME_QUERIES = 13


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
