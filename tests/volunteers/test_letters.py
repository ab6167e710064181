"""What allauth writes leaves by the outbox, in both languages, and codes are forgotten."""

import datetime as dt

import pytest
import time_machine
from django.core import mail as django_mail
from django.utils import timezone

from mail import adapters
from mail.delivering import deliver_due
from mail.models import Message
from tests.factories.volunteers import UserFactory

pytestmark = pytest.mark.django_db

NOTICES = ["mfa/email/totp_activated", "mfa/email/second_factors_removed", "account/email/password_changed"]
PREFIXES = [*adapters.CODES, *adapters.LETTERS, *NOTICES]
CONTEXT = {"code": "1234-5678", "signup_url": "http://testserver/account/signup/", "ip": "203.0.113.7"}


@pytest.fixture(autouse=True)
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    django_mail.outbox = []
    return django_mail


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_each_letter_is_sent_with_subject_text_and_html(outbox, prefix, language):
    from django.utils import translation

    user = UserFactory()
    with translation.override(language):
        adapters.AccountAdapter().send_mail(prefix, user.email, {**CONTEXT, "user": user})
    deliver_due()

    message = Message.objects.get()
    (sent,) = outbox.outbox
    html = sent.alternatives[0].content
    assert (message.state, message.language, message.user) == ("sent", language, user)
    assert sent.to == [user.email]
    assert sent.subject.strip() and "\n" not in sent.subject
    for text in (sent.body, html):
        assert ("1234-5678" in text) == (prefix in adapters.CODES)
        assert ("/account/signup/" in text) == (prefix == "account/email/unknown_account")
        assert "{%" not in text


@pytest.mark.parametrize("prefix", adapters.CODES)
def test_a_code_is_forgotten_once_sent_and_not_sent_once_expired(outbox, prefix):
    user = UserFactory()
    adapters.AccountAdapter().send_mail(prefix, user.email, CONTEXT)
    assert "1234-5678" in str(Message.objects.get().context)
    deliver_due()
    adapters.AccountAdapter().send_mail(prefix, user.email, CONTEXT)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        deliver_due()

    assert [message.state for message in Message.objects.order_by("pk")] == ["sent", "dropped"]
    assert "1234" not in str(list(Message.objects.values()))
    assert len(outbox.outbox) == 1
