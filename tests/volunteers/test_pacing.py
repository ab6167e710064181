"""Known and unknown addresses are answered after the same time, and limits count the right client."""

import statistics
import time

import pytest
from django.urls import reverse

from mail.models import Message
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

FORM = {"first_name": "Awa", "charter": "on", "adult": "on"}
FLOOR = 0.12


@pytest.mark.parametrize("page", ["account_login", "account_signup", "account_reset_password"])
def test_known_and_unknown_addresses_take_the_same_time(client, settings, page):
    settings.SIGN_IN_SECONDS = FLOOR
    times = {"known": [], "unknown": []}
    for number in range(4):
        for kind, spent in times.items():
            email = f"{kind}{number}@example.org"
            if kind == "known":
                UserFactory(email=email)
            start = time.perf_counter()
            client.__class__().post(reverse(page), {"email": email, **FORM})
            spent.append(time.perf_counter() - start)

    known, unknown = (statistics.median(spent) for spent in times.values())
    assert min(known, unknown) >= FLOOR
    assert Message.objects.count() == 8


def test_without_the_floor_a_page_answers_at_once_and_get_is_never_slowed(client, settings):
    settings.SIGN_IN_SECONDS = 30

    assert client.get(reverse("account_login")).status_code == 200


def ask(client, number, **headers):
    return client.__class__().post(reverse("account_login"), {"email": f"p{number}@example.org"}, headers=headers)


def test_behind_a_proxy_each_client_has_its_own_limit(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "request_login_code": "2/10m/ip,3/m/key"}
    for number in range(2):
        ask(client, number, x_forwarded_for="10.9.9.9, 203.0.113.7")
    refused = ask(client, 3, x_forwarded_for="6.6.6.6, 203.0.113.7")  # what the client wrote itself is not believed
    other = ask(client, 4, x_forwarded_for="203.0.113.8")

    assert refused.context["form"].errors
    assert other.status_code == 302


def test_without_a_proxy_the_header_is_not_believed(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "request_login_code": "2/10m/ip,3/m/key"}
    answers = [ask(client, number, x_forwarded_for=f"203.0.113.{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 200]


def test_a_town_hall_of_300_people_gets_its_codes(client, settings):
    from allauth.core.internal.ratelimit import parse_rates

    for action in ("signup", "request_login_code", "reset_password"):
        per_network = [rate for rate in parse_rates(settings.ACCOUNT_RATE_LIMITS[action]) if rate.per == "ip"]
        assert [(rate.amount, rate.duration) for rate in per_network] == [(300, 600)]
