"""``manage.py roster``: files in, files out, everything wrong told in words, nothing half-written."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bench.rosters import invent
from events.night.management.commands.roster import Command
from events.night.roster import formats
from events.night.roster.problem import Night
from events.night.roster.referee import check, check_night

SMALL = invent("plenty", 60)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "instance.json").write_text(formats.write_instance(SMALL))
    (tmp_path / "night.json").write_text(formats.write_night(Night(absent=(SMALL.people[3].id, SMALL.people[8].id))))
    return tmp_path


def run(*words):
    return call_command("roster", *map(str, words))


def loaded(path):
    return json.loads(path.read_text())


def test_solve_check_and_night_follow_one_another(folder, capsys):
    instance, night = folder / "instance.json", folder / "night.json"
    run("solve", instance, "-o", folder / "roster.json")
    told = capsys.readouterr()
    verdict = check(loaded(instance), loaded(folder / "roster.json"))
    assert verdict.breaches == ()
    assert f"{verdict.score.viable} of {len(SMALL.teams)} teams can go out" in told.err
    run("check", instance, folder / "roster.json")
    assert capsys.readouterr().out.startswith(f"Legal. {verdict.score.viable} of {len(SMALL.teams)} teams can go out")
    run("night", instance, folder / "roster.json", night, "-o", folder / "after.json")
    files = (instance, folder / "roster.json", night, folder / "after.json")
    assert check_night(*map(loaded, files)).breaches == ()
    run("check", *files)
    assert "people moved" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == [
        "after.json",
        "instance.json",
        "night.json",
        "roster.json",
    ]


def test_a_dash_is_the_standard_input_and_output(folder, capsys, monkeypatch):
    text = (folder / "instance.json").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))
    run("solve", "-", "-o", "-")
    assert json.loads(capsys.readouterr().out)["format"] == "roster/1"


def test_a_seed_gives_the_same_roster_every_time_and_is_legal_for_the_same_instance(folder):
    instance = folder / "instance.json"
    rosters = []
    for seed in (0, 7, 7):
        run("solve", instance, "-o", folder / "roster.json", "--seed", seed)
        rosters.append(loaded(folder / "roster.json") | {"seconds": 0})
    assert rosters[1] == rosters[2] != rosters[0]
    scores = [check(loaded(instance), roster) for roster in rosters]
    assert (scores[0].breaches, scores[1].breaches) == ((), ())


def test_explain_speaks_of_a_person_a_team_or_what_helps(folder, capsys):
    instance, roster = folder / "instance.json", folder / "roster.json"
    run("solve", instance, "-o", roster)
    person, team = next(iter(loaded(roster)["assignments"].items()))
    capsys.readouterr()
    for name, first in ((person, f"{person} "), (team, f"{team} goes out from "), (None, "Every team goes out.")):
        run("explain", instance, roster, *([name] if name else []))
        assert capsys.readouterr().out.startswith(first)
    with pytest.raises(CommandError, match="The instance knows no person and no team 'P9'"):
        run("explain", instance, roster, "P9")


def test_an_illegal_roster_is_told_breach_by_breach(folder):
    run("solve", folder / "instance.json", "-o", folder / "roster.json")
    roster = loaded(folder / "roster.json")
    roster["assignments"] |= dict.fromkeys((one.id for one in SMALL.people[:20]), SMALL.teams[0].id)
    (folder / "roster.json").write_text(json.dumps(roster))
    with pytest.raises(CommandError, match=r"(?s)Not legal\..* people, \d at most"):
        run("check", folder / "instance.json", folder / "roster.json")


def test_a_bound_that_the_roster_betters_is_told(folder):
    run("solve", folder / "instance.json", "-o", folder / "roster.json")
    roster = loaded(folder / "roster.json")
    roster["bounds"]["viable"] -= 1
    (folder / "roster.json").write_text(json.dumps(roster))
    reached = len(roster["leaders"])
    with pytest.raises(
        CommandError, match=f"viable is said to be {reached - 1} at best, and the roster reaches {reached}"
    ):
        run("check", folder / "instance.json", folder / "roster.json")


def test_a_contradictory_instance_is_refused_with_all_that_is_wrong_and_nothing_is_written(folder):
    instance = loaded(folder / "instance.json")
    instance["teams"][0]["hq"] = "H9"
    instance["people"][0]["home"] = "H8"
    (folder / "instance.json").write_text(json.dumps(instance))
    (folder / "roster.json").write_text("as it was")
    with pytest.raises(CommandError) as caught:
        run("solve", folder / "instance.json", "-o", folder / "roster.json")
    assert str(caught.value).split("\n") == [
        f"team {SMALL.teams[0].id!r}: no headquarters 'H9'", f"person {SMALL.people[0].id!r}: no headquarters 'H8'",
    ]  # fmt: skip
    assert (folder / "roster.json").read_text() == "as it was"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("solve", "nowhere.json"), "nowhere.json cannot be read: No such file or directory."),
        (("solve", "."), ". cannot be read: Is a directory."),
        (
            ("solve", "instance.json", "-o", "none/roster.json"),
            "none/roster.json cannot be written: there is no folder",
        ),
        (("solve", "instance.json", "-o", "."), ". is a folder: name the file to write."),
        (("check", "-", "-"), "The standard input can be one file only."),
        (("check", "instance.json", "roster.json", "night.json"), "To check a night, name its roster as well"),
        (("check", "night.json", "night.json"), "the format is 'roster-night/1', 'roster-instance/1' was expected"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(folder, monkeypatch, words, sentence):
    monkeypatch.chdir(folder)
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert str(caught.value).startswith(sentence)


def test_a_folder_that_is_not_ours_is_refused_before_any_work(folder, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_args: False)  # whoever runs the tests may be root
    with pytest.raises(CommandError, match="is not yours to write in"):
        run("solve", folder / "instance.json", "-o", folder / "roster.json")


def test_a_disk_that_fails_leaves_what_was_there(folder, monkeypatch):
    (folder / "roster.json").write_text("as it was")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CommandError, match=r"roster.json cannot be written: No space left on device\."):
        run("solve", folder / "instance.json", "-o", folder / "roster.json")
    assert (folder / "roster.json").read_text() == "as it was"
    assert sorted(path.name for path in folder.iterdir()) == ["instance.json", "night.json", "roster.json"]


def ended(*words):
    """The exit status of the command as a terminal calls it."""
    with pytest.raises(SystemExit) as caught:
        Command().run_from_argv(["manage.py", "roster", *map(str, words)])
    return caught.value.code


def test_the_exit_status_is_1_for_a_refusal_and_2_for_words_that_are_not_understood(folder, capsys):
    assert ended("check", folder / "night.json", folder / "night.json") == 1
    assert "Traceback" not in capsys.readouterr().err
    assert ended("check", "-", "-") == 2
    assert ended("solve", folder / "instance.json", "--time-limit", "soon") == 2
    assert "'soon' is no number of seconds above 0" in capsys.readouterr().err


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "kill"])
def test_who_is_stopped_writes_the_best_roster_so_far(folder, capsys, word):
    # Whatever a shell starts in the background has it ignored.
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    large = invent("people scarce", 2000)
    (folder / "large.json").write_text(formats.write_instance(large))
    threading.Timer(0.7, signal.raise_signal, [word]).start()
    try:
        assert ended("solve", folder / "large.json", "--time-limit", "30") == 130
    finally:
        signal.signal(signal.SIGINT, was)
    told = capsys.readouterr()
    assert told.err.startswith("Stopped. This is the best roster so far.")
    assert check(loaded(folder / "large.json"), json.loads(told.out)).breaches == ()


def test_the_solver_greets_nobody_on_the_standard_output(folder):
    root = Path(__file__).resolve().parents[4]
    command = [sys.executable, str(root / "manage.py"), "roster", "solve", "instance.json"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["format"] == "roster/1"
