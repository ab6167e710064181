"""The ground itself: what tests/conftest.py promises is true."""

import socket

import pytest
from django.core.mail import send_mail
from django.db import connection, transaction
from django.test import override_settings

from volunteers.models import User


def test_network_is_refused():
    # A refusal, which pytest-socket announces by a warning first, and warnings are errors here.
    with pytest.raises((RuntimeError, UserWarning), match="A test tried to use"):
        socket.create_connection(("198.51.100.1", 80), timeout=1)


@pytest.mark.both
@pytest.mark.django_db
def test_migrations_have_filled_the_database():
    from wagtail.models import Locale, Page

    assert Page.objects.filter(depth=1).count() == 1
    assert Locale.objects.count() >= 1


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_starts_from_the_same_rows(turn):
    from wagtail.models import Page

    pages = Page.objects.count()
    User.objects.create(email="ana@example.org")

    assert (User.objects.count(), pages) == (1, 5)  # the root, and each language's home and programme


@pytest.mark.both
@pytest.mark.django_db
@override_settings(DEFAULT_FROM_EMAIL="ville@example.org")
def test_mail_arrives_at_the_tests_own_server(smtp_server):
    send_mail("Bonjour à vous", "Une place vous attend.", None, ["ana@example.org"])

    (message,) = smtp_server.to("ana@example.org")
    assert message["Subject"] == "Bonjour à vous"
    assert message.get_content().strip() == "Une place vous attend."


def test_race_uses_a_connection_for_each(at_once):
    def backend(_):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.05)")
            return cursor.fetchone()[0]

    assert len(set(at_once(backend, range(30)))) == 30


@pytest.mark.django_db
def test_queued_tasks_run_from_their_messages(run_queued_tasks):
    from mail.tasks import deliver

    deliver.delay()

    assert run_queued_tasks() == ["mail.tasks.deliver"]
    assert run_queued_tasks() == []
