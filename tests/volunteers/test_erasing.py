"""A person leaves: nothing of them stays, the counts do."""

import datetime as dt

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from tests.factories.volunteers import UserFactory
from tests.racing import at_once
from tests.volunteers.canary import CANARY, everything_stored
from volunteers import erasing, signing_up, tasks
from volunteers.models import Erasure, User

pytestmark = pytest.mark.django_db


def test_deleting_ones_account_leaves_only_its_number(client, known):
    assert CANARY in everything_stored()
    session = client.session.session_key

    answer = client.post(reverse("volunteers:delete"), {"email": known.email.upper()})

    assert (answer.status_code, answer.url) == (302, "/")
    assert CANARY not in everything_stored()
    assert list(Erasure.objects.values_list("account", flat=True)) == [known.pk]
    assert (User.objects.count(), Session.objects.filter(pk=session).count()) == (0, 0)
    assert client.get(reverse("volunteers:data")).status_code == 302


def test_deleting_asks_for_the_right_address_and_otherwise_keeps_everything(client, known):
    answer = client.post(reverse("volunteers:delete"), {"email": "else@example.org"})

    assert list(answer.context["form"].errors) == ["email"]
    assert User.objects.filter(pk=known.pk).exists()


def test_deleting_asks_first_for_the_password_of_who_has_one(client, known):
    known.set_password("a long enough sentence")
    known.save()
    client.force_login(known)

    answer = client.get(reverse("volunteers:delete"))

    assert answer.url.split("?")[0] == reverse("account_reauthenticate")


def test_erasing_signs_out_every_device(client, known):
    other = client.__class__()
    other.force_login(known)
    other.get(reverse("volunteers:security"))
    assert UserSession.objects.filter(user=known).count() == 2

    erasing.erase(known)

    assert Session.objects.count() == 0
    assert other.get(reverse("volunteers:security")).status_code == 302


def test_an_eraser_that_fails_keeps_everything(known, monkeypatch):
    def fail(user):
        raise RuntimeError

    monkeypatch.setattr(erasing, "_erasers", [*erasing._erasers, fail])
    with pytest.raises(RuntimeError):
        erasing.erase(known)

    assert User.objects.filter(pk=known.pk).exists()
    assert Erasure.objects.count() == 0


def test_the_only_administrator_stays_and_the_second_may_go():
    first, second = UserFactory(administrator=True), UserFactory(administrator=True)

    erasing.erase(second)
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(first)

    assert list(User.objects.all()) == [first]


def test_unproved_addresses_go_after_seven_days_and_nobody_else():
    UserFactory(email="imported@example.org")
    signing_up.person_for("stranger@example.org", language="fr")
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
        assert erasing.erase_unproved() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, hours=1)):
        signing_up.person_for("fresh@example.org", language="fr")
        assert erasing.erase_unproved() == 1

    assert set(User.objects.values_list("email", flat=True)) == {"imported@example.org", "fresh@example.org"}


def test_a_session_that_waits_for_a_code_is_forgotten_within_two_hours_and_a_signed_in_one_is_not(client):
    user = UserFactory()
    client.force_login(user)
    client.get(reverse("volunteers:security"))
    client.__class__().post(reverse("account_login"), {"email": f"{CANARY}@example.org"})
    assert Session.objects.count() == 2
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        tasks.erase_unproved()

    assert [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()] == [str(user.pk)]
    assert UserSession.objects.get().user == user


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_administrators_one_stays():
    administrators = [UserFactory(is_superuser=True), UserFactory(is_superuser=True)]

    results = at_once(erasing.erase, administrators)

    assert sorted(type(result).__name__ for result in results) == ["ErasureRefused", "NoneType"]
    assert User.objects.filter(is_superuser=True).count() == 1
