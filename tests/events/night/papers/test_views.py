"""The organisers' page of papers: asked for, told when old, had by whoever may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.night.models import Assignment, PaperFile
from events.night.papers import making
from tests.factories.night import HeadquartersFactory
from tests.factories.night_papers import night_with_teams
from tests.factories.volunteers import DistrictFactory, NetworkOrganiserFactory, UserFactory
from tests.office import inside, still

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return night_with_teams()


def url(name, *args):
    return reverse(f"organise-night:{name}", args=args)


@pytest.fixture
def organiser(night):
    return inside(NetworkOrganiserFactory(network=night.network).user)


@pytest.fixture
def coordinator(night):
    user = UserFactory()
    night.headquarters.get().slot.people_in_charge.add(user)
    return inside(user)


def made(night, what="signs", **more):
    facts = {"headquarters": None, "language": "fr", "by": UserFactory()} | more
    row = making.ask(night, what=what, **facts)
    making.make(row.pk)
    return PaperFile.objects.get(pk=row.pk)


def download(client, row):
    """The answer, and how the file begins."""
    answer = client.get(url("paper", row.pk))
    return answer, b"".join(answer.streaming_content)[:4] if answer.streaming else b""


def test_papers_are_asked_for_had_and_told_when_old(
    night, organiser, run_queued_tasks, django_capture_on_commit_callbacks
):
    page = url("papers", night.pk)
    with django_capture_on_commit_callbacks(execute=True):
        asked = organiser.post(page, {"what": "signs", "headquarters": "", "language": "fr"})
    assert asked["Location"] == page
    assert 'hx-trigger="every 2s"' in organiser.get(page).content.decode()

    run_queued_tasks()
    answer = organiser.get(page)
    (row,) = answer.context["rows"]
    assert (row["is_old"], "hx-trigger" in answer.content.decode()) == (False, False)
    had, begins = download(organiser, row["paper"])
    assert begins == b"%PDF"
    assert had["Content-Disposition"] == f'attachment; filename="signs-{night.night_on.isoformat()}-fr.pdf"'
    assert "no-store" in had["Cache-Control"]

    Assignment.objects.in_teams().filter(leads=False).first().delete()
    (row,) = organiser.get(page).context["rows"]
    assert row["is_old"]
    organiser.post(url("paper-again", row["paper"].pk))
    assert PaperFile.objects.get().state == "queued"
    organiser.post(url("paper-delete", row["paper"].pk))
    assert download(organiser, row["paper"])[0].status_code == 404


def test_a_coordinator_has_their_own_headquarters_alone(night, coordinator):
    other = HeadquartersFactory(edition=night, district=DistrictFactory(code="12"))
    mine = night.headquarters.exclude(pk=other.pk).get()
    Assignment.objects.in_reserve().update(headquarters=other)
    city, theirs, own = made(night), made(night, headquarters=other), made(night, headquarters=mine)

    page = coordinator.get(url("papers", night.pk))
    assert [row["paper"] for row in page.context["rows"]] == [own]
    assert [download(coordinator, row)[0].status_code for row in (city, theirs, own)] == [404, 404, 200]
    for asked in ("", other.pk):
        refused = coordinator.post(url("papers", night.pk), {"what": "packs", "headquarters": asked, "language": "fr"})
        assert list(refused.context["form"].errors) == ["headquarters"]
    assert PaperFile.objects.count() == 3


def test_the_page_asks_as_much_for_thirty_papers_as_for_one(night, organiser):
    places = [HeadquartersFactory(edition=night, district=DistrictFactory(code=str(20 + n))) for n in range(29)]

    def queries():
        with still():
            organiser.get(url("papers", night.pk))
            with CaptureQueriesContext(connection) as captured:
                organiser.get(url("papers", night.pk))
        return len(captured)

    facts = {"edition": night, "what": "signs", "language": "fr", "asked_at": night.starts_at, "state": "done"}
    PaperFile.objects.create(**facts)
    one = queries()
    PaperFile.objects.bulk_create(PaperFile(**facts, headquarters=place) for place in places)
    assert queries() == one
