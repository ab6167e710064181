"""``manage.py roster ACTION``: the roster engine on files, and an edition as one. docs/roster.md says how to use it."""

from __future__ import annotations

import json
import math
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from queue import Empty, SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.night.composing.instances import instance_of
from events.night.models import Edition
from events.night.roster import files, formats, referee
from events.night.roster.explaining import explain_person
from events.night.roster.helping import what_helps
from events.night.roster.lacking import explain_team
from events.night.roster.limits import Cancelled
from events.night.roster.night import renew
from events.night.roster.problem import Contradiction, Instance, Roster
from events.night.roster.recomposing import recompose
from events.night.roster.situation import Situation
from events.night.roster.solving import solve
from events.night.roster.telling import tell, tell_help

INTERRUPTED = 130  # as a shell says of Ctrl-C
Outcome = Roster | BaseException


class Command(BaseCommand):
    help = "Composes, checks, explains and renews the roster of a Night of Solidarity, from files."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions")
        one = actions.add_parser("solve", help="Composes teams: the best roster found, and how good any could be.")
        one.add_argument("instance", metavar="INSTANCE")
        _output(one)
        one.add_argument("--time-limit", type=_seconds, default=30.0, metavar="S", help="Seconds at most (30).")
        one.add_argument(
            "--work-limit", type=_whole, metavar="N", help="Iterations of HiGHS at most, on any machine alike."
        )
        one.add_argument(
            "--seed", type=_whole, default=0, metavar="N", help="Breaks ties in another order (0: the file's)."
        )
        one.add_argument("--steps", action="store_true", help="Says each step, in a terminal or not.")
        one = actions.add_parser("check", help="Says whether a roster is legal, and what it is worth.")
        one.add_argument("instance", metavar="INSTANCE")
        one.add_argument("roster", metavar="ROSTER")
        one.add_argument("night", metavar="NIGHT", nargs="?", help="With AFTER: checks the night's version.")
        one.add_argument("after", metavar="AFTER", nargs="?", help="The roster made of ROSTER for NIGHT.")
        one = actions.add_parser("explain", help="Why a person or a team is as it is; without one: what helps.")
        one.add_argument("instance", metavar="INSTANCE")
        one.add_argument("roster", metavar="ROSTER")
        one.add_argument("name", metavar="PERSON_OR_TEAM", nargs="?")
        one = actions.add_parser("night", help="A new roster after who did not come and who came: the fewest move.")
        for name in ("instance", "roster", "night"):
            one.add_argument(name, metavar=name.upper())
        _output(one)
        one.add_argument("--time-limit", type=_seconds, metavar="S", help="Seconds at most (as few as are needed).")
        one = actions.add_parser("recompose", help="A roster made anew around the pins: the fewest people move.")
        one.add_argument("instance", metavar="INSTANCE")
        one.add_argument("roster", metavar="ROSTER")
        _output(one)
        one.add_argument("--time-limit", type=_seconds, default=20.0, metavar="S", help="Seconds at most (20).")
        one = actions.add_parser("export", help="An edition as an instance. Reads the database; the others do not.")
        one.add_argument("edition", type=_whole, metavar="EDITION", help="The edition's key.")
        _output(one)

    def handle(self, *args: Any, **options: Any) -> None:
        names = [options[name] for name in ("instance", "roster", "night", "after") if options.get(name)]
        if names.count(files.STREAM) > 1:
            raise CommandError("The standard input can be one file only.", returncode=2)
        if options["action"] == "check" and len(names) == 3:
            raise CommandError("To check a night, name its roster as well: INSTANCE ROSTER NIGHT AFTER.", returncode=2)
        try:
            if "output" in options:
                files.try_writing(options["output"])
            with files.silence():
                run: Callable[..., str] = getattr(self, "_" + options["action"])
                text = run(*(files.read(name) for name in names), **options)
            files.write(options.get("output", files.STREAM), text)
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing is written.", returncode=INTERRUPTED) from None
        except Contradiction as contradiction:
            raise CommandError("\n".join(contradiction.problems)) from contradiction
        except files.Unusable as error:
            raise CommandError(str(error)) from error
        if self.status:
            sys.exit(self.status)

    status = 0
    tells = False

    def _solve(self, instance_text: bytes, **options: Any) -> str:
        """The roster as text. Ctrl-C, or a polite end of the process, has the best roster by then."""
        self.tells = options["steps"]
        instance = formats.read_instance(instance_text)
        outcome: SimpleQueue[Outcome] = SimpleQueue()
        is_stopped = threading.Event()
        asked = {name: options[name] for name in ("time_limit", "work_limit", "seed")}

        def work() -> None:
            try:
                outcome.put(solve(instance, **asked, is_cancelled=is_stopped.is_set, progress=self._tell))
            except BaseException as error:
                outcome.put(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            with _ended_politely():
                found = _first(outcome)
        except KeyboardInterrupt:
            is_stopped.set()
            found = outcome.get()
        if isinstance(found, Cancelled) and found.roster is not None:
            self.status, found = INTERRUPTED, found.roster
            self._say("Stopped. This is the best roster so far.")
        if isinstance(found, BaseException):
            raise found
        self._say(_words(instance, found, None))
        return formats.write_roster(found)

    def _check(self, instance_text: bytes, roster_text: bytes, *night: bytes, **_options: Any) -> str:
        """The score in words; refuses, with every breach, what is not legal."""
        instance = formats.read_instance(instance_text)
        formats.read_roster(roster_text, instance)
        verdict: referee.Verdict[Any]
        if night:
            came = formats.read_night(night[0], instance)
            there = replace(instance, people=(*instance.people, *(walkin.person for walkin in came.walkins)))
            formats.read_roster(night[1], there)
            verdict = referee.check_night(*_plain(instance_text, roster_text, *night))
        else:
            verdict = referee.check(*_plain(instance_text, roster_text))
        claimed = json.loads(night[1] if night else roster_text).get("bounds", {})
        breaches = [*verdict.breaches, *referee.false_bounds(verdict.score, claimed)]
        if breaches:
            raise CommandError("Not legal.\n" + "\n".join(breaches))
        return "Legal. " + _score(asdict(verdict.score), len(instance.teams)) + "\n"

    def _explain(self, instance_text: bytes, roster_text: bytes, **options: Any) -> str:
        """Sentences about a person or a team of a legal roster, or about what would help most."""
        instance = formats.read_instance(instance_text)
        roster = formats.read_roster(roster_text, instance)
        breaches = referee.check(*_plain(instance_text, roster_text)).breaches
        if breaches:
            raise CommandError("Not legal.\n" + "\n".join(breaches))
        situation, name = Situation(instance, roster), options["name"]
        told: list[str] = []
        if name is None:
            told = tell_help(what_helps(situation), len(situation.teams) - len(situation.out))
        if name in situation.people:
            told += tell(explain_person(situation, name))
        if name in situation.teams:
            told += tell(explain_team(situation, name))
        if not told:
            raise CommandError(f"The instance knows no person and no team {name!r}.")
        return "\n".join(told) + "\n"

    def _night(self, instance_text: bytes, roster_text: bytes, night_text: bytes, **options: Any) -> str:
        """The night's roster as text, which the referee has found legal."""
        instance = formats.read_instance(instance_text)
        roster, night = formats.read_roster(roster_text, instance), formats.read_night(night_text, instance)
        after = renew(instance, roster, night, time_limit=options["time_limit"])
        written = formats.write_roster(after)
        verdict = referee.check_night(*_plain(instance_text, roster_text, night_text, written))
        if verdict.breaches:
            raise CommandError("The roster is not legal, nor can the night's be:\n" + "\n".join(verdict.breaches))
        self._say(_words(instance, after, asdict(verdict.score)))
        return written

    def _recompose(self, instance_text: bytes, roster_text: bytes, **options: Any) -> str:
        """The roster made anew as text. The one that it begins with need not be legal any more."""
        instance = formats.read_instance(instance_text)
        made = recompose(instance, formats.read_roster(roster_text, instance), time_limit=options["time_limit"])
        self._say(f"{len(made.moved)} people have another team.\n{_words(instance, made.roster, None)}")
        return formats.write_roster(made.roster)

    def _export(self, edition: int, **_options: Any) -> str:
        """The edition's instance as text; refuses, with those that there are, an edition that there is not."""
        found = Edition.objects.filter(pk=edition).first()
        if found is None:
            known = [f"{one.pk}  {one.name}, {one.night_on:%Y-%m-%d}" for one in Edition.objects.all()]
            raise CommandError("\n".join([f"There is no edition {edition}.", *(known or ["There is none at all."])]))
        return formats.write_instance(instance_of(found))

    def _say(self, text: str) -> None:
        """To whoever looks on, in the terminal's own colour: it is no error."""
        self.stderr.write(text, str)

    def _tell(self, step: str, seconds: float) -> None:
        if self.tells or self.stderr.isatty():
            self._say(f"{seconds:6.1f} s  {step}")


def _output(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", default=files.STREAM, metavar="FILE", help="Where to write; - is the output.")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < 10**6:
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _first(outcome: SimpleQueue[Outcome]) -> Outcome:
    """What comes first; looks up now and then, as a signal caught by another thread wakes nobody who waits."""
    while True:
        with suppress(Empty):
            return outcome.get(timeout=0.1)


@contextmanager
def _ended_politely() -> Iterator[None]:
    """SIGTERM is Ctrl-C meanwhile, where this thread may decide so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    was = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, was)


def _plain(*texts: str | bytes) -> list[Any]:
    return [json.loads(text) for text in texts]


def _words(instance: Instance, roster: Roster, score: dict[str, int] | None) -> str:
    """A roster's score card, with what is proven."""
    if score is None:
        score = asdict(referee.check(*_plain(formats.write_instance(instance), formats.write_roster(roster))).score)
    bounds = {level: bound for level, bound in asdict(roster.bounds).items() if bound is not None}
    best = [level for level, bound in bounds.items() if bound == score[level]]
    lines = [_score(score, len(instance.teams))]
    if best:
        lines.append(f"Proven to be the best there is: {', '.join(best)}.")
    lines += [
        f"Proven of any roster: {level}, {'no more' if level in ('viable', 'placed') else 'no less'} than {bound}."
        for level, bound in bounds.items()
        if level not in best
    ]
    return "\n".join([*lines, f"{roster.seconds} seconds."])


def _score(score: dict[str, int], teams: int) -> str:
    said = {
        "viable": f"{score['viable']} of {teams} teams can go out",
        "moved": f"{score.get('moved')} people moved",
        "placed": f"{score['placed']} people placed",
        "split": f"{score['split']} groups split",
        "cost": f"cost of the ways {score.get('cost')}",
        "balance": f"balance {score['balance']}",
    }
    return "; ".join(said[level] for level in score) + "."
