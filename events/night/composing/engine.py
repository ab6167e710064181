"""Runs the roster engine in a process of its own, which can be ended at any moment without harm to the worker."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import Thread
from typing import IO

from django.conf import settings

PULSE = 1.0  # seconds between two looks at the process
GRACE = 60  # seconds after the time limit, for reading, dealing and writing
MANY = 5_000  # people
STEP = re.compile(r" *[\d.]+ s  (.+)")  # as `manage.py roster solve --steps` says it


class Failed(Exception):
    """Why there is no roster, in the engine's own English."""


def seconds_for(people: int) -> int:
    """How long the engine may look for something better, and prove that there is nothing."""
    return 60 if people <= MANY else 600


def run(instance: str, *, start: str = "", seed: int, people: int, beat: Callable[[str], None]) -> str:
    """The roster that the engine makes of this instance, both as texts; given ``start``, a roster as well, the one in
    which as few people as possible move from there.

    Every second ``beat`` is told the engine's last step; whatever it raises ends the process, at once, and goes on to
    the caller. Raises Failed when the engine refuses, or is not done in its time. Nothing is left on the disk: the
    texts are in files without a name.
    """
    limit = seconds_for(people)
    said: list[str] = []
    with TemporaryFile() as given, TemporaryFile() as begun, TemporaryFile() as made:
        for file, text in ((given, instance), (begun, start)):
            file.write(text.encode())
            file.seek(0)
        asked = (
            ["recompose", "-", f"/dev/fd/{begun.fileno()}"] if start else ["solve", "-", "--steps", "--seed", str(seed)]
        )
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "roster", *asked, "--time-limit", str(limit)]
        with _process(command, given, made, said, keeps=[begun.fileno()]) as process:
            late = time.monotonic() + limit + GRACE
            while True:
                beat(_step(said))
                try:
                    process.wait(PULSE)
                    break
                except subprocess.TimeoutExpired:
                    if time.monotonic() > late:
                        raise Failed(f"The engine was not done after {limit + GRACE} seconds.") from None
        if process.returncode:
            raise Failed("".join(line for line in said if not STEP.match(line)).strip() or "The engine was ended.")
        made.seek(0)
        return made.read().decode()


@contextmanager
def _process(
    command: list[str], given: IO[bytes], made: IO[bytes], said: list[str], *, keeps: Sequence[int]
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the command in a session of its own, so that what ends the worker politely does not end it; collects what
    it says. Killed when the block is left before it has ended. ``keeps``: open files that it reads as well."""
    pipe = subprocess.PIPE
    # The command is made of our own words and numbers.
    with subprocess.Popen(  # noqa: S603
        command, stdin=given, stdout=made, stderr=pipe, pass_fds=keeps, start_new_session=True
    ) as process:
        listener = Thread(target=_listen, args=(process.stderr, said), daemon=True)
        listener.start()
        try:
            yield process
        finally:
            process.kill()
            listener.join()


def _listen(stream: IO[bytes], said: list[str]) -> None:
    for line in stream:
        said.append(line.decode(errors="replace"))


def _step(said: list[str]) -> str:
    found = [match.group(1) for line in said[::-1] if (match := STEP.match(line.rstrip()))]
    return found[0][:20] if found else ""
