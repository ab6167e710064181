"""A paper asked for, made off the request, made anew, lost and taken up again, forgotten."""

import datetime as dt

import pytest
from django.utils import timezone

from events.night.editions.preparing import EditionRefused
from events.night.models import Assignment, Edition, PaperFile
from events.night.papers import making
from tests.factories.night_papers import night_with_teams
from tests.factories.volunteers import UserFactory
from volunteers import erasing, papermaking

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return night_with_teams()


def ask(night, what="signs", **more):
    facts = {"headquarters": None, "language": "fr", "by": UserFactory()} | more
    return making.ask(night, what=what, **facts)


def beginning(row):
    with row.file.open("rb") as file:
        return file.read(4)


def kept():
    storage = PaperFile.file.field.storage
    return sorted(storage.listdir("papers/")[1]) if storage.exists("papers/") else []


def empty_folder():
    for name in kept():
        PaperFile.file.field.storage.delete(f"papers/{name}")


@pytest.fixture(autouse=True)
def no_file_left():
    """Of these tests, nor of others before."""
    empty_folder()
    yield
    empty_folder()


def test_a_paper_is_asked_for_once_made_and_made_again(night, django_capture_on_commit_callbacks, run_queued_tasks):
    with django_capture_on_commit_callbacks(execute=True):
        row, again = ask(night), ask(night)
    assert (again.pk, PaperFile.objects.count()) == (row.pk, 1)

    assert run_queued_tasks() == ["events.night.tasks.make_paper"]
    row.refresh_from_db()
    first = row.file.name
    assert (row.state, row.attempts, row.size, row.fingerprint != "") == ("done", 1, row.file.size, True)
    assert beginning(row) == b"%PDF"
    making.make(row.pk)  # a message that comes twice
    assert PaperFile.objects.get().attempts == 1

    with django_capture_on_commit_callbacks(execute=True):
        ask(night)
    assert PaperFile.objects.get().file.name == first  # until the new one is there
    run_queued_tasks()
    row.refresh_from_db()
    assert (row.state, row.file.name != first, kept()) == ("done", True, [row.file.name.removeprefix("papers/")])


@pytest.mark.parametrize("what", PaperFile.What)
def test_each_paper_is_made_for_one_headquarters_in_the_language_asked(night, what):
    row = ask(night, what, headquarters=night.headquarters.get(), language="en")

    making.make(row.pk)

    row.refresh_from_db()
    assert (row.state, row.problem) == ("done", "")
    assert beginning(row)[:2] == (b"PK" if what == "workbook" else b"%P")


def test_nothing_is_printed_before_there_are_teams(night):
    Assignment.objects.all().delete()

    with pytest.raises(EditionRefused):
        ask(night)
    assert not PaperFile.objects.exists()


def test_whoever_was_taken_for_dead_keeps_nothing(night, monkeypatch):
    row = ask(night)
    gather = making.gather

    def lose_the_claim(*arguments):
        PaperFile.objects.update(attempts=2)
        return gather(*arguments)

    monkeypatch.setattr(making, "gather", lose_the_claim)
    making.make(row.pk)

    row.refresh_from_db()
    assert (row.state, row.file.name, kept()) == ("running", "", [])


def test_a_lost_paper_is_taken_up_three_times(night, run_queued_tasks):
    row = ask(night)
    long_ago = timezone.now() - dt.timedelta(minutes=2)
    PaperFile.objects.update(state="running", attempts=1, heartbeat_at=long_ago)
    assert making.sweep() == 1
    run_queued_tasks()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)

    PaperFile.objects.update(state="running", attempts=3, heartbeat_at=long_ago)
    making.make(row.pk)
    row.refresh_from_db()
    assert (row.state, bool(row.file), making.sweep()) == ("failed", True, 0)


def test_what_typst_refuses_is_told(night, monkeypatch):
    row = ask(night)
    monkeypatch.setitem(making.PAPERS, "signs", ("night/nowhere.typ", lambda *_rest, **_more: {}))

    making.make(row.pk)

    row.refresh_from_db()
    assert (row.state, "No such file" in row.problem, kept()) == ("failed", True, [])


def test_a_process_that_takes_too_long_is_ended(settings, tmp_path):
    (tmp_path / "templates" / "paper").mkdir(parents=True)
    (tmp_path / "templates" / "paper" / "long.typ").write_text("#let n = 0\n#while n < 4000000000 { n += 1 }")
    (tmp_path / "volunteers").mkdir()
    script = settings.BASE_DIR / "volunteers" / "typesetting.py"
    (tmp_path / "volunteers" / "typesetting.py").write_text(script.read_text())
    settings.BASE_DIR = tmp_path

    with pytest.raises(papermaking.NotTypeset, match="0 seconds"), (tmp_path / "made").open("wb") as made:
        papermaking.pdf_apart("long.typ", {}, into=made, beat=lambda: None, seconds=0)


def test_papers_are_forgotten_with_their_night_and_with_their_people(night, django_capture_on_commit_callbacks):
    making.make(ask(night).pk)
    (person, *_others) = Assignment.objects.all()
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(person.participant.volunteer.user)
    assert (PaperFile.objects.count(), kept()) == (0, [])

    making.make(ask(night).pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert making.forget() == 0
        Edition.objects.update(
            starts_at=timezone.now() - dt.timedelta(days=31),
            ends_at=timezone.now() - dt.timedelta(days=30, hours=1),
            opens_at=None,
            closes_at=None,
            state="preparing",
        )
        making.forget()
    assert (PaperFile.objects.count(), kept()) == (0, [])
