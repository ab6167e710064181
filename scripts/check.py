"""`make check` (lint) and `make test` (all): runs each tool, shows what fails, ends with one line for each.

What only reads runs two at a time; tests come after, alone, since they use both cores.
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
    """What the tests begin with, made beside what only reads: half a minute each, where nothing is kept yet."""
    make = [PYTHON, "-m", "tests.migrated"]
    return [Step(f"database for tests ({kind})", [*make, kind]) for kind in ("postgresql", "sqlite")]


def test_steps() -> list[Step]:
    """The tests, on SQLite for what differs and on PostgreSQL for everything."""
    pytest = [str(BIN / "pytest")]
    return [
        Step("tests on SQLite", [*pytest, "-m", "both"], {"DATABASE_URL": "sqlite:///"}),
        Step("tests on PostgreSQL", pytest, {"DATABASE_URL": ""}),
    ]


def run(step: Step, *, show: bool) -> tuple[Step, bool, float, str]:
    """Runs one step; its output goes to the terminal (`show`) or is returned."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="maillage-check-") as var:
        environment = os.environ | {"VAR_DIR": var} | step.environment
        done = subprocess.run(
            step.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if show else subprocess.PIPE,
            stderr=None if show else subprocess.STDOUT,
        )
    output = "" if show else done.stdout.decode(errors="replace")
    return step, done.returncode == 0, time.monotonic() - began, output


def main(what: str) -> int:
    """Returns 1 when a step has failed, after all have run."""
    from tests import missing  # noqa: PLC0415 - found through sys.path, set above

    results = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        steps = [*(database_steps() if what == "all" else []), *lint_steps()]
        running = [pool.submit(run, step, show=False) for step in steps]
        for future in concurrent.futures.as_completed(running):
            step, passed, seconds, output = future.result()
            results.append((step.name, passed, seconds))
            print(f"{'ok    ' if passed else 'FAILED'} {step.name} ({seconds:.0f} s)", flush=True)
            if not passed:
                print(output, flush=True)
    for step in test_steps() if what == "all" else []:
        print(f"\n--- {step.name}", flush=True)
        _, passed, seconds, _ = run(step, show=True)
        results.append((step.name, passed, seconds))
    print()
    for name, passed, seconds in results:
        print(f"{'ok    ' if passed else 'FAILED'} {name} ({seconds:.0f} s)")
    for words in missing.left_out().values() if what == "all" else []:
        print(words)
    failed = [name for name, passed, _ in results if not passed]
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
