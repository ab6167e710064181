import email
import email.policy

import pytest
from django.core.exceptions import ValidationError

from mail import kinds
from mail.rendering import render
from tests.factories.mail import MessageFactory


@pytest.fixture(autouse=True)
def ground(hello, settings):
    settings.SITE_URL = "https://ville.example"
    settings.DEFAULT_FROM_EMAIL = "Ma ville <bonjour@ville.example>"


def written(**fields):
    """The message as a mail program reads it."""
    message = MessageFactory.build(**fields)
    return message, email.message_from_bytes(render(message).message().as_bytes(), policy=email.policy.default)


def test_headers():
    message, received = written(to="ana@example.org", context={"name": "Ana"})

    assert received["To"] == "ana@example.org"
    assert received["From"] == "Ma ville <bonjour@ville.example>"
    assert received["Message-ID"] == f"<{message.uid}@ville.example>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Content-Language"] == "fr"
    assert received["Date"] is not None
    assert [name for name in received if name.startswith("List-")] == []


@pytest.mark.parametrize(("language", "subject"), [("fr", "Bonjour Ana"), ("en", "Hello Ana")])
def test_language_is_the_message_s(language, subject):
    _, received = written(language=language, context={"name": "Ana"})

    assert received["Subject"] == subject


def test_text_is_plain_and_html_is_escaped():
    _, received = written(context={"name": "<b>Ana</b> & l'ami"})

    text = received.get_body(("plain",)).get_content()
    assert text == "L'atelier vous attend, <b>Ana</b> & l'ami : https://ville.example/account/\n"
    assert "&lt;b&gt;Ana&lt;/b&gt; &amp; l&#x27;ami" in received.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "name", ["Ana\r\nBcc: all@example.org", "Ana\nBcc: all@example.org", "Ana\r\n\r\nA body of mine"]
)
def test_name_cannot_add_a_header(name):
    _, received = written(to="ana@example.org", context={"name": name})

    assert received["Bcc"] is None
    assert received["Subject"] == "Bonjour " + " ".join(name.split())


@pytest.mark.parametrize("name", ["Zoë Nguyễn", "محمد", "小林", "👩🏽‍🌾", "Ana‮gnp"])
def test_name_in_any_script(name):
    _, received = written(context={"name": name})

    assert received["Subject"] == f"Bonjour {name}"
    assert name in received.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "to", ["ana@example.org\nBcc: all@example.org", "ana@example.org, bob@example.org", "Ana <ana@example.org>", ""]
)
def test_hostile_address_is_refused(to):
    with pytest.raises(ValidationError):
        render(MessageFactory.build(to=to))


def test_attachments_keep_their_type():
    calendar = kinds.Attachment(
        "invitation.ics", "BEGIN:VCALENDAR\r\nSUMMARY:Été\r\n".encode(), "text/calendar; method=REQUEST; charset=utf-8"
    )
    picture = kinds.Attachment("plan d’accès.png", b"\x89PNG\r\n\x00", "image/png")
    kinds.register(kinds.Kind("tests/hello", "a test", lambda context: kinds.Letter(context, (calendar, picture))))

    _, received = written()
    first, second = received.iter_attachments()

    assert first.get_content_type() == "text/calendar"
    assert first["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert first.get_payload(decode=True) == calendar.content
    assert (first.get_filename(), first.get_content_disposition()) == ("invitation.ics", "attachment")
    assert (second.get_content_type(), second.get_filename()) == ("image/png", "plan d’accès.png")
    assert second.get_payload(decode=True) == picture.content
