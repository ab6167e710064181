"""The demonstration city as it stands: built once for all the tests here, each of which undoes what it changes."""

import datetime as dt
import io
import itertools
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from cms.demo import accounts, people
from cms.models import NightPage, StandardPage
from events import attending, by_date
from events.models import MeetingMark, Registration, Slot
from events.night.composing import peopling
from events.night.models import Assignment, Card, Edition, Partner
from events.night.permissions import visible_headquarters
from events.night.sectors import boundaries
from ideas import notes, outcomes
from ideas.models import Call, Idea
from ideas.voting import result as vote_result
from mail import rendering
from mail.models import Message
from tests import office
from tests.architecture.test_readme import addresses
from tests.cms.city import check_calls, check_counters, dump
from tests.cms.test_papers import links
from trainings.models import Certificate, Evaluation, Theme, Training
from volunteers.models import Consent, District, Network, User, VolunteerImport

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)


def build(*arguments):
    output = io.StringIO()
    call_command("demo", "--size=small", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """What the command said."""
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:  # the tests here are one long transaction
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield build("--seed=7")
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def inside(city, db):
    """Each test starts from the city."""


def test_nobody_agrees_before_they_join_nor_before_the_words_are_written():
    written = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
    lines = Consent.objects.filter(form="demo")

    assert set(lines.values_list("text_version", flat=True)) == {"2026-09"}
    assert not lines.filter(at__lt=written).exists()
    assert not lines.filter(at__lt=F("user__date_joined")).exists()
    assert not lines.filter(at__gt=NOW).exists()
    assert lines.filter(at=written).exists()
    assert lines.filter(at=F("user__date_joined")).exists()


def test_counters_say_what_the_registrations_say():
    check_counters()


def test_every_kind_of_session_is_there():
    slots = Slot.objects.with_waiting()

    for mark in ("present", "left_early", "excused", "absent"):
        assert slots.filter(ends_at__lt=NOW, registrations__attendance=mark).exists()
    assert slots.filter(ends_at__lt=NOW, walk_ins__isnull=False).exists()
    assert slots.filter(ends_at__lt=NOW, registrations__grant__isnull=False).exists()
    assert Certificate.objects.filter(registration__volunteer__user__email="camille@maillage.example").count() == 1
    assert slots.filter(starts_at__gt=NOW, seats_taken=F("capacity"), waiting__gt=2).exists()
    assert slots.filter(starts_at__gt=NOW, seats_taken__gte=F("capacity") - 2, seats_taken__lt=F("capacity"))
    assert slots.filter(starts_at__gt=NOW, state="cancelled").count() == 1
    assert slots.filter(venue=None).exists()
    assert slots.open().count() > 8


@pytest.mark.parametrize("begun", [False, True])
def test_one_session_is_a_course_of_three_with_people_registered_and_another_is_under_way(begun):
    course = Slot.objects.get(**{"dates__gt": 1, "starts_at__lt" if begun else "starts_at__gt": NOW})
    times = [(meeting.starts_at, meeting.ends_at) for meeting in course.meetings.held()]

    assert (course.dates, len(times), course.seats_taken > 0) == (3, 3, True)
    assert (course.starts_at, course.ends_at) == (times[0][0], times[-1][1])
    assert all(one[1] < later[0] for one, later in itertools.pairwise(times))
    assert sum(starts_at < NOW for starts_at, _ends_at in times) == (2 if begun else 0)


def test_the_course_under_way_has_its_marks_by_date():
    course = Slot.objects.get(dates__gt=1, starts_at__lt=NOW)
    first, second, third = (attending.count(course, date=number) for number in (1, 2, 3))

    assert first.all - first.walk_ins == second.all and first.there > second.there > 0 and second.unmarked > 0
    assert third.unmarked == third.all - third.excused and third.excused > 0
    assert MeetingMark.objects.said().filter(meeting__slot=course).count() == third.excused
    before = list(course.registrations.order_by("pk").values_list("pk", "attendance"))
    by_date.derive(course)
    assert list(course.registrations.order_by("pk").values_list("pk", "attendance")) == before


def test_a_past_quarter_is_told_to_its_end(client):
    check_calls()
    past, _running, voting = Call.objects.order_by("pk")
    camille = Idea.objects.get(author__user__email=accounts.CITIZEN.email)
    [outcome] = outcomes.of_ideas([camille])[camille.pk]
    training = Training.objects.get(title=outcome.title)

    assert set(past.ideas.values_list("state", flat=True)) == {
        "adopted", "declined", "out_of_scope", "merged", "withdrawn",
    }  # fmt: skip
    assert (past.ideas.count(), past.ideas.exclude(association=None).count() > 4) == (25, True)
    assert camille.merged.count() == 2
    assert training.sessions.filter(slot__ends_at__lt=NOW, slot__registrations__attendance="present").exists()
    assert training.sessions.filter(slot__starts_at__gt=NOW).exists()
    assert len(vote_result(past).ties) == 1
    assert voting.ballots.count() == 40
    page = client.get(reverse("ideas:call", args=[past.slug])).content.decode()
    assert notes.note_of(past).url in page and outcome.url in page
    with override("en"):
        assert "What came of your ideas" in client.get(notes.note_of(past).url).content.decode()


def test_the_last_quarter_is_there_from_its_theme_to_what_participants_said():
    evaluations = Evaluation.objects.annotate(count=Count("answers"), told=Count("receipts"))
    last = Evaluation.objects.filter(session__slot__starts_at__lt=dt.datetime(2026, 9, 30, tzinfo=dt.UTC))

    assert Theme.objects.filter(year=2026, quarter=3).count() == 3
    assert last.filter(session__training__theme__quarter=3).exists()
    assert last.filter(published_at__isnull=False).exists()
    assert not evaluations.filter(closed_on=None).filter(closes_on__lte=NOW.date()).exists()
    assert not evaluations.filter(closed_on__isnull=False).filter(Q(count__range=(1, 4)) | Q(told__gt=0)).exists()
    assert evaluations.filter(closed_on=None, told=F("count")).count() == evaluations.filter(closed_on=None).count() > 0


def test_some_sessions_to_come_have_no_trainer_yet():
    coming = Slot.objects.filter(kind="training", starts_at__gt=NOW)
    without = coming.filter(people_in_charge=None).count()
    assert 0 < without < coming.count() / 3


def test_two_organisations_have_named_people_and_their_contacts_have_a_link():
    canal, halles = Partner.objects.order_by("pk")
    letters = {letter.to: letter for letter in Message.objects.filter(kind="night/partner-link")}
    sectors = set(canal.sectors.all())
    coming = canal.people.coming()

    assert [partner.people.coming().count() for partner in (canal, halles)] == [7, 3]
    assert sectors and {person.sector for person in coming} == sectors
    assert set(coming.filter(leader=True).values_list("sector", flat=True)) == {sector.pk for sector in sectors}
    assert canal.qualifications.exists() and not halles.qualifications.exists()
    for partner in (canal, halles):
        assert partner.contact_email.endswith(".example") and partner.has_link(NOW)
        with time_machine.travel(NOW, tick=False):
            (address,) = re.findall(r"/night/partners/[^/\s]+/", rendering.render(letters[partner.contact_email]).body)
            assert Client().get(address).context["partner"] == partner


def test_the_night_has_an_edition_open_and_last_winter_s():
    now, before = Edition.objects.with_sizes()

    assert [(one.state, one.night_on.weekday()) for one in (now, before)] == [("open", 3), ("results", 3)]
    assert [(one.headquarters_count, one.sectors_count) for one in (now, before)] == [(20, 60), (20, 60)]
    assert now.is_open(NOW) and now.copied_from == before
    sectors = {sector.code: (sector.headquarters.district.code, sector.boundary) for sector in now.sectors.all()}
    assert boundaries.faults_of(sectors, {row.code: row.boundary for row in District.objects.all()}) == []
    coordinator = User.objects.get(email=accounts.COORDINATOR.email)
    assert {one.district.code for one in visible_headquarters(coordinator)} == {"07"}


def test_people_of_the_nights_have_seats_wishes_and_friends():
    now, before = Edition.objects.all()
    rows = now.participants.select_related("registration__slot")

    assert (rows.count(), before.participants.count()) == (110, 80)
    assert {row.registration.volunteer_id == row.volunteer_id for row in rows} == {True}
    assert {row.registration.slot.is_open(NOW) for row in rows} == {True}
    assert set(rows.values_list("registration__state", flat=True)) == {"confirmed", "waiting"}
    assert set(rows.values_list("kind", flat=True)) == {"citizen", "professional"}
    present = before.participants.filter(registration__attendance="present")
    assert 50 < present.count() < 80
    assert not rows.filter(volunteer__in=present.values("volunteer"), experienced=False).exists()
    camille = rows.get(volunteer__user__email=accounts.CITIZEN.email)
    assert camille.group.members.count() == 3
    assert set(now.groups.annotate(n=Count("members")).values_list("n", flat=True)) <= {2, 3, 4}
    people = peopling.people_of(now)
    assert len(people) == 110
    assert [person.id for person in people if not person.home] == []


def test_last_winter_had_teams_and_this_winter_has_none_yet():
    now, before = Edition.objects.all()
    assert not now.rosters.exists()
    assert not Assignment.objects.filter(participant__edition=now).exists()

    roster = before.rosters.get(is_chosen=True)
    placed = Assignment.objects.in_teams().filter(participant__edition=before)
    assert placed.count() == roster.placed > 60
    assert placed.filter(leads=True).count() == roster.viable > 10
    assert not placed.exclude(participant__registration__slot=F("headquarters__slot")).exists()
    assert set(placed.values_list("participant__registration__state", flat=True)) == {"confirmed"}
    cards = Card.objects.filter(participant__edition=before)
    assert cards.count() == Assignment.objects.filter(participant__edition=before).count()
    assert cards.filter(sector=F("participant__assignment__sector")).count() == placed.count()
    assert 0.8 < cards.filter(answer="coming").count() / placed.count() <= 1


def test_the_nights_public_page_is_there_in_both_languages(client):
    for page in NightPage.objects.live():
        answer = client.get(page.url)
        assert (answer.status_code, answer.context["night"].stage) == (200, "open")
    assert NightPage.objects.live().count() == 2


def test_the_citizen_has_one_of_each():
    mine = Registration.objects.filter(volunteer__user__email=accounts.CITIZEN.email)
    states = {(row.state, row.pending_for, row.attendance) for row in mine}
    assert states == {
        ("confirmed", "", "present"),
        ("confirmed", "", ""),
        ("waiting", "", ""),
        ("pending", "offer", ""),
    }
    assert mine.with_rank().get(state="waiting").rank == 3


def test_accounts_open_with_what_is_shown(city):
    for access in accounts.accesses():
        user = User.objects.get(email=access.account.email)
        assert user.check_password(access.password) and access.password in city
        if access.account.staff:
            assert TOTP(Authenticator.objects.get(user=user)).validate_code(access.code)
    assert len(accounts.accesses()) == len(accounts.ACCOUNTS)


def test_pages_open_in_both_languages(client):
    pages = Page.objects.live().filter(depth__gt=1)
    assert pages.count() == 2 * pages.filter(locale__language_code="fr").count() > 30
    statuses = {page.url: client.get(page.url).status_code for page in pages}
    assert {url: status for url, status in statuses.items() if status != 200} == {}


def test_pages_stand_as_their_revision_says():
    pages = Page.objects.exclude(latest_revision=None).specific()
    assert len(pages) > 30
    for page in pages:
        assert page.get_latest_revision_as_object().serializable_data() == page.serializable_data()
        assert page.live_revision_id == page.latest_revision_id
        assert page.first_published_at == page.last_published_at == page.latest_revision_created_at == NOW


def test_cards_lead_to_the_pages_below():
    for kits in StandardPage.objects.filter(slug="kits"):
        pages = [card["page"].pk for card in kits.body[0].value["cards"]]
        assert pages == list(kits.get_children().order_by("path").values_list("pk", flat=True))


def test_a_second_run_changes_nothing():
    before = dump()

    assert "--fresh" in build()

    assert dump() == before


def test_a_demonstration_used_for_a_while_can_be_replaced_and_the_same_seed_gives_the_same_city():
    first, messages = dump(), Message.objects.count()
    network = Network.objects.first()
    VolunteerImport.objects.create(network=network, name="l.csv", source="Forum", sha256="")
    Message.objects.create(key="k", kind="events/registration", to="camille@maillage.example")

    build("--fresh", "--seed=7")

    assert (VolunteerImport.objects.count(), Message.objects.count(), Network.objects.count()) == (0, messages, 3)
    assert not Message.objects.filter(key="k").exists()
    assert dump() == first


def test_another_seed_gives_another_city_and_accounts_exist_only_in_a_demonstration(settings):
    def invented():
        inhabitants = User.objects.filter(email__endswith=people.DOMAIN).order_by("pk")
        dates = Slot.objects.order_by("pk").values_list("starts_at", flat=True)
        return list(inhabitants.values_list("email", flat=True)), list(dates)

    people_before, dates_before = invented()
    settings.DEMO = False

    build("--fresh", "--seed=8")

    people_after, dates_after = invented()
    assert (len(people_after), len(dates_after)) == (len(people_before), len(dates_before))
    assert people_after != people_before
    assert dates_after != dates_before
    assert not User.objects.filter(is_superuser=True).exists() and not Authenticator.objects.exists()
    assert not [user for user in User.objects.all() if user.has_usable_password()]


def test_a_demonstration_that_somebody_joined_is_not_replaced():
    User.objects.create_user("somebody@paris.fr")
    before = dump()

    with pytest.raises(CommandError):
        build("--fresh")

    assert dump() == before


def test_addresses_in_the_documentation_answer():
    """To whoever may see them: the public, else Camille, and Simone behind the counter."""
    users = {user.email: user for user in User.objects.filter(email__in=[one.email for one in accounts.ACCOUNTS])}
    citizen, administrator, public = Client(), office.inside(users[accounts.ADMINISTRATOR.email]), Client()
    citizen.force_login(users[accounts.CITIZEN.email])

    answers, refused, inner = {}, set(), set()
    for address in addresses():
        answer = public.get(address, headers={"Accept-Language": "fr"})
        if answer.status_code == 302 and answer.url.startswith("/account/login/"):
            inner.add(address)
            answer = citizen.get(address)
        if answer.status_code == 403:
            refused.add(address)
            answer = administrator.get(address)
        answers[address] = answer.status_code

    assert refused == {address for address in answers if re.match(r"/(organise|cms|admin)/", address)}
    own = {address for address in answers if address.startswith("/my-space/")} | {"/trainings/for-me/", "/ideas/mine/"}
    assert inner - refused == own
    # Deleting one's account asks for the password first.
    assert {address: status for address, status in answers.items() if status != 200} == {"/my-space/delete/": 302}
    assert {"/", "/programme/", "/trainings/", "/my-space/", "/mailbox/", "/readyz", "/organise/", "/cms/"} <= set(
        answers
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_demonstration_city_has_its_charter(client, language):
    charter_url, privacy_url = links(client, language)

    for url, words in (
        (charter_url, {"fr": "neutralité", "en": "Neutrality"}),
        (privacy_url, {"fr": "Vos", "en": "Your"}),
    ):
        answer = client.get(url)
        assert (answer.status_code, words[language] in answer.text) == (200, True)
