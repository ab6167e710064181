"""`make check` (lint) and `make test` (all): runs each tool, shows what fails, ends with one line for each.

What only reads runs two at a time. Beside the tests, which use both cores but for the moments when they wait, it takes
those moments, one at a time.
"""

import concurrent.futures
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))
PYTHON = sys.executable
# What an operator sets, as docs/operators.md writes it (tests/config/test_settings.py compares the names), with which
# `check --deploy` must have nothing to say.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "benevoles.ville.example",
    "SITE_URL": "https://benevoles.ville.example",
    "DATABASE_URL": "postgres://maillage:secret@127.0.0.1:1/maillage",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://user:secret@127.0.0.1:1",
    "DEFAULT_FROM_EMAIL": "Ville <benevoles@ville.example>",
    "SECURITY_CONTACT": "mailto:securite@ville.example",
    "TRUST_PROXY": "1",
    "TRUSTED_PROXY_COUNT": "1",
}


class Step(NamedTuple):
    """One tool: what it is called, its command, and what it needs in its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = {}


def lint_steps() -> list[Step]:
    """Everything that reads the sources. The longest comes first; translations last, as they are finished last."""
    manage = [PYTHON, "-W", "error::SyntaxWarning", "manage.py"]
    rooms = sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"})
    development = {"DEBUG": "1"}
    deploy = ["check", "--deploy", "--fail-level", "WARNING"]
    return [
        Step("types (mypy)", [str(BIN / "mypy"), *rooms, "scripts", "manage.py"], development),
        Step("style (ruff check)", [str(BIN / "ruff"), "check", "."]),
        Step("layout (ruff format)", [str(BIN / "ruff"), "format", "--check", "."]),
        Step("templates (djlint)", [str(BIN / "djlint"), "--lint", "--quiet", "templates"]),
        Step("floors (import-linter)", [str(BIN / "lint-imports"), "--no-cache"], development),
        Step("migrations complete", [*manage, "makemigrations", "--check", "--dry-run"], development),
        Step("django check", [*manage, "check", "--fail-level", "WARNING"], development),
        Step("django check --deploy", [*manage, *deploy], PRODUCTION | {"DEBUG": "0"}),
        Step("translations complete", [PYTHON, "scripts/catalogues.py", "check"]),
    ]


def database_steps() -> list[Step]:
    """What the tests begin with: half a minute each, where nothing is kept yet."""
    make = [PYTHON, "-m", "tests.migrated"]
    return [Step(f"database for tests ({kind})", [*make, kind]) for kind in ("postgresql", "sqlite")]


def test_steps() -> list[Step]:
    """The tests, on SQLite for what differs and on PostgreSQL for everything."""
    pytest = [str(BIN / "pytest")]
    return [
        Step("tests on SQLite", [*pytest, "-m", "both"], {"DATABASE_URL": "sqlite:///"}),
        Step("tests on PostgreSQL", pytest, {"DATABASE_URL": ""}),
    ]


class Outcome(NamedTuple):
    """What came of a step. What it wrote is empty when it was shown at once."""

    name: str
    passed: bool
    seconds: float
    wrote: str

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'} {self.name} ({self.seconds:.0f} s)"


def run(step: Step, *, show: bool = False, patient: bool = False) -> Outcome:
    """Runs one step; what it writes goes to the terminal (`show`) or is kept. A patient one leaves others the cores."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="maillage-check-") as var:
        done = subprocess.run(
            ["nice", "-n", "19", *step.command] if patient else step.command,
            cwd=ROOT,
            env=os.environ | {"VAR_DIR": var} | step.environment,
            stdin=subprocess.DEVNULL,
            stdout=None if show else subprocess.PIPE,
            stderr=None if show else subprocess.STDOUT,
        )
    wrote = "" if show else done.stdout.decode(errors="replace")
    return Outcome(step.name, done.returncode == 0, time.monotonic() - began, wrote)


def run_by_two(steps: list[Step]) -> list[Outcome]:
    """Runs the steps two at a time, and says of each how it went."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for future in concurrent.futures.as_completed([pool.submit(run, step) for step in steps]):
            outcomes.append(future.result())
            print(outcomes[-1], outcomes[-1].wrote if not outcomes[-1].passed else "", flush=True)
    return outcomes


def run_all() -> list[Outcome]:
    """Makes the databases, then runs the tests, and beside them what only reads, which is told of at the end."""
    outcomes = run_by_two(database_steps())
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        reading = [beside.submit(run, step, patient=True) for step in lint_steps()]
        try:
            for step in test_steps():
                print(f"\n--- {step.name}", flush=True)
                outcomes.append(run(step, show=True))
        except KeyboardInterrupt:
            beside.shutdown(cancel_futures=True)
            raise
    read = [future.result() for future in reading]
    for outcome in read:
        if not outcome.passed:
            print(f"\n--- {outcome.name}\n{outcome.wrote}", flush=True)
    return outcomes + read


def main(what: str) -> int:
    """Returns 1 when a step has failed, after all have run."""
    from tests import missing  # noqa: PLC0415 - found through sys.path, set above

    outcomes = run_all() if what == "all" else run_by_two(lint_steps())
    print("", *outcomes, sep="\n")
    for words in missing.left_out().values() if what == "all" else []:
        print(words)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
