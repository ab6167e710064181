"""Guesses are counted exactly: of a hundred at once, three are looked at."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from tests.factories.volunteers import UserFactory
from volunteers import guessing
from volunteers.models import Guesses


def test_of_a_hundred_guesses_at_once_three_are_looked_at(at_once):
    looked = at_once(lambda _: guessing.take_guess("a-code"), range(100))

    assert sorted(looked) == [False] * 97 + [True] * 3
    assert Guesses.objects.get().looked_at == 3


@pytest.fixture
def code_asked(transactional_db):
    """A session that waits for a code: a client, and the right code."""
    UserFactory(email="awa@example.org")
    client = Client()
    client.post(reverse("account_login"), {"email": "awa@example.org"})
    return client, Message.objects.get().context["code"]


def test_parallel_copies_of_a_session_get_three_guesses_together(code_asked, at_once):
    client, code = code_asked
    page = reverse("account_confirm_login_code")

    def guess(number):
        copy = Client()
        copy.cookies.update(client.cookies)
        return copy.post(page, {"code": f"{number:08}"}).status_code

    answers = at_once(guess, range(20))
    late = client.post(page, {"code": code})

    assert Guesses.objects.get().looked_at == 3
    assert answers.count(200) <= 3  # the page again, with "not the code": the others were not looked at
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert (late.status_code, late.url) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_the_right_code_at_the_third_guess_comes_in_and_at_the_fourth_not(code_asked):
    client, code = code_asked
    page = reverse("account_confirm_login_code")
    for wrong in ("0000-0000", "1111-1111"):
        assert client.post(page, {"code": wrong}).status_code == 200

    assert client.post(page, {"code": code}).status_code == 302
    assert "_auth_user_id" in client.session


USED_UP = {
    "fr": "Ce code a été essayé trop souvent. Demandez-en un nouveau.",
    "en": "This code was tried too often. Ask for a new one.",
}
CODES = {  # where a code is asked for, how, and the page that takes it
    "sign in": ("account/login/", {"email": "awa@example.org"}, "account/login/code/confirm/"),
    "new password": ("account/password/reset/", {"email": "awa@example.org"}, "account/password/reset/confirm/"),
    "new address": ("account/email/", {"email": "new@example.org", "action_add": "1"}, "account/confirm-email/"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "language"), [("/", "fr"), ("/en/", "en")])
@pytest.mark.parametrize("code", CODES)
def test_after_three_wrong_codes_one_is_told_to_ask_for_another(client, code, start, language):
    asking, asked, taking = CODES[code]
    user = UserFactory(email="awa@example.org")
    if code == "new address":
        client.force_login(user)
    client.post(start + asking, asked)

    answers = [client.post(start + taking, {"code": guess}) for guess in ("", "0000-0000", "1111-1111", "2222-2222")]
    page = client.get(answers[-1].url)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 302]
    assert answers[-1].url == start + asking
    assert (page.status_code, USED_UP[language] in page.text) == (200, True)
    assert client.get(start + taking).status_code == 302


def test_a_code_is_good_for_fifteen_minutes(code_asked):
    client, code = code_asked
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(minutes=14, seconds=30)):
        copy = Client()
        copy.cookies.update(client.cookies)
        assert copy.get(reverse("account_confirm_login_code")).status_code == 200
    with time_machine.travel(now + dt.timedelta(minutes=15, seconds=30)):
        late = client.post(reverse("account_confirm_login_code"), {"code": code})

    assert (late.status_code, late.url) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_counts_are_forgotten_after_a_day():
    guessing.take_guess("old")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        guessing.take_guess("new")
        assert guessing.forget_old() == 1

    assert Guesses.objects.get().key == "new"
