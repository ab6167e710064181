"""The back office asks for a standing role and a second factor, at every request."""

import io
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import NoReverseMatch, path, reverse

from config.urls import urlpatterns as real_urlpatterns
from mail.models import Message
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory
from tests.office import inside
from volunteers.models import Network, NetworkOrganiser

urlpatterns = [path("organise/", lambda request: HttpResponse("inside")), *real_urlpatterns]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

ROLES = ["volunteer", "organiser", "editor", "administrator"]
OPEN = {"organise": {"organiser", "administrator"}, "cms": {"editor", "administrator"}, "admin": {"administrator"}}


def person(role):
    user = UserFactory(administrator=role == "administrator", email=f"{role}@example.org")
    if role == "organiser":
        NetworkOrganiserFactory(user=user)
    if role == "editor":
        editors = Group.objects.create(name="People who edit")
        editors.permissions.add(Permission.objects.get(codename="access_admin"))
        user.groups.add(editors)
    return user


def add_app(user):
    return TOTP.activate(user, generate_totp_secret())


def code_of(app):
    if time.time() % 30 > 29:  # about to change: what is sent now would be late
        time.sleep(1)
    counter = next(iter(yield_hotp_counters_from_time()))
    from allauth.mfa.adapter import get_adapter

    secret = get_adapter().decrypt(app.instance.data["secret"])
    return format_hotp_value(hotp_value(secret, counter))


def sign_in_by_code(client, user):
    client.post(reverse("account_login"), {"email": user.email})
    code = Message.objects.filter(to=user.email, kind="account/login_code").latest("pk").context["code"]
    return client.post(reverse("account_confirm_login_code"), {"code": code})


def second_step(client, app):
    return client.post(reverse("mfa_authenticate"), {"code": code_of(app)})


@pytest.mark.parametrize("area", ["organise", "cms", "admin"])
def test_nobody_signed_in_goes_to_the_one_sign_in_page(client, area):
    for address in (f"/{area}/", f"/{area}/login/"):
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("area", ["organise", "cms", "admin"])
@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_areas_after_a_second_factor_only(client, role, area):
    user = person(role)
    sign_in_by_code(client, user)
    opens = role in OPEN[area]

    without = client.get(f"/{area}/")
    app = add_app(user)
    client.logout()
    asked = sign_in_by_code(client, user)
    half = client.get(f"/{area}/")
    second_step(client, app)
    with_factor = client.get(f"/{area}/")

    if opens:
        assert (without.status_code, without.url.split("?")[0]) == (302, reverse("volunteers:second-factor"))
    else:
        assert without.status_code == 403
    assert (asked.status_code, asked.url) == (302, reverse("mfa_authenticate"))
    assert (half.status_code, half.url.split("?")[0]) == (302, reverse("account_login"))
    assert with_factor.status_code == (200 if opens else 403)


def test_a_password_is_one_factor_too(client):
    user = person("organiser")
    user.set_password("a long enough sentence")
    user.save()
    sign_in_by_code(client, user)
    client.logout()
    app = add_app(user)

    asked = client.post(reverse("account_login_password"), {"login": user.email, "password": "a long enough sentence"})
    half = client.get("/organise/")
    second_step(client, app)

    assert (asked.status_code, asked.url) == (302, reverse("mfa_authenticate"))
    assert half.status_code == 302
    assert client.get("/organise/").status_code == 200


def test_a_session_from_before_the_second_factor_is_asked_for_it(client):
    user = person("organiser")
    client.force_login(user)
    add_app(user)

    answer = client.get("/organise/")

    assert (answer.status_code, answer.url) == (302, reverse("mfa_reauthenticate") + "?next=%2Forganise%2F")


@pytest.mark.django_db(transaction=True)  # allauth tells of it on commit
def test_adding_an_app_counts_as_showing_it_and_leads_back(client):
    user = person("organiser")
    sign_in_by_code(client, user)
    client.get(client.get("/organise/").url)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    client.post(reverse("mfa_activate_totp"), {"code": code})

    assert client.get("/organise/").status_code == 200
    assert client.get(reverse("volunteers:security")).context["back"] == "/organise/"


def test_a_recovery_code_opens_once(client):
    user = person("organiser")
    add_app(user)
    recovery = RecoveryCodes.activate(user).get_unused_codes()[0]

    sign_in_by_code(client, user)
    client.post(reverse("mfa_authenticate"), {"code": recovery})
    assert client.get("/organise/").status_code == 200
    client.logout()
    sign_in_by_code(client, user)
    again = client.post(reverse("mfa_authenticate"), {"code": recovery})

    assert again.status_code == 200
    assert "_auth_user_id" not in client.session


def enter(client, role="organiser"):
    user = person(role)
    app = add_app(user)
    sign_in_by_code(client, user)
    second_step(client, app)
    assert client.get("/organise/").status_code == 200
    return user


def test_a_role_taken_away_closes_the_door_at_the_next_request(client):
    user = enter(client)
    NetworkOrganiser.objects.filter(user=user).delete()

    assert client.get("/organise/").status_code == 302
    client.force_login(user)
    assert client.get("/organise/").status_code == 403


def test_an_account_closed_is_out_at_the_next_request(client):
    user = enter(client)
    user.is_active = False
    user.save()

    assert client.get("/organise/").status_code == 302


def test_a_factor_removed_closes_the_door(client):
    user = enter(client)
    Authenticator.objects.filter(user=user).delete()

    assert client.get("/organise/").url.split("?")[0] == reverse("volunteers:second-factor")


@pytest.mark.parametrize("address", ["/organise", "/en/organise/", "/organise/x/?a=1", "/cms/pages/", "/admin/x"])
@pytest.mark.parametrize("method", ["get", "post", "head", "options"])
def test_every_form_of_the_address_is_guarded(client, address, method):
    answer = getattr(client, method)(address)

    assert answer.status_code == 302
    assert answer.url.split("?")[0] in (reverse("account_login"), "/en" + reverse("account_login"))


def test_an_app_code_is_guessed_at_ten_times_in_five_minutes(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
    user = person("organiser")
    app = add_app(user)
    sign_in_by_code(client, user)

    window = time.time() // 300
    for _ in range(10):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = second_step(client, app)

    assert right.status_code == 200 or window != time.time() // 300
    assert "_auth_user_id" not in client.session


def test_administration_shows_nobodys_factors_nor_devices():
    answer = inside(UserFactory(administrator=True)).get(reverse("admin:index"))

    shown = {model["model"] for app in answer.context["app_list"] for model in app["models"]}
    assert Network in shown
    assert not {Authenticator, UserSession} & shown
    with pytest.raises(NoReverseMatch):
        reverse("admin:mfa_authenticator_changelist")


# --- A lost second factor ---------------------------------------------------------------------------------------------
def remove_second_factors(address):
    output = io.StringIO()
    call_command("remove_second_factors", address, stdout=output)
    return output.getvalue()


def test_who_lost_all_factors_sets_up_another_at_the_next_sign_in_and_is_told(client):
    owner, other = person("organiser"), person("administrator")
    owner.language = "en"
    owner.save()
    for user in (owner, other):
        add_app(user)
        RecoveryCodes.activate(user)

    said = remove_second_factors("Organiser@example.org")

    assert said == "Removed from organiser@example.org: recovery_codes, totp.\n"
    assert set(Authenticator.objects.values_list("user", flat=True)) == {other.pk}
    (message,) = Message.objects.all()
    assert (message.to, message.language, message.context["notice"]) == (owner.email, "en", "second_factors_removed")
    sign_in_by_code(client, owner)
    assert client.get("/organise/").url.startswith(reverse("volunteers:second-factor"))


def test_nobody_and_nothing_to_remove_are_said_and_nothing_is_sent():
    person("volunteer")

    with pytest.raises(CommandError, match=r"No account has the address nobody@example\.org\."):
        remove_second_factors("nobody@example.org")
    with pytest.raises(CommandError, match="has no second factor"):
        remove_second_factors("volunteer@example.org")
    assert not Message.objects.exists()


# --- A role goes ------------------------------------------------------------------------------------------------------
def stop_administering(user):
    user.is_superuser = False
    user.save()


LOSSES = {
    "network": (lambda user: NetworkOrganiserFactory(user=user), lambda user: user.organiser_roles.all().delete()),
    "group": (lambda user: user.groups.add(group()), lambda user: user.groups.clear()),
    "group, from its side": (lambda user: user.groups.add(group()), lambda user: group().user_set.remove(user)),
    "administrator": (lambda user: None, stop_administering),
}


def group():
    return Group.objects.get_or_create(name="Test")[0]


@pytest.mark.parametrize("loss", LOSSES)
def test_no_session_survives_the_removal_of_its_role(loss):
    gain, lose = LOSSES[loss]
    user, other = UserFactory(is_superuser=loss == "administrator"), UserFactory()
    gain(user)
    gain(other)
    clients = [Client(), Client(), Client()]
    for client, who in zip(clients, (user, user, other), strict=True):
        client.force_login(who)
        client.get("/my-space/security/")

    lose(user)

    assert [client.get("/my-space/security/").status_code for client in clients] == [302, 302, 200]


def test_what_takes_no_role_ends_no_session(client):
    user = UserFactory()
    client.force_login(user)
    client.get("/my-space/security/")

    user.first_name = "Li"
    user.save()
    user.groups.add(group())

    assert client.get("/my-space/security/").status_code == 200


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/en/my-space/?tab=1", "/en/my-space/?tab=1"),
        ("https://elsewhere.example/", "/organise/"),
        ("", "/organise/"),
    ],
)
def test_whoever_sends_a_form_signed_out_comes_back_to_its_page(client, sent_from, back):
    answer = client.post("/en/organise/night/1/remind/", headers={"referer": sent_from})

    page, _, query = answer.url.partition("?")
    assert (answer.status_code, page, QueryDict(query)["next"]) == (302, "/en/account/login/", back)
