"""The back office of calls: the list, a call prepared and changed, its dates by the quarter's rule, its publication."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from ideas.calling import phases_of_quarter
from ideas.models import Call, Phase
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import NetworkFactory, NetworkOrganiserFactory, UserFactory
from tests.ideas.views.organising import organiser_of, said, url
from tests.office import inside, still

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return NetworkFactory()


@pytest.fixture
def user(network):
    return NetworkOrganiserFactory(network=network).user


@pytest.fixture
def organiser(user):
    return inside(user)


def typed(form, **changes):
    """What the form sends: every field as it is shown, but for the changes."""
    shown = {name: form[name].field.widget.format_value(form[name].value()) for name in form.fields}
    return {name: value for name, value in (shown | changes).items() if value not in (None, False)}


def new(client, **changes):
    form = client.get(url("call-add")).context["form"]
    return typed(form, **{"title_fr": "Que faut-il apprendre ?", "network": form["network"].value() or ""} | changes)


def errors(answer):
    return set(answer.context["form"].errors)


def dates_of(call):
    return {phase.kind: (phase.starts_at, phase.ends_at) for phase in call.phases.all()}


# --- The list ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [1, 30])
def test_list_queries(network, organiser, django_assert_num_queries, count):
    for call in CallFactory.create_batch(count, network=network):
        IdeaFactory(call=call)
    with still():
        organiser.get(url("list"))
        with django_assert_num_queries(LIST_QUERIES):
            assert len(organiser.get(url("list")).context["rows"]) == count


LIST_QUERIES = 11


def test_list_shows_one_s_own_calls_the_longest_waiting_first(network, organiser):
    quiet, waits, draft = (
        CallFactory(network=network),
        CallFactory(network=network),
        CallFactory(network=network, draft=True),
    )
    IdeaFactory(call=waits)
    CallFactory()
    CallFactory(network=None)

    rows = organiser.get(url("list")).context["rows"]

    assert [row["call"] for row in rows] == [waits, draft, quiet]
    assert rows[0]["words"] == "1 idée attend une réponse, depuis aujourd’hui"


def test_administrators_see_the_city_s_calls_too(network):
    calls = {CallFactory(network=network), CallFactory(network=None)}

    rows = inside(UserFactory(administrator=True)).get(url("list")).context["rows"]

    assert {row["call"] for row in rows} == calls


def test_menu_and_home_say_how_many_ideas_wait(network, organiser):
    call = CallFactory(network=network)
    IdeaFactory.create_batch(2, call=call)

    page = organiser.get("/organise/")

    waiting = {entry["url"]: entry["waiting"] for entry in page.context["organise_menu"] if entry["waiting"]}
    assert waiting == {"/organise/ideas/": 2}
    assert [line.words for line in page.context["to_do"].lines] == [
        "2 idées attendent une réponse, la plus ancienne depuis aujourd’hui"
    ]
    assert f'<a href="{url("desk", call.pk)}">{call.title}</a>' in page.content.decode()


# --- A call -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "quarter"), [("2026-11-26", (2027, 1)), ("2027-01-02", (2027, 2))])
def test_new_call_begins_with_the_next_quarter_s_dates(organiser, network, user, day, quarter):
    with time_machine.travel(dt.datetime.fromisoformat(day).replace(hour=12, tzinfo=dt.UTC)):
        organiser = inside(user)
        organiser.post(url("call-add"), new(organiser, responsible=user.pk))

    call = Call.objects.get()
    assert (call.year, call.quarter, call.network, call.state) == (*quarter, network, "draft")
    assert dates_of(call) == phases_of_quarter(*quarter, vote=False)
    assert (call.responsible, call.created_by) == (user, user)


def test_fill_in_the_dates_keeps_what_was_typed_and_saves_nothing(organiser):
    data = new(organiser, year="2028", quarter="3", how_decided_fr="Au vote.", call_from="2028-01-01T10:00")

    answer = organiser.post(url("call-add"), data | {"fill": "1"})

    form = answer.context["form"]
    assert form["how_decided_fr"].value() == "Au vote."
    assert form["call_from"].value() == dt.datetime(2028, 7, 3)  # noqa: DTZ001 (as a field shows it)
    assert not form.errors
    assert not Call.objects.exists()
    organiser.post(url("call-add"), typed(form))
    assert dates_of(Call.objects.get()) == phases_of_quarter(2028, 3, vote=False)


@pytest.mark.parametrize("wrong", [{"quarter": ""}, {"year": ""}, {"year": "12"}, {"year": "dix"}])
def test_fill_in_the_dates_needs_a_quarter(organiser, wrong):
    data = new(organiser, year="2028", quarter="3")

    answer = organiser.post(url("call-add"), data | {"fill": "1"} | wrong)

    assert said(answer) == ["Choisissez d’abord l’année et le trimestre."]
    assert answer.context["form"]["call_from"].value() == data["call_from"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"title_fr": ""}, {"title_fr"}),
        ({"call_from": ""}, {"call_from"}),
        ({"sorting_to": ""}, {"sorting_to"}),
        ({"work_to": "2000-01-01T00:00"}, {"work_to"}),
        ({"note_from": "2000-01-01T00:00"}, {"note_from"}),
        ({"vote": "approval", "vote_from": "", "vote_to": ""}, {"vote_from"}),
        ({"vote": "points", "points": "0"}, {"points"}),
        ({"vote": "approval", "vote_from": "2000-01-01T00:00"}, {"vote_from"}),
        ({"year": ""}, {"quarter"}),
        ({"answer_by": "2000-01-01"}, {"answer_by"}),
    ],
)
def test_what_no_call_has_is_refused_beside_its_field(organiser, wrong, where):
    answer = organiser.post(url("call-add"), new(organiser, **wrong))
    assert errors(answer) == where
    assert not Call.objects.exists()

    organiser.post(url("call-add"), new(organiser))
    assert Call.objects.count() == 1


def test_dates_of_a_vote_are_kept_only_with_one(organiser):
    organiser.post(url("call-add"), new(organiser, title_fr="Sans"))
    organiser.post(url("call-add"), new(organiser, title_fr="Avec", vote="points", points="5"))

    assert ["vote" in dates_of(call) for call in Call.objects.order_by("pk")] == [False, True]
    assert list(Call.objects.order_by("pk").values_list("points", flat=True)) == [0, 5]


@pytest.mark.parametrize("who", ["stranger", "other organiser", "gone", "organiser", "administrator"])
def test_only_who_may_organise_the_network_answers(organiser, network, user, who):
    chosen = {
        "stranger": UserFactory,
        "other organiser": lambda: NetworkOrganiserFactory().user,
        "gone": lambda: NetworkOrganiserFactory(network=network, user__is_active=False).user,
        "organiser": lambda: user,
        "administrator": lambda: UserFactory(administrator=True),
    }[who]()

    organiser.post(url("call-add"), new(organiser, responsible=chosen.pk))

    allowed = who in ("organiser", "administrator")
    assert list(Call.objects.values_list("responsible", flat=True)) == ([chosen.pk] if allowed else [])


def test_somebody_of_one_s_other_network_cannot_answer_here(network, user):
    elsewhere = NetworkOrganiserFactory(user=user).network
    colleague = NetworkOrganiserFactory(network=elsewhere).user
    client = inside(user)

    answer = client.post(url("call-add"), new(client, network=network.pk, responsible=colleague.pk))
    assert errors(answer) == {"responsible"}

    client.post(url("call-add"), new(client, network=elsewhere.pk, responsible=colleague.pk))
    assert Call.objects.get().network == elsewhere


def test_calls_of_the_whole_city_are_the_administrators(organiser, network):
    administrator = inside(UserFactory(administrator=True))

    for client, chosen, audience, where in (
        (organiser, "", "everyone", {"network"}),
        (organiser, NetworkFactory().pk, "everyone", {"network"}),
        (administrator, "", "members", {"audience"}),
    ):
        answer = client.post(url("call-add"), new(client, network=chosen, audience=audience))
        assert errors(answer) == where
    administrator.post(url("call-add"), new(administrator, network="", audience="everyone"))

    assert Call.objects.get().network is None


def test_an_administrator_prepares_a_call_before_there_is_any_network():
    administrator = inside(UserFactory(administrator=True))

    administrator.post(url("call-add"), new(administrator, network="", audience="everyone"))

    assert administrator.get(url("call-edit", Call.objects.get().pk)).status_code == 200
    assert administrator.get(url("list")).context["rows"][0]["call"] == Call.objects.get()


def test_two_tabs_the_second_is_told_then_decides(network, organiser, user):
    call = CallFactory(network=network, responsible=user)
    form = organiser.get(url("call-edit", call.pk)).context["form"]
    first, second = typed(form, title_fr="Un"), typed(form, title_fr="Deux")

    organiser.post(url("call-edit", call.pk), first)
    refused = organiser.post(url("call-edit", call.pk), second)
    assert refused.context["form"].has_error("__all__", "stale")
    assert Call.objects.get().title_fr == "Un"
    organiser.post(url("call-edit", call.pk), typed(refused.context["form"]))

    assert Call.objects.get().title_fr == "Deux"


def test_dates_changed_in_another_tab_are_stale_too(network, organiser, user):
    call = CallFactory(network=network, responsible=user)
    data = typed(organiser.get(url("call-edit", call.pk)).context["form"], title_fr="Deux")
    Phase.objects.filter(call=call, kind="note").delete()

    refused = organiser.post(url("call-edit", call.pk), data)

    assert refused.context["form"].has_error("__all__", "stale")


def test_dates_left_as_they_are_keep_their_seconds(network, organiser, user):
    call = CallFactory(network=network, responsible=user, approval=True, phase="vote")
    before = dates_of(call)
    data = typed(organiser.get(url("call-edit", call.pk)).context["form"], text_fr="À propos.")

    organiser.post(url("call-edit", call.pk), data)

    call = Call.objects.get()
    assert (call.text_fr, dates_of(call)) == ("À propos.", before)


def test_what_people_rely_on_stays(network, organiser, user):
    call = CallFactory(network=network, responsible=user, by_points=True, phase="vote")
    form = organiser.get(url("call-edit", call.pk)).context["form"]
    data = typed(form, how_decided_fr="Au hasard.", points="3", network=NetworkFactory().pk, text_fr="À propos.")

    organiser.post(url("call-edit", call.pk), data)

    changed = Call.objects.get()
    assert (changed.text_fr, changed.points, changed.network) == ("À propos.", 10, network)
    assert changed.how_decided_fr == call.how_decided_fr


@pytest.mark.parametrize("field", ["responsible", "answer_by"])
def test_published_call_keeps_who_answers_and_by_when(network, organiser, user, field):
    call = CallFactory(network=network, responsible=user)
    form = organiser.get(url("call-edit", call.pk)).context["form"]

    assert errors(organiser.post(url("call-edit", call.pk), typed(form, **{field: ""}))) == {field}

    organiser.post(url("call-edit", call.pk), typed(form, title_fr="Autre"))
    assert Call.objects.get().title_fr == "Autre"


# --- Publishing -------------------------------------------------------------------------------------------------------
def test_draft_says_what_is_missing_then_is_published_once(network, organiser, user):
    call = CallFactory(network=network, draft=True, responsible=None)
    assert organiser.get(url("desk", call.pk)).context["missing"] == ["Dites d’abord qui doit répondre, et pour quand."]
    refused = organiser.post(url("call-publish", call.pk), follow=True)
    assert said(refused) == ["Dites d’abord qui doit répondre, et pour quand."]
    assert Call.objects.get().state == "draft"

    Call.objects.update(responsible=user)
    for _click in range(2):
        organiser.post(url("call-publish", call.pk))

    assert Call.objects.get().state == "published"
    assert Call.objects.get().published_at <= timezone.now()


# --- Rights -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["other organiser", "responsible", "volunteer"])
def test_only_the_network_s_organisers_get_in(role):
    call = CallFactory(draft=True)
    client = inside(NetworkOrganiserFactory().user if role == "other organiser" else UserFactory())
    if role == "responsible":
        Call.objects.update(responsible=UserFactory())
        client = inside(Call.objects.get().responsible)
    refused = 404 if role == "other organiser" else 403

    pages = [client.get(url(name, call.pk)).status_code for name in ("desk", "call-edit")]
    acts = [client.post(url(name, call.pk)).status_code for name in ("call-edit", "call-publish", "several")]

    assert set(pages + acts) == {refused}
    assert Call.objects.get().state == "draft"
    assert organiser_of(call).get(url("desk", call.pk)).status_code == 200
