"""Becoming a volunteer, and coming in by code."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from mail.models import Message
from tests.factories.volunteers import UserFactory
from volunteers import signing_up
from volunteers.models import Consent, User, Volunteer

pytestmark = pytest.mark.django_db

FORM = {"email": "Awa@Example.org ", "first_name": " Awa  ", "charter": "on", "adult": "on"}


def code_for(email):
    return Message.objects.filter(to=email, kind="account/login_code").latest("pk").context["code"]


def test_person_for_makes_an_empty_unproved_account_once():
    first = signing_up.person_for(" Awa@Example.ORG", language="en")
    again = signing_up.person_for("awa@example.org", language="fr")

    user = first.user
    assert again == first
    assert (user.email, user.first_name, user.language) == ("awa@example.org", "", "en")
    assert not user.has_usable_password()
    assert user.unproved_since is not None
    assert user.consents.count() == 0
    assert EmailAddress.objects.values_list("email", "verified", "primary").get() == ("awa@example.org", False, True)


def test_person_for_gives_an_existing_account_its_volunteer_and_leaves_the_rest():
    user = UserFactory(email="awa@example.org", first_name="Awa", language="fr")

    volunteer = signing_up.person_for("awa@example.org", language="en")

    user.refresh_from_db()
    assert volunteer.user == user
    assert (user.first_name, user.language, user.unproved_since) == ("Awa", "fr", None)


def test_two_requests_with_the_same_new_address_make_one_account(at_once):
    made = at_once(lambda _: signing_up.person_for("awa@example.org", language="fr").pk, range(8))

    assert len(set(made)) == 1
    assert (User.objects.count(), Volunteer.objects.count(), EmailAddress.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("known", [False, True])
def test_sign_up_by_code_ends_in_the_next_page_with_name_and_consents(client, known):
    if known:
        UserFactory(email="awa@example.org", first_name="")
    page = reverse("account_signup") + "?next=/privacy/retention/"

    asked = client.post(page, {**FORM, "next": "/privacy/retention/"})
    assert asked.status_code == 302
    assert asked.url == reverse("account_confirm_login_code") + "?next=%2Fprivacy%2Fretention%2F"
    user = User.objects.get(email="awa@example.org")
    assert (user.first_name, user.consents.count()) == ("", 0)
    answered = client.post(asked.url, {"code": code_for("awa@example.org")})

    assert (answered.status_code, answered.url) == (302, "/privacy/retention/")
    user.refresh_from_db()
    assert (user.first_name, user.unproved_since) == ("Awa", None)
    assert list(user.consents.values_list("purpose", "action", "form")) == [
        ("charter", "given", "sign-up page"),
        ("adult", "given", "sign-up page"),
    ]
    assert EmailAddress.objects.get(user=user).verified
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(("page", "language"), [("fr", "en"), ("en", "fr")])
def test_language_chosen_on_the_code_page_stays(client, page, language):
    start, onward = {"fr": "", "en": "/en"}[page], {"fr": "", "en": "/en"}[language]
    next_url = f"{start}/privacy/retention/?from=here"
    asked = client.post(f"{start}/account/signup/", {**FORM, "next": next_url})

    switched = asked.url.replace(f"{start}/account/", f"{onward}/account/", 1)
    answered = client.post(switched, {"code": code_for("awa@example.org"), "next": next_url})

    assert answered.url == f"{onward}/privacy/retention/?from=here"


@pytest.mark.parametrize("missing", ["charter", "adult", "email", "first_name"])
def test_sign_up_refuses_an_incomplete_form_and_makes_nothing(client, missing):
    answer = client.post(reverse("account_signup"), {k: v for k, v in FORM.items() if k != missing})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [missing]
    assert (User.objects.count(), Message.objects.count()) == (0, 0)


def test_sign_up_does_not_lead_to_another_site(client):
    asked = client.post(reverse("account_signup"), {**FORM, "next": "https://evil.example/"})

    assert "evil" not in asked.url


def test_who_is_signed_in_goes_on_to_an_address_and_to_no_name_of_ours(client):
    client.force_login(UserFactory())

    answers = [client.get(reverse("account_signup"), {"next": word}) for word in ("/privacy/retention/", "nowhere")]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/privacy/retention/"), (302, "nowhere")]


def test_what_one_session_asked_is_not_finished_by_another(client):
    """A stranger fills the form with somebody's address; that person signs in later, elsewhere."""
    user = UserFactory(email="awa@example.org", first_name="")
    stranger = client.__class__()
    stranger.post(reverse("account_signup"), {**FORM, "first_name": "Rude"})

    client.post(reverse("account_login"), {"email": "awa@example.org"})
    client.post(reverse("account_confirm_login_code"), {"code": code_for("awa@example.org")})

    user.refresh_from_db()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.first_name, Consent.objects.count()) == ("", 0)


def test_the_code_page_says_the_same_to_known_and_unknown_addresses(client):
    UserFactory(email="known@example.org")
    pages = []
    for email in ("known@example.org", "nobody@example.org"):
        visitor = client.__class__()
        asked = visitor.post(reverse("account_login"), {"email": email})
        wrong = visitor.post(asked.url, {"code": "0000-0000"})
        texts = [visitor.get(asked.url).content.decode(), wrong.content.decode()]
        pages.append(
            (asked.status_code, asked.url, [re.sub(r'value="\w{64}"', "", text.replace(email, "")) for text in texts])
        )

    assert pages[0] == pages[1]
    assert Message.objects.get(to="nobody@example.org").kind == "account/unknown_account"
    assert Message.objects.get(to="known@example.org").kind == "account/login_code"


def test_an_imported_account_without_any_address_row_comes_in_by_code(client):
    user = UserFactory(email="imported@example.org")
    EmailAddress.objects.filter(user=user).delete()

    asked = client.post(reverse("account_login"), {"email": "Imported@example.org"})
    client.post(asked.url, {"code": code_for("imported@example.org")})

    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert Volunteer.objects.filter(user=user).exists()


def test_the_code_is_urgent_and_written_in_the_language_of_the_page(client):
    client.post("/en/account/signup/", FORM)

    message = Message.objects.get()
    assert (message.priority, message.language, message.kind) == (0, "en", "account/login_code")
    assert User.objects.get().language == "en"
    assert re.fullmatch(r"\d{4}-\d{4}", message.context["code"])


SENT_ALREADY = "A code was sent to this address a moment ago. Use that one, or ask again a little later."


def test_a_fourth_code_within_a_minute_is_not_sent_and_the_page_says_so(client):
    for _ in range(4):
        answer = client.post("/en/account/signup/", FORM)

    assert answer.url.startswith("/en/account/login/code/confirm/")
    assert SENT_ALREADY in client.get(answer.url).text
    assert Message.objects.count() == 3


@pytest.mark.parametrize("known", [False, True])
def test_a_fourth_code_is_not_sent_by_the_sign_in_page_either(client, known):
    if known:
        UserFactory(email="awa@example.org")
    for _ in range(3):
        client.post("/en/account/login/", {"email": "awa@example.org"})
    sent = Message.objects.count()

    waiting = client.post("/en/account/login/", {"email": "Awa@example.org"}, follow=True)
    elsewhere = client.__class__().post("/en/account/login/", {"email": "awa@example.org"})

    assert waiting.redirect_chain == [("/en/account/login/code/confirm/", 302)]
    assert SENT_ALREADY in waiting.text
    assert elsewhere.context["form"].errors == {"email": [SENT_ALREADY]}
    assert Message.objects.count() == sent == 3


@pytest.mark.parametrize("known", [False, True])
def test_another_message_is_sent_when_asked_for_and_else_the_page_says_why_not(client, known):
    if known:
        UserFactory(email="awa@example.org")
    client.post("/en/account/login/", {"email": "awa@example.org"})

    said = [client.post("/en/account/login/code/confirm/", {"action": "resend"}, follow=True).text for _ in range(3)]

    assert ["We have sent another message. Only the last code works." in text for text in said] == [True, True, False]
    assert [SENT_ALREADY in text for text in said] == [False, False, True]
    assert Message.objects.filter(to="awa@example.org").count() == 3


def test_codes_sent_again_count_among_those_asked_for(client):
    for _ in range(3):
        asked = client.post("/en/account/signup/", FORM)

    answer = client.post(asked.url, {"action": "resend"}, follow=True)

    assert SENT_ALREADY in answer.text
    assert Message.objects.count() == 3


def test_who_mistyped_an_address_asks_with_another(client):
    asked = client.post("/en/account/login/?next=/en/privacy/retention/", {"email": "wrong@example.org"})
    other = client.get(asked.url).context["change_url"]

    assert client.get(other).status_code == 200
    client.post(other, {"email": "right@example.org"})

    assert other == "/en/account/login/?next=%2Fen%2Fprivacy%2Fretention%2F"
    assert list(Message.objects.order_by("pk").values_list("to", flat=True)) == [
        "wrong@example.org",
        "right@example.org",
    ]
    assert client.get(asked.url).context["email"] == "right@example.org"


def test_who_becomes_a_volunteer_mistypes_and_goes_back_to_the_same_form(client):
    asked = client.post("/en/account/signup/", {**FORM, "next": "/en/privacy/retention/"})

    assert client.get(asked.url).context["change_url"] == "/en/account/signup/?next=%2Fen%2Fprivacy%2Fretention%2F"


def test_a_stranger_is_told_to_wait_when_codes_were_asked_too_often(client):
    for _ in range(3):
        client.__class__().post(reverse("account_signup"), FORM)
    answer = client.post(reverse("account_signup"), FORM)

    assert answer.status_code == 429
    assert Message.objects.count() == 3


def test_another_code_replaces_the_first(client):
    asked = client.post(reverse("account_signup"), FORM)
    first = code_for("awa@example.org")
    client.post(asked.url, {"action": "resend"})
    second = code_for("awa@example.org")

    refused = client.post(asked.url, {"code": first})
    accepted = client.post(asked.url, {"code": second.replace("-", " ")})

    assert first != second
    assert refused.status_code == 200
    assert accepted.status_code == 302
    assert "_auth_user_id" in client.session


def test_coming_in_by_code_lasts_two_weeks_from_then(client, settings):
    user = UserFactory(email="awa@example.org")
    asked = client.post(reverse("account_login"), {"email": user.email})
    assert client.session.get_expiry_age() == signing_up.WAITING_SECONDS
    client.post(asked.url, {"code": Message.objects.get().context["code"]})

    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
