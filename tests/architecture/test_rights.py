"""Walks the table of rights (tests/architecture/rights.py), and looks for what is not in it."""

import importlib
import io
import re
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import connection, transaction
from django.urls import Resolver404, URLResolver, clear_url_caches, get_resolver, resolve, reverse
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar
from openpyxl import load_workbook

import config.urls
from events.models import Registration
from mail.models import Message
from tests.architecture.rights import DEMO, DOORS, EDITOR, KNOWS, TABLE
from tests.architecture.rights_world import CODE, EMAIL, NAME, NOW, ROLES, World
from tests.factories.events import RegistrationFactory
from tests.putting_back import COPY
from trainings.models import Training
from volunteers.models import NetworkOrganiser, User, VolunteerImport

pytestmark = pytest.mark.django_db  # each test undoes what it changes in the world, which stands around all of them

# Written at each visit, whatever the page: what the next one is to say.
VISITS = {"django_session"}
# The secret in the address is the right itself.
BY_ADDRESS = ("token:offer", "token:feed")
EVIL = "//evil.example/"
IDS = [str(row) for row in TABLE]


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The world and the digest of its tables, built once."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        with connection.cursor() as cursor:  # the tests of a module are one long transaction
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        world = World()
        yield world, digest()
        transaction.set_rollback(True)


@pytest.fixture
def world(built, db, settings):
    """The world; what a test changes in it is undone."""
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    built[0].put_picture()
    built[0].put_files()  # which tests/conftest.py takes away after each test
    return built[0]


@pytest.fixture
def untouched(world, built):
    return Held(writes(), built[1])


@pytest.fixture
def demonstration(world, settings):
    """The addresses as they are with DEMO=1."""
    settings.DEMO = True
    importlib.reload(config.urls)
    clear_url_caches()
    world.put_demonstration()
    yield
    (settings.VAR_DIR / "mailbox" / f"{world.MAIL}.eml").unlink()
    settings.DEMO = False
    importlib.reload(config.urls)
    clear_url_caches()


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Held(NamedTuple):
    """What the tables hold: how often each was written to in this transaction, and a digest of each."""

    writes: dict[str, int]
    tables: dict[str, str]


def writes():
    """By table. Those that were undone count, too. Visits do not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname <> ALL(%s) AND n_tup_ins + n_tup_upd + n_tup_del > 0",
            [list(VISITS)],
        )
        return dict(cursor.fetchall())


def digest(names=None):
    """What these tables hold, or all of them, in a few bytes each."""
    with connection.cursor() as cursor:
        if names is None:
            names = set(connection.introspection.table_names(cursor)) - VISITS
        tables = sorted(name for name in names if not name.startswith(COPY))
        each = (f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t" for name in tables)
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def changed(before):
    """The tables that no longer hold what they held. Those that nothing was written to are not read."""
    written = [table for table, times in writes().items() if times != before.writes.get(table)]
    held = digest(written) if written else {}
    return [table for table in held if before.tables[table] != held[table]]


def url_of(world, row):
    if row.route.startswith((".well-known", "account/")) or row.route in ("healthz", "readyz"):
        return f"/{row.route}"
    arguments = world.arguments(row.about)
    return reverse(row.route, **{"kwargs" if isinstance(arguments, dict) else "args": arguments})


def ask(world, role, method, url, data=None, **more):
    """The answer to this person; where Wagtail leads to its own sign-in page, that page's."""
    client = world.client(role)
    caches["default"].clear()  # eleven people at one address are eleven people: no limit is what refuses
    with override("fr"):  # an English page leaves its language behind
        response = getattr(client, method.lower())(url, data or {}, **more)
        if response.status_code == 302 and response["Location"].startswith(reverse("wagtailcore_login")):
            response = client.get(response["Location"])
    return response


def post(world, role, row, **more):
    data = world.data(row.data, role) if isinstance(row.data, str) else row.data
    return ask(world, role, "POST", url_of(world, row), data, **more)


FACTOR_PAGES = (
    "volunteers:second-factor", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate",
)  # fmt: skip


def outcome(response):
    """The answer as a letter of the table; the status itself when it is none of them."""
    if response.status_code in (301, 302):
        path = urlsplit(response["Location"]).path.removeprefix("/en")
        if path == reverse("account_login"):
            return "L"
        if path == reverse("wagtailadmin_home"):
            return "H"
        return "F" if path in map(reverse, FACTOR_PAGES) else "."
    if any((template.name or "").endswith("/password_required.html") for template in response.templates):
        return "P"
    letters = {200: ".", 401: ".", 409: ".", 422: ".", 403: "3", 404: "4", 405: "5"}
    return letters.get(response.status_code, str(response.status_code))


def text_of(response):
    """All that the answer says: headers, and the body, unpacked when it is a spreadsheet."""
    body = response.getvalue()
    for close in response._resource_closers:  # the files; response.close() would end the connection, too
        close()
    said = " ".join(f"{name}: {value}" for name, value in response.items())
    if body.startswith(b"PK"):
        sheets = load_workbook(io.BytesIO(body), read_only=True).worksheets
        return said + " ".join(
            str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
        )
    return said + body.decode("utf-8", "replace")


# --- The walk ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_each_role_gets_what_the_table_says(world, untouched, row):
    got, leaked = {"GET": {}, "POST": {}}, []
    posted = [role for role, letter in row.outcomes("POST").items() if letter == "." and not row.idle]

    for method in got:
        for role in ROLES:
            if method == "POST" and role in posted:
                continue
            response = ask(world, role, "GET", url_of(world, row)) if method == "GET" else post(world, role, row)
            got[method][role], said = outcome(response), text_of(response)
            if row.about not in BY_ADDRESS or got[method][role] != ".":
                leaked += [(method, role, word) for word, who in KNOWS.items() if role not in who and word in said]
        if method == "GET" or not row.idle:
            assert (method, changed(untouched)) == (method, [])
    for role in posted:
        with undone():
            got["POST"][role] = outcome(post(world, role, row))
            assert changed(untouched), f"{role}: nothing was done"

    assert {method: "".join(got[method][role] for role in ROLES) for method in got} == {
        "GET": row.get,
        "POST": row.post,
    }
    assert leaked == []


@pytest.mark.parametrize("row", DEMO, ids=map(str, DEMO))
def test_each_role_gets_what_the_demonstration_s_table_says(demonstration, world, untouched, row):
    test_each_role_gets_what_the_table_says(world, untouched, row)


def asked_otherwise(world, role, url):
    """The answers to other methods and spellings of an address, by what was tried."""
    headers = {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST", "HTTP_HX_REQUEST": "true"}
    tries = {method: (method, url, {}) for method in ("HEAD", "OPTIONS", "PUT", "DELETE")}
    tries |= {"override": ("GET", f"{url}?_method=POST", headers)}
    tries |= {"no slash": ("GET", url.removesuffix("/"), {}), "English": ("GET", f"/en{url}", {})}
    return {name: ask(world, role, method, where, **more) for name, (method, where, more) in tries.items()}


REFUSALS = set("LF34")
REFUSING = [(number, row) for number, row in enumerate(TABLE) if REFUSALS & set(row.get)]


@pytest.mark.parametrize(("number", "row"), REFUSING, ids=[str(row) for _number, row in REFUSING])
def test_no_other_method_or_spelling_goes_round_a_refusal(world, untouched, number, row):
    """One of those refused tries them all: another kind of refusal from one row of the table to the next."""
    outcomes, wrong = row.outcomes("GET"), []
    refused = {letter: role for role, letter in reversed(outcomes.items()) if letter in REFUSALS}
    letter, role = sorted(refused.items())[number % len(refused)]

    for name, response in asked_otherwise(world, role, url_of(world, row)).items():
        allowed = {letter, "5"} if name.isupper() else {letter}
        allowed |= {"4"} if name == "English" else set()  # documents have one address
        if name == "no slash" and response.status_code == 301:
            allowed.add(outcome(response))  # to the same address with it
        if name == "OPTIONS" and not response.content:
            allowed.add(".")  # the names of methods
        if outcome(response) not in allowed:
            wrong.append((name, role, outcome(response)))
        said = text_of(response)
        wrong += [(name, role, word) for word, who in KNOWS.items() if role not in who and word in said]

    assert (wrong, changed(untouched)) == ([], [])


POSTED = [row for row in TABLE if "." in row.post and not row.idle]


@pytest.mark.parametrize("row", POSTED, ids=map(str, POSTED))
def test_another_sites_form_is_refused(world, untouched, row):
    role = next(role for role, letter in reversed(row.outcomes("POST").items()) if letter == ".")
    data = world.data(row.data, role) if isinstance(row.data, str) else row.data

    answer = world.client(role, enforce_csrf_checks=True).post(url_of(world, row), data)

    assert (answer.status_code, changed(untouched)) == (403, [])


# --- Nothing outside the table ----------------------------------------------------------------------------------------
def routes(resolver, path="", space=""):
    """Every address of the product: its path with converters, and its name with namespaces."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern, path + str(pattern.pattern), inside)
        else:
            yield path + str(pattern.pattern), f"{space}{pattern.name}" if pattern.name else ""


ROUTES = list(routes(get_resolver()))
BEHIND_DOORS = [path for path, _name in ROUTES if path.startswith(tuple(DOORS))]


def test_a_route_that_is_not_in_the_table_fails_here():
    listed = {row.route for row in TABLE}

    missing = [(path, name) for path, name in ROUTES if path not in BEHIND_DOORS and not {path, name} & listed]

    assert missing == []


def test_a_route_of_the_demonstration_that_is_not_in_the_table_fails_here(demonstration):
    """Those that it adds, and those that the table calls the demonstration's, are walked with it."""
    added = {name for path, name in routes(get_resolver()) if (path, name) not in ROUTES}
    added |= {name for _path, name in ROUTES if name.startswith("mail:")}

    assert added == {row.route for row in DEMO}


def test_the_table_has_no_route_that_is_gone():
    there = {part for route in ROUTES for part in route}

    assert {row.route for row in TABLE} | set(EDITOR) <= there


def test_development_pages_do_not_exist(client):
    assert resolve("/styleguide/").url_name == "wagtail_serve"


def filled(path):
    """The path as an address."""
    path = re.sub(r"\(\?P<\w+>(\\d|\[\^/\]|\\w|\[\\w.*?\])\+\)|\((\\d\+|\.\*)\)", "1", path)
    return "/" + re.sub(r"<(\w+:)?\w+>", "1", re.sub(r"[\^$\\]|\(\?P<\w+>[^)]*\)", "", path))


@pytest.mark.parametrize("prefix", DOORS)
def test_every_address_of_the_administrations_has_its_door(world, untouched, prefix):
    outcomes, wrong = dict(zip(ROLES, DOORS[prefix], strict=True)), []
    addresses = sorted({filled(path) for path in BEHIND_DOORS if path.startswith(prefix)})
    refused = [(role, letter) for role, letter in outcomes.items() if letter != "."]

    for number, url in enumerate(addresses):  # everybody in turn, each with each method
        role, letter = refused[number % len(refused)]
        method = ("GET", "POST", "HEAD", "OPTIONS")[number // len(refused) % 4]
        if (answer := outcome(ask(world, role, method, url))) != letter:
            wrong.append((role, method, url, answer))
    for role, letter in outcomes.items():
        if (answer := outcome(ask(world, role, "GET", f"/{prefix}"))) != letter:
            wrong.append((role, "GET", prefix, answer))

    assert len(addresses) > 100
    assert (wrong, changed(untouched)) == ([], [])


def test_inside_the_cms(world):
    got = {name: outcome(ask(world, "editor", "GET", reverse(name))) for name in EDITOR}
    closed = [name for name, letter in EDITOR.items() if letter == "H"][:3]
    administrator = {outcome(ask(world, "administrator", "GET", reverse(name))) for name in closed}

    assert got == EDITOR
    assert administrator == {"."}


def test_nobody_reads_codes_or_unmakes_the_record_of_lists_in_the_administration(world, untouched):
    message = reverse("admin:mail_message_change", args=[world.message.pk])
    lists = reverse("admin:volunteers_volunteerimport_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [world.list.pk], "post": "yes"}

    page = ask(world, "administrator", "GET", message)
    ask(world, "administrator", "POST", lists, chosen)
    deleting = ask(world, "administrator", "POST", f"{lists}{world.list.pk}/delete/", {"post": "yes"})

    assert page.status_code == 200 and EMAIL in text_of(page)
    assert CODE not in page.content.decode()
    assert (deleting.status_code, VolunteerImport.objects.count(), changed(untouched)) == (403, 3, [])


# --- Bulk actions, and what is slipped into a form --------------------------------------------------------------------
def test_a_bulk_action_is_for_the_administrator_alone(world, untouched):
    url = reverse("admin:mail_message_changelist")
    again = {
        "action": "send_failed_again",
        "_selected_action": [world.message.pk, world.letter.pk],
        "select_across": "1",
    }

    refused = {role: outcome(ask(world, role, "POST", url, again)) for role in ROLES if role != "administrator"}
    assert "".join(refused.values()) == DOORS["admin/"].replace(".", "")
    assert changed(untouched) == []

    ask(world, "administrator", "POST", url, again)
    states = dict(Message.objects.filter(state__in=("queued", "failed")).values_list("key", "state"))
    assert states == {"code": "failed", "letter": "queued"}


SLIPPED = {
    "a seat of another date is marked": ("trainer", "organise:attendance-mark", "slot:today",
        lambda world: {"registration": [world.confirmed.pk, world.theirs.pk], "attendance": "present"}),
    "a theme for another network": ("organiser", "organise-trainings:theme-add", "",
        lambda world: world.data("new theme", "other")),
    "a training for another network": ("organiser", "organise-trainings:training-add", "",
        lambda world: world.data("new training", "other")),
    "a training under another network's theme": ("organiser", "organise-trainings:training-add", "",
        lambda world: world.data("new training", "organiser") | {"theme": world.their_theme.pk}),
    "a call for another network": ("organiser", "organise-ideas:call-add", "",
        lambda world: world.data("new call", "other")),
    "an idea of another network's call": ("organiser", "organise-ideas:several", "desk:ours",
        lambda world: {"idea": [world.ideas_by["theirs"].pk], "act": "study"}),
    "an idea of another network's call, to merge into": ("organiser", "organise-ideas:merge", "desk:ours",
        lambda world: world.data("merge", "organiser") | {"into": world.ideas_by["theirs"].pk}),
    "somebody who does not run the network, to answer": ("organiser", "organise-ideas:call-edit", "desk:ours",
        lambda world: world.data("call", "organiser") | {"responsible": world.people["other"].pk}),
    "a list for another network": ("organiser", "organise-volunteers:import-new", "",
        lambda world: world.data("list", "other")),
    "somebody else's address, to delete": ("volunteer", "volunteers:delete", "",
        lambda world: {"email": EMAIL}),
    "a consent that does not exist": ("volunteer", "volunteers:consents", "",
        lambda world: {"purpose": "all", "action": "give", "user": world.people["owner"].pk}),
    "another date's registration by its number": ("volunteer", "events:my-registration", "date:slot",
        lambda world: {"registration": world.confirmed.pk}),
}  # fmt: skip


@pytest.mark.parametrize("case", SLIPPED)
def test_what_is_slipped_into_a_form_does_nothing(world, untouched, case):
    role, route, about, data = SLIPPED[case]

    ask(world, role, "POST", reverse(route, kwargs=world.arguments(about)), data(world))

    assert changed(untouched) == []


def test_marking_all_marks_the_date_at_hand_only(world):
    data = {"all": "1", "attendance": "present"}
    ask(world, "trainer", "POST", reverse("organise:attendance-mark", args=[world.today.pk]), data)

    marked = Registration.objects.exclude(attendance="").exclude(slot__ends_at__lt=timezone.now())
    assert list(marked.values_list("pk", flat=True)) == [world.here.pk]


def test_moving_a_network_is_not_in_a_form(world):
    data = world.data("training", "organiser") | {"network": world.networks[1].pk}
    ask(world, "organiser", "POST", reverse("organise-trainings:training-edit", args=[world.training.pk]), data)

    training = Training.objects.get(pk=world.training.pk)
    assert (training.title_fr, training.network) == ("Autre", world.networks[0])


# --- In time and out of time ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["draft", "cancelled", "too early", "too late", "begun", "open"])
@pytest.mark.parametrize("role", ["nobody", "volunteer", "organiser", "administrator"])
def test_one_signs_up_in_time_only(world, untouched, when, role):
    row = next(row for row in TABLE if str(row) == "events:register date:open")
    answer = ask(world, role, "POST", reverse("events:register", kwargs=world.arguments(f"date:{when}")), row.data)

    assert answer.status_code == {"draft": 404, "open": 302}.get(when, 409)
    assert bool(changed(untouched)) == (when == "open")


LATE = {
    "an offer for a date that has begun": ("owner", "events:registration-confirm", "registration:late", {}, 302),
    "somebody not offered anything": ("owner", "events:registration-confirm", "registration:confirmed", {}, 302),
    "attendance a week before": ("trainer", "organise:attendance-mark", "slot:slot",
        {"all": "1", "attendance": "present"}, 302),
    "somebody at the door a week before": ("organiser", "organise:walk-in", "slot:slot",
        {"email": "nina@example.org"}, 200),
    "a date published twice": ("organiser", "organise:publish", "slot:cancelled", {}, 302),
    "a seat on a cancelled date": ("organiser", "organise:person-add", "slot:cancelled",
        {"email": "nina@example.org"}, 200),
}  # fmt: skip


@pytest.mark.parametrize("case", LATE)
def test_out_of_time_even_who_may_changes_nothing(world, untouched, case):
    role, route, about, data, status = LATE[case]

    answer = ask(world, role, "POST", reverse(route, kwargs=world.arguments(about)), data)

    assert (answer.status_code, changed(untouched)) == (status, [])


# --- Elsewhere --------------------------------------------------------------------------------------------------------
NEXT = [
    "account_login", "account_request_login_code", "account_login_password", "account_signup", "account_logout",
    "account_reset_password", "mfa_reauthenticate", "volunteers:second-factor", "volunteers:security",
    "wagtailcore_login", "events:space", "organise:home",
]  # fmt: skip


@pytest.mark.parametrize("route", NEXT)
def test_next_leads_nowhere_else(world, route):
    for evil in (EVIL, "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        for role, method in (("nobody", "GET"), ("nobody", "POST"), ("trainer", "GET")):
            response = ask(world, role, method, f"{reverse(route)}?next={evil}", {"next": evil})
            assert not response.get("Location", "").startswith(evil[:4])
            for attribute in ("href", "action", "formaction", "src"):
                assert f'{attribute}="{evil}' not in response.getvalue().decode()


def test_signing_in_with_an_evil_next_ends_at_home(world):
    client = world.client("nobody")
    client.post(f"{reverse('account_login')}?next={EVIL}", {"email": "member@example.org", "next": EVIL})
    code = Message.objects.get(kind="account/login_code", to="member@example.org").context["code"]

    answer = client.post(f"{reverse('account_confirm_login_code')}?next={EVIL}", {"code": code, "next": EVIL})

    assert (answer.status_code, answer["Location"]) == (302, reverse("events:space"))
    assert client.get(reverse("events:space")).status_code == 200


# --- Secret addresses -------------------------------------------------------------------------------------------------
def test_a_feed_ends_with_its_address_and_with_the_account(world):
    owner, url = world.people["owner"], reverse("events:calendar-feed", args=[world.tokens()["feed"]])
    assert ask(world, "nobody", "GET", url).status_code == 200

    with undone():
        ask(world, "owner", "POST", reverse("events:calendar-renew"))
        assert (outcome(ask(world, "nobody", "GET", url)), outcome(ask(world, "owner", "GET", url))) == ("4", "4")
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert outcome(ask(world, "nobody", "GET", url)) == "4"


def test_an_offer_is_answered_once(world):
    url = reverse("events:offer", args=[world.tokens()["offer"]])
    ask(world, "nobody", "POST", url)
    answered = Held(writes(), digest())

    again = ask(world, "volunteer", "POST", url, {"decline": "1"})

    assert (again.status_code, changed(answered)) == (200, [])


def test_a_file_is_under_no_other_address(world):
    for kind, document in world.documents.items():
        direct = ask(world, "nobody", "GET", document.file.url)
        renamed = ask(world, "nobody", "GET", reverse("wagtaildocs_serve", args=[document.pk, "other.txt"]))
        assert (kind, direct.status_code, renamed.status_code) == (kind, 404, 404)


# --- Page, feed and export agree --------------------------------------------------------------------------------------
def test_page_feed_and_export_of_a_person_agree(world):
    mine = {row.slot.title for row in Registration.objects.filter(volunteer__user=world.people["owner"])}
    feed = ask(world, "nobody", "GET", reverse("events:calendar-feed", args=[world.tokens()["feed"]]))
    export = ask(world, "owner", "GET", reverse("volunteers:download")).json()
    agenda = ask(world, "owner", "GET", reverse("events:space")).context["agenda"]
    shown = {row.slot.title for rows in vars(agenda).values() if isinstance(rows, list) for row in rows}

    entries = {str(entry["summary"]).partition(" (")[0] for entry in Calendar.from_ical(feed.content).walk("VEVENT")}
    exported = {row["title"] for row in next(part for name, part in export.items() if name == "registrations")}

    assert len(mine) == 11
    assert (entries, exported, shown) == (mine, mine, mine)


def test_pages_and_file_of_an_organiser_agree(world):
    people = [RegistrationFactory(slot=world.slot, volunteer__user__last_name=f"Nom{n}x").volunteer for n in range(3)]
    names = {NAME, *(person.user.last_name for person in people)}
    pages = {name: reverse(f"organise:{name}", args=[world.slot.pk]) for name in ("slot", "attendance", "sign-sheet")}

    for url in (*pages.values(), reverse("organise:export", args=[world.slot.pk])):
        said = text_of(ask(world, "organiser", "GET", url))
        assert {name for name in names if name in said} == names
        assert world.theirs.volunteer.user.last_name not in said
    for url in pages.values():
        said = text_of(ask(world, "trainer", "GET", url))
        assert {name for name in names if name in said} == names
        assert "@example.org" not in said.replace("trainer@example.org", "")


def test_lists_show_what_opens(world):
    """Home lists the dates whose page opens; the list of volunteers is the file's."""
    for role in ("trainer", "organiser", "other", "administrator"):
        listed = {
            row["slot"].pk for row in ask(world, role, "GET", f"{reverse('organise:home')}?when=all").context["rows"]
        }
        opens = {
            slot.pk
            for slot in (world.slot, world.today, world.draft, world.their_slot, world.city_slot)
            if outcome(ask(world, role, "GET", reverse("organise:slot", args=[slot.pk]))) == "."
        }
        assert (
            listed & {world.slot.pk, world.today.pk, world.draft.pk, world.their_slot.pk, world.city_slot.pk} == opens
        )


# --- A role taken away ------------------------------------------------------------------------------------------------
def no_longer(what, world):
    people = world.people
    if what == "organiser":
        NetworkOrganiser.objects.filter(user=people[what]).delete()
    if what == "trainer":
        for slot in people[what].slots_in_charge.all():
            slot.people_in_charge.remove(people[what])
    if what == "editor":
        people[what].groups.remove(Group.objects.get(name="Editors"))
    if what == "administrator":
        people[what].is_superuser = people[what].is_staff = False
        people[what].save()


INSIDE = {
    "organiser": ["organise:home", "organise-volunteers:list", "organise-volunteers:export", "organise-ideas:list"],
    "trainer": ["organise:home"],
    "editor": ["wagtailadmin_home", "wagtailimages:index", "wagtaildocs:index"],
    "administrator": ["organise:home", "wagtailadmin_home", "admin:index", "organise-trainings:list"],
}


@pytest.mark.parametrize("role", INSIDE)
def test_no_session_survives_its_role(world, role):
    def walk(client):
        return "".join(outcome(client.get(reverse(name))) for name in INSIDE[role])

    client, count = world.client(role), len(INSIDE[role])
    assert walk(client) == "." * count

    with undone():
        no_longer(role, world)
        assert walk(client) == "3" * count
        assert outcome(client.get(reverse("events:space"))) == "."  # still a volunteer
    with undone():
        Authenticator.objects.filter(user=world.people[role]).delete()
        assert walk(client) == "F" * count
    with undone():
        world.people[role].is_active = False
        world.people[role].save()
        assert walk(client) == "L" * count
    world.people[role].refresh_from_db()


def test_filled_addresses_are_addresses():
    """What the door is tried with is what would open behind it."""
    strangers = []
    for path in BEHIND_DOORS:
        try:
            if resolve(filled(path)).url_name == "wagtail_serve":
                strangers.append(path)
        except Resolver404:
            strangers.append(path)

    assert strangers == []
