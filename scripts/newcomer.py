"""Starts the product as a newcomer would: clean clone of this commit, `make run` on a free port, a look at each page,
Ctrl-C, and nothing left running. Ends with the line "N passed, N failed". Standard library only.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_START, LATER_START, STOP = 1200, 60, 30  # seconds; a later start takes under 10 on a quiet machine
READY = "Maillage answers at"


class Visit:
    """An answer of the server, after redirections."""

    def __init__(self, url: str) -> None:
        try:
            answer = urllib.request.urlopen(url, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.status: int = answer.status or 0
            self.url: str = answer.geturl()
            self.headers = answer.headers
            self.body = answer.read().decode("utf-8", errors="replace")


class Start:
    """One `make run` in this folder. Its output goes to a file. ``ignoring``: a signal that a shell's script has it
    ignore, as it does with SIGINT for what it starts in the background.
    """

    def __init__(self, folder: Path, port: int, *, ignoring: signal.Signals | None = None) -> None:
        self.began = time.monotonic()
        self.log = folder.parent / f"run-{time.monotonic_ns()}.log"
        environment = {name: value for name, value in os.environ.items() if name not in ("VAR_DIR", "DATABASE_URL")}
        with self.log.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", "run", f"PORT={port}"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=(lambda: signal.signal(ignoring, signal.SIG_IGN)) if ignoring else None,
            )

    @property
    def output(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")

    def wait(self, seconds: float) -> float | None:
        """The seconds until it says that it answers; None when it has ended or is not ready in time."""
        while self.make.poll() is None and time.monotonic() - self.began < seconds:
            if READY in self.output:
                return time.monotonic() - self.began
            time.sleep(0.1)
        return None

    def interrupt(self, number: signal.Signals, *, group: bool) -> bool:
        """Sends the signal to the whole group, as a terminal does for Ctrl-C, or to make alone; whether it ended."""
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.make.pid, number)
        try:
            self.make.wait(STOP)
        except subprocess.TimeoutExpired:
            return False
        return True


def processes_in(folder: Path) -> list[str]:
    """The programs that still work in this folder (Linux: read from /proc; elsewhere none can be told)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{process.name} {command}".strip())
    return found


def kill_all(folder: Path) -> None:
    """Leaves nothing behind, whatever went wrong."""
    for process in processes_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.split()[0]), signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def hashed_file(home: str) -> Visit:
    """The first static file with a hash in its name that a page links."""
    home_page = Visit(home)
    linked = re.search(r'(?:href|src)="(/static/[^"]+\.[0-9a-f]{12}\.(?:css|js))"', home_page.body)
    return Visit(home.rstrip("/") + linked[1]) if linked else home_page


def visits(home: str) -> dict[str, Callable[[], bool]]:
    """Each thing to look at, and what makes it right."""

    def shows(path: str, *, at: str = "", text: str = "") -> Callable[[], bool]:
        def look() -> bool:
            visit = Visit(home + path)
            return visit.status == 200 and at in visit.url and text in visit.body

        return look

    def immutable() -> bool:
        file = hashed_file(home)
        return file.status == 200 and "/static/" in file.url and "immutable" in file.headers.get("Cache-Control", "")

    return {
        "home page": shows("", text="<h1"),
        "home page in English": shows("en/", text='lang="en"'),
        "programme": shows("programme/", text="<h1"),
        "sign-in page": shows("account/login/", text='type="email"'),
        "organisers are sent to sign-in": shows("organise/", at="login", text='type="email"'),
        "Wagtail's log-in": shows("cms/", at="login", text="<form"),
        "administrators' log-in": shows("admin/", at="login", text="<form"),
        "demonstration mailbox": shows("mailbox/"),
        "static file with a hash": immutable,
        "/healthz": shows("healthz"),
        "/readyz": shows("readyz"),
        "unknown page is a 404 of the site's own": lambda: Visit(home + "nowhere/").status == 404,
    }


def main() -> int:
    """Returns 1 when a check has failed."""
    results: list[bool] = []

    def check(name: str, holds: Callable[[], bool] | bool, detail: str = "") -> None:
        try:
            passed = holds if isinstance(holds, bool) else holds()
        except Exception as error:
            passed, detail = False, repr(error)
        results.append(passed)
        print(f"{'ok    ' if passed else 'FAILED'} {name}{f' ({detail})' if detail else ''}", flush=True)

    temporary = Path(tempfile.mkdtemp(prefix="maillage-newcomer-")).resolve()
    folder = temporary / "maillage"
    try:
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, folder], check=True)
        port = free_port()
        home = f"http://localhost:{port}/"
        first = Start(folder, port)
        seconds = first.wait(FIRST_START)
        check("first start", seconds is not None, f"{seconds or 0:.1f} s")
        if seconds is None:
            print(first.output, "0 passed, 1 failed", sep="\n")
            return 1
        for name, holds in visits(home).items():
            check(name, holds)
        check("Ctrl-C stops it", first.interrupt(signal.SIGINT, group=True))
        check("Ctrl-C leaves nothing running", lambda: processes_in(folder) == [], "; ".join(processes_in(folder)))
        kill_all(folder)
        for name, number in (("SIGTERM", signal.SIGTERM), ("SIGINT", signal.SIGINT)):
            again = Start(folder, port, ignoring=signal.SIGINT if number == signal.SIGTERM else None)
            seconds = again.wait(LATER_START)
            check("a later start", seconds is not None, f"{seconds or 0:.1f} s")
            check(f"{name} to make alone stops it", again.interrupt(number, group=False))
            left = processes_in(folder)
            check(f"{name} to make alone leaves nothing running", left == [], "; ".join(left))
            kill_all(folder)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            refused = Start(folder, taken.getsockname()[1])
            refused.wait(60)
            lines = [line for line in refused.output.splitlines() if line and not line.startswith("make")]
            check("a taken port is told in one sentence", len(lines) == 1 and "taken" in lines[0], "; ".join(lines))
    finally:
        kill_all(folder)
        shutil.rmtree(temporary, ignore_errors=True)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
