"""The demonstration city."""

import datetime as dt
import io
import itertools

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q
from django.test import Client
from wagtail.models import Page

from cms.demo import accounts, building
from cms.demo.boundaries import boundaries
from cms.demo.city import content
from events.models import Registration, Slot
from mail.models import Message
from trainings.models import Session, Theme, Training
from volunteers.models import District, Membership, Network, User, Volunteer, VolunteerImport

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
# What chance, or the moment of writing, decides anew each time.
FRESH = {"calendar_token", "uid", "id", "updated_at", "created_at"}


@pytest.fixture
def demo(settings):
    settings.DEMO = True

    def build(*arguments):
        output = io.StringIO()
        call_command("demo", "--size=small", *arguments, stdout=output)
        return output.getvalue()

    return build


def dump():
    """All rows that the command writes, without keys and links, which a second run counts further."""
    rows = []
    for model in (District, User, Volunteer, Membership, Theme, Training, Slot, Session, Registration):
        for row in serializers.serialize("python", model.objects.order_by("pk")):
            links = {field.name for field in model._meta.get_fields() if field.is_relation}
            rows.append({k: v for k, v in row["fields"].items() if k not in FRESH | links | {"password"}})
    return rows


@pytest.mark.parametrize("today", [NOW, NOW.replace(month=1, day=1), NOW.replace(month=7, day=31)])
def test_counters_say_what_the_registrations_say(demo, today):
    with time_machine.travel(today, tick=False):
        demo()

    counted = Slot.objects.annotate(
        holding=Count("registrations", filter=Q(registrations__state__in=Registration.HOLDING)),
        waiting=Count("registrations", filter=Q(registrations__state="waiting")),
    )
    assert not counted.exclude(holding=F("seats_taken")).exists()
    # Nobody waits while a seat is free, and waiting numbers run from 1.
    assert not counted.filter(waiting__gt=0, seats_taken__lt=F("capacity")).exists()
    for slot in counted.filter(waiting__gt=0):
        numbers = slot.registrations.filter(state="waiting").order_by("queue_number")
        assert [row.queue_number for row in numbers] == list(range(1, slot.queue_last + 1))


def test_every_kind_of_session_is_there(demo):
    with time_machine.travel(NOW, tick=False):
        demo()
        slots = Slot.objects.with_waiting()

        assert slots.filter(ends_at__lt=NOW, registrations__attendance="present").exists()
        assert slots.filter(starts_at__gt=NOW, seats_taken=F("capacity"), waiting__gt=2).exists()
        assert slots.filter(starts_at__gt=NOW, seats_taken__gte=F("capacity") - 2, seats_taken__lt=F("capacity"))
        assert slots.filter(starts_at__gt=NOW, state="cancelled").count() == 1
        assert slots.filter(venue=None).exists()
        assert slots.open().count() > 8


def test_the_citizen_has_one_of_each(demo):
    with time_machine.travel(NOW, tick=False):
        demo()

    mine = Registration.objects.filter(volunteer__user__email=accounts.CITIZEN.email)
    states = {(row.state, row.pending_for, row.attendance) for row in mine}
    assert states == {
        ("confirmed", "", "present"),
        ("confirmed", "", ""),
        ("waiting", "", ""),
        ("pending", "offer", ""),
    }
    assert mine.with_rank().get(state="waiting").rank == 3


def test_the_same_seed_gives_the_same_city(demo):
    dumps = []
    with time_machine.travel(NOW, tick=False):
        for seed in ("--seed=7", "--seed=7", "--seed=8"):
            demo("--fresh", seed)
            dumps.append(dump())

    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]


def test_a_demonstration_used_for_a_while_can_be_replaced(demo):
    demo()
    network = Network.objects.first()
    VolunteerImport.objects.create(network=network, name="l.csv", source="Forum", sha256="")
    Message.objects.create(key="k", kind="events/registration", to="camille@maillage.example")

    demo("--fresh")

    assert (VolunteerImport.objects.count(), Message.objects.count(), Network.objects.count()) == (0, 0, 3)


def test_a_second_run_changes_nothing(demo):
    demo()
    before = dump()

    assert "--fresh" in demo()

    assert dump() == before


@pytest.mark.parametrize("arguments", [(), ("--fresh",)])
def test_a_city_with_real_people_is_refused(demo, arguments):
    User.objects.create_user("somebody@paris.fr")

    with pytest.raises(CommandError):
        demo(*arguments)

    assert User.objects.count() == 1


def test_a_demonstration_that_somebody_joined_is_not_replaced(demo):
    demo()
    User.objects.create_user("somebody@paris.fr")
    before = dump()

    with pytest.raises(CommandError):
        demo("--fresh")

    assert dump() == before


def test_accounts_exist_only_in_a_demonstration(demo, settings):
    settings.DEMO = False
    demo()

    assert not User.objects.filter(is_superuser=True).exists() and not Authenticator.objects.exists()
    assert not [user for user in User.objects.all() if user.has_usable_password()]


def test_accounts_open_with_what_is_shown(demo):
    shown = demo()

    for access in accounts.accesses():
        user = User.objects.get(email=access.account.email)
        assert user.check_password(access.password) and access.password in shown
        if access.account.staff:
            assert TOTP(Authenticator.objects.get(user=user)).validate_code(access.code)
    assert len(accounts.accesses()) == len(accounts.ACCOUNTS)


def test_pages_open_in_both_languages(demo):
    demo()
    client = Client()

    pages = Page.objects.live().filter(depth__gt=1)
    assert pages.count() == 2 * pages.filter(locale__language_code="fr").count() > 30
    statuses = {page.url: client.get(page.url).status_code for page in pages}
    assert {url: status for url, status in statuses.items() if status != 200} == {}


def test_boundaries_touch_and_do_not_overlap():
    centres = {code: (lat, lon) for code, _name, lat, lon, _area in content("city")["districts"]}

    cells = boundaries(centres)

    rings = {code: [tuple(point) for point in cell["coordinates"][0]] for code, cell in cells.items()}
    edges = [edge for ring in rings.values() for edge in itertools.pairwise(ring)]
    assert all(ring[0] == ring[-1] and area(ring) > 0 for ring in rings.values())
    assert len(set(edges)) == len(edges)
    # An edge is shared with exactly one neighbour, which runs it backwards, or is the city's own edge.
    inner = {edge for edge in edges if edge[::-1] in set(edges)}
    own = [edge for edge in edges if edge not in inner]
    assert {start for start, _end in own} == {end for _start, end in own}
    whole = [own[0]]
    while len(whole) < len(own):
        whole.append(next(edge for edge in own if edge[0] == whole[-1][1]))
    assert area([start for start, _end in whole] + [whole[0][0]]) == pytest.approx(
        sum(area(ring) for ring in rings.values()), rel=1e-4
    )


def area(ring):
    """Twice the signed area: positive when the ring turns counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))


def test_sizes_are_what_they_say():
    assert (building.SIZES["default"].volunteers, building.SIZES["paris"]) == (1_000, building.Size(15_000, 400))
