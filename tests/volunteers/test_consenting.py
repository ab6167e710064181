"""Consents: given, withdrawn, kept as a journal, missing."""

import pytest

from tests.factories.volunteers import UserFactory
from volunteers import consenting
from volunteers.models import Consent

pytestmark = pytest.mark.django_db


def test_consents_are_a_journal_that_only_grows():
    user = UserFactory()
    consenting.give(user, purpose="newsletter", form="a")
    consenting.give(user, purpose="newsletter", form="b")
    consenting.withdraw(user, purpose="newsletter", form="c")
    consenting.withdraw(user, purpose="newsletter", form="d")
    consenting.give(user, purpose="newsletter", form="e")

    lines = list(user.consents.values_list("action", "form"))
    assert lines == [("given", "a"), ("withdrawn", "c"), ("given", "e")]
    assert consenting.is_given(user, "newsletter")


def test_a_new_text_is_agreed_to_anew(monkeypatch):
    user = UserFactory()
    consenting.give(user, purpose="charter", form="a")
    monkeypatch.setitem(consenting.TEXT_VERSIONS, Consent.Purpose.CHARTER, "2027-01")
    consenting.give(user, purpose="charter", form="b")

    assert list(user.consents.values_list("text_version", flat=True)) == ["2026-09", "2027-01"]


def test_a_needed_consent_is_not_withdrawn():
    user = UserFactory()
    consenting.give(user, purpose="charter", form="a")
    with pytest.raises(consenting.ConsentRefused):
        consenting.withdraw(user, purpose="charter", form="b")

    assert consenting.is_given(user, "charter")


def test_what_is_missing_is_the_charter_and_the_age_until_they_are_given():
    user = UserFactory()
    before = consenting.missing(user)
    consenting.give(user, purpose="charter", form="a")

    assert before == ["charter", "adult"]
    assert consenting.missing(user) == ["adult"]
