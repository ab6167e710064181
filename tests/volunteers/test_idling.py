"""Accounts that nobody uses: told once, a month before, then erased; whoever is counted on stays."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from config import checks
from mail import idling as warning
from mail import tasks as mail_tasks
from mail.delivering import deliver_due
from mail.models import Message
from tests.conftest import ROOT
from tests.factories.events import RegistrationFactory, SlotFactory
from tests.factories.volunteers import AssociationFactory, NetworkOrganiserFactory, VolunteerFactory
from volunteers import idling, retention, tasks
from volunteers.models import AssociationMember, Erasure, User

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
TOLD_AFTER, IDLE_AFTER = dt.timedelta(days=700), dt.timedelta(days=730)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def unused(*, for_=IDLE_AFTER + dt.timedelta(days=1), **facts):
    """A volunteer who last signed in so long ago; ``last_login=None``: never did, but joined so long ago."""
    then = timezone.now() - for_
    return VolunteerFactory(**{"user__date_joined": then, "user__last_login": then} | facts)


def told(volunteer, days=30):
    volunteer.user.idle_warned_at = timezone.now() - dt.timedelta(days=days)
    volunteer.user.save()
    return volunteer


def those_told():
    return set(Message.objects.filter(kind="account/idle").values_list("user", flat=True))


# --- The calendar of it -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("last_login", ["then", None])
def test_an_unused_account_is_told_once_a_month_before_and_then_erased(clock, last_login):
    volunteer = unused(for_=TOLD_AFTER - dt.timedelta(hours=1), **({} if last_login else {"user__last_login": None}))
    seen = []
    for day in range(33):
        clock.move_to(NOW + dt.timedelta(days=day))
        tasks.erase_idle()
        mail_tasks.warn_idle()
        seen.append((Message.objects.filter(kind="account/idle").count(), User.objects.count()))

    # Told the day after the limit, erased thirty days later (and its messages with it).
    assert seen == [(0, 1), *[(1, 1)] * 30, *[(0, 0)] * 2]
    assert Erasure.objects.get().account == volunteer.user_id


def test_nobody_is_erased_untold_nor_less_than_a_month_after(clock):
    unused()
    told(unused(), days=29)

    assert idling.erase_idle() == 0
    assert User.objects.count() == 2
    clock.move_to(NOW + dt.timedelta(days=1))
    assert idling.erase_idle() == 1


def test_signing_in_after_the_message_stops_it(client, clock):
    volunteer = unused()
    mail_tasks.warn_idle()
    clock.move_to(NOW + dt.timedelta(days=29))
    client.force_login(volunteer.user)
    clock.move_to(NOW + dt.timedelta(days=31))

    assert idling.erase_idle() == 0
    assert User.objects.get().idle_warned_at is None  # so that the next end, in two years, is told anew
    clock.move_to(NOW + dt.timedelta(days=29) + TOLD_AFTER + dt.timedelta(days=1))
    assert (idling.erase_idle(), warning.warn_idle()) == (0, 1)


def test_a_warning_from_before_a_role_does_not_count_after_it():
    volunteer = told(unused(), days=60)
    role = NetworkOrganiserFactory(user=volunteer.user)
    idling.erase_idle()
    role.delete()

    assert idling.erase_idle() == 0
    assert warning.warn_idle() == 1


# --- Who is left alone ------------------------------------------------------------------------------------------------
def seat(volunteer, *, days=7, **facts):
    starts_at = timezone.now() + dt.timedelta(days=days)
    return RegistrationFactory(volunteer=volunteer, slot=SlotFactory(starts_at=starts_at), **facts)


def change(user, **facts):
    User.objects.filter(pk=user.pk).update(**facts)


KEPT = {
    "organiser": lambda who: NetworkOrganiserFactory(user=who.user),
    "editor": lambda who: who.user.groups.add(Group.objects.get(name="Editors")),
    "staff": lambda who: change(who.user, is_staff=True),
    "administrator": lambda who: change(who.user, is_superuser=True),
    "member of an association": lambda who: AssociationMember.objects.create(
        user=who.user, association=AssociationFactory()
    ),
    "in charge": lambda who: SlotFactory().people_in_charge.add(who.user),
    "coming registration": seat,
    "waiting": lambda who: seat(who, waiting=True),
    "took part since": lambda who: seat(who, days=-600),
    "signed in since": lambda who: change(who.user, last_login=timezone.now() - dt.timedelta(days=600)),
    "closed by an administrator": lambda who: change(who.user, is_active=False),
    "address unproved": lambda who: change(who.user, unproved_since=timezone.now()),
}


@pytest.mark.parametrize("why", KEPT)
def test_who_is_counted_on_is_neither_told_nor_erased(why):
    kept, gone, untold = told(unused()), told(unused()), unused()
    for volunteer in (kept, untold):
        KEPT[why](volunteer)

    assert warning.warn_idle() == 0
    assert idling.erase_idle() == 1
    assert not User.objects.filter(pk=gone.user_id).exists()
    assert User.objects.filter(pk__in=[kept.user_id, untold.user_id]).count() == 2


@pytest.mark.parametrize("facts", [{"cancelled": True}, {"days": -800}])
def test_a_registration_of_long_ago_or_given_back_keeps_nobody(facts):
    volunteer = told(unused())
    seat(volunteer, **facts)

    assert idling.erase_idle() == 1


# --- The message ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["fr", "en"])
def test_message_says_when_and_how_to_keep_the_account(settings, language):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    user = unused(user__language=language).user
    warning.warn_idle()
    deliver_due()

    (sent,) = django_mail.outbox
    with override(language):
        day = date_format((NOW + dt.timedelta(days=30)).date())
        sign_in = settings.SITE_URL + reverse("account_login")
    assert sent.to == [user.email]
    assert day in sent.subject
    for text in (sent.body, sent.alternatives[0].content):
        assert (day in text, sign_in in text, user.first_name in text, "{%" in text) == (True, True, True, False)


def test_message_is_dropped_when_they_have_come_back_meanwhile(client):
    volunteer = unused()
    warning.warn_idle()
    client.force_login(volunteer.user)
    deliver_due()

    assert Message.objects.get().state == "dropped"


# --- Many -------------------------------------------------------------------------------------------------------------
def test_queries_grow_with_batches_and_not_with_people(monkeypatch):
    monkeypatch.setattr(idling, "BATCH", 4)
    counted = []
    for people in (4, 8):
        everyone = [unused() for _ in range(people)]
        with CaptureQueriesContext(connection) as queries:
            assert warning.warn_idle() == people
        counted.append(len(queries))
        assert those_told() >= {volunteer.user_id for volunteer in everyone}

    one_batch = counted[1] - counted[0]
    assert one_batch == 5  # begin, choose, queue, note, commit
    assert counted[0] <= 2 * one_batch  # the last batch is empty


# --- What is promised -------------------------------------------------------------------------------------------------
def test_public_page_and_documentation_promise_the_same(client, settings):
    (rule,) = [rule for rule in retention.rules() if rule.table == "volunteers_user"]
    (row,) = re.findall(r"^\| `volunteers_user` \|.*$", (ROOT / "docs" / "privacy.md").read_text(), re.MULTILINE)
    with override("en"):
        page = client.get(reverse("volunteers:retention")).text

    assert idling.idle_since(NOW) == NOW - IDLE_AFTER
    assert rule.job == "volunteers.tasks.erase_idle"
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} >= {rule.job, "mail.tasks.warn_idle"}
    for text in (str(rule.duration), row, page):
        assert re.findall(r"(\d+)\W+(?:months|mois)", text) == [str(settings.IDLE_MONTHS)]


@pytest.mark.parametrize(("months", "found"), [(2, ["maillage.E006"]), (3, []), (24, [])])
def test_a_time_too_short_is_refused(settings, months, found):
    settings.IDLE_MONTHS = months

    assert [message.id for message in checks.idle_accounts(None)] == found
