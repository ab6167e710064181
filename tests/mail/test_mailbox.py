import datetime as dt
from email.mime.image import MIMEImage

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from mail import mailbox
from mail.forgetting import forget_old
from mail.models import Message
from tests.factories.mail import MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(settings, tmp_path):
    settings.VAR_DIR, settings.DEMO = tmp_path, True
    settings.EMAIL_BACKEND = "mail.mailbox.MailboxBackend"


def post(to="ana@example.org", subject="Bonjour <Ana>", language=""):
    headers = {"Content-Language": language} if language else {}
    email = EmailMultiAlternatives(subject, "Une place : https://ville.example/", to=[to], headers=headers)
    html = "<html><head></head><body><p>Une place</p><script>alert(1)</script></body></html>"
    email.attach_alternative(html, "text/html")
    email.attach("plan d’accès.txt", "à droite", "text/plain")
    get_connection().send_messages([email])
    return mailbox.entries()[0].name


def test_messages_are_listed_the_newest_first(client):
    post(subject="premier")
    post(subject="second", to="bob@example.org")

    assert [entry.subject for entry in mailbox.entries()] == ["second", "premier"]
    assert [entry.subject for entry in mailbox.entries(to="ANA@")] == ["premier"]
    page = client.get("/mailbox/?to=bob").content.decode()
    assert "second" in page
    assert "premier" not in page


def test_no_unfinished_file_is_seen(settings):
    post()

    assert [path.suffix for path in (settings.VAR_DIR / "mailbox").iterdir()] == [".eml"]


@pytest.mark.parametrize(("prefix", "shown"), [("", "22 novembre 2026 00:30"), ("/en", "22 November 2026")])
def test_message_is_dated_by_the_city_s_clock(client, prefix, shown):
    with time_machine.travel(dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC), tick=False):
        name = post()

    for page in ("/mailbox/", f"/mailbox/{name}/"):
        assert 'datetime="2026-11-22T00:30:00+01:00"' in client.get(prefix + page).content.decode(), page
    assert shown in client.get(f"{prefix}/mailbox/{name}/").content.decode()


def test_words_of_a_message_are_marked_as_its_language_and_ours_are_the_page_s(client):
    name = post(language="en")

    page, entries = (client.get(address).content.decode() for address in (f"/mailbox/{name}/", "/mailbox/"))

    assert '<html lang="fr"' in page and '<h1 lang="en">Bonjour' in page and '<div class="letter" lang="en">' in page
    assert f'<a href="/mailbox/{name}/" lang="en">' in entries


@pytest.mark.parametrize("date", ["", "Date: yesterday\n", "Date: Sat, 21 Nov 2026 23:30:00 +0500\n"])
def test_message_of_any_date_is_read(client, settings, date):
    folder = settings.VAR_DIR / "mailbox"
    folder.mkdir()
    name = "0" * 19 + "-abcdef12"
    (folder / f"{name}.eml").write_text(f"Subject: x\nTo: ana@example.org\n{date}\nHello")

    assert "Hello" in client.get(f"/mailbox/{name}/").content.decode()
    assert ("21 novembre 2026 19:30" in client.get(f"/mailbox/{name}/").content.decode()) is ("+0500" in date)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_message_is_read_and_its_markup_is_not_ours(client, prefix):
    page = client.get(f"{prefix}/mailbox/{post()}/").content.decode()

    assert "Bonjour &lt;Ana&gt;" in page
    assert '<a href="https://ville.example/" rel="nofollow">' in page
    assert "alert(1)" not in page
    assert "sandbox=" in page


def test_letter_has_a_policy_of_its_own(client):
    response = client.get(f"/mailbox/{post()}/html/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<base target="_blank">' in response.content


def test_picture_that_comes_with_the_message_is_shown_in_it(client):
    email = EmailMultiAlternatives("Code", "Code", to=["ana@example.org"])
    email.attach_alternative('<html><head></head><body><img src="cid:code@x"></body></html>', "text/html")
    picture = MIMEImage(b"\x89PNG", "png")
    picture.add_header("Content-ID", "<code@x>")
    email.attach(picture)
    get_connection().send_messages([email])

    page = client.get(f"/mailbox/{mailbox.entries()[0].name}/html/")

    assert '<img src="data:image/png;base64,iVBORw==">' in page.text


def test_attachment_is_a_file_to_keep(client):
    name = post()

    response = client.get(f"/mailbox/{name}/attachments/0/")

    assert response.content.decode() == "à droite"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''plan%20d")
    assert client.get(f"/mailbox/{name}/attachments/1/").status_code == 404


def test_notes_of_the_demonstration_are_shown(client, monkeypatch):
    monkeypatch.setattr(mailbox, "demo_notes", [lambda: [mailbox.Note("admin@example.org", "123 456")]])

    assert "123 456" in client.get("/mailbox/").content.decode()


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "1234", "0" * 19 + "-abcdef12"])
def test_other_files_are_out_of_reach(client, name):
    assert client.get(f"/mailbox/{name}/").status_code == 404


@pytest.mark.parametrize("page", ["", "{name}/", "{name}/html/", "{name}/attachments/0/"])
def test_mailbox_does_not_exist_outside_a_demonstration(client, settings, page):
    address = "/mailbox/" + page.format(name=post())
    assert client.get(address).status_code == 200

    settings.DEMO = False

    assert client.get(address).status_code == 404


def test_old_messages_are_forgotten_but_none_that_waits():
    post()
    old = timezone.now() - dt.timedelta(days=31)
    for state in Message.State:
        MessageFactory(state=state)
    Message.objects.update(created_at=old)
    MessageFactory(state=Message.State.SENT)

    assert forget_old() == 3

    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sending", "sent"]
    assert len(mailbox.entries()) == 1
    mailbox.forget(timezone.now())
    assert mailbox.entries() == []
