"""Makes `.venv` from a lock file, and does nothing when that was done already: `environment.py run|dev`.

Standard library only, since it runs before anything is installed. What it installs is complete or is not trusted: a
mark stands in `.venv` for as long as pip works, and where that mark is found the environment is made anew.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "installed.json"  # which locks are in, by the hash of their text
UNFINISHED = ENVIRONMENT / "unfinished"  # there while pip works
REPORT = ENVIRONMENT / "setup.log"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# Published as source only, so that it must be built; its tool is taken from the lock too, with its hash.
BUILD_TOOLS = ("setuptools",)

DISK_FULL = "The disk is full: free about 1 GB, then run this again."
ALTERED = (
    "A downloaded file is not the one this project was tested with, and was refused. "
    "Run this again; if it happens twice, the package index or a proxy alters files."
)
UNREACHABLE = "A download failed: check that this machine reaches a Python package index, then run this again."
NOT_WRITABLE = "Files cannot be written here: check the rights on this folder."
# What pip's report says, and what it means. The first that is found is told.
REASONS = {
    r"No space left on device|Errno 28\b": DISK_FULL,
    r"DO NOT MATCH THE HASHES": ALTERED,
    r"(?i)permission denied|read-only file system": NOT_WRITABLE,
    r"(?i)connection|timed? ?out|resolve|unreachable|proxy|\bssl|no matching distribution|HTTP error": UNREACHABLE,
}


class Stop(Exception):
    """Setup cannot go on; its text is the one sentence to show."""


def lock_hash(kind: str) -> str:
    """The hash of a lock file's text."""
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """The stamp of a complete environment whose Python still runs; empty when there is none."""
    if UNFINISHED.exists() or not STAMP.exists():
        return {}
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
        works = subprocess.run([PYTHON, "-c", "import django, sys; print(sys.version_info[:2])"], capture_output=True)
    except (OSError, ValueError):
        return {}
    return stamp if works.returncode == 0 else {}


def is_complete(kind: str) -> bool:
    """Whether this lock, or the larger one that contains it, is in as it is now."""
    stamp = installed()
    if stamp.get("run") != lock_hash("run"):
        return False
    return kind == "run" or stamp.get("dev") == lock_hash("dev")


def make(kind: str) -> None:
    """Makes the environment, or brings it to the lock. Raises Stop with the sentence to show."""
    if UNFINISHED.exists() or not PYTHON.exists() or not runs(PYTHON):
        remove()
        ENVIRONMENT.mkdir()
        UNFINISHED.touch()
        print("Making .venv with", sys.version.split()[0], flush=True)
        report(
            subprocess.run(
                [sys.executable, "-m", "venv", ENVIRONMENT], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        )
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    text = LOCKS[kind].read_text()
    count = len(re.findall(r"(?m)^[\w.-]+==", text))
    print(f"Installing {count} libraries of {LOCKS[kind].name} (one to three minutes the first time)", flush=True)
    tools = ENVIRONMENT / "build-tools.lock"
    tools.write_text("".join(re.findall(rf"(?m)^(?:{'|'.join(BUILD_TOOLS)})==.*\n(?: .*\n)+", text)))
    for requirements in (tools, LOCKS[kind]):
        pip = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-build-isolation"]
        pip += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--requirement", str(requirements)]
        report(subprocess.run(pip, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    stamp = {"run": lock_hash("run")}
    if kind == "dev":
        stamp["dev"] = lock_hash("dev")
    STAMP.write_text(json.dumps(stamp))
    UNFINISHED.unlink()


def runs(python: Path) -> bool:
    """Whether this interpreter starts, has pip, and is of a version that the lock was made for."""
    probe = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    try:
        return subprocess.run([python, "-c", probe], capture_output=True).returncode == 0
    except OSError:
        return False


def remove() -> None:
    """Removes an environment that cannot be used. A folder that is no environment is not touched."""
    if not ENVIRONMENT.exists():
        return
    if not (UNFINISHED.exists() or (ENVIRONMENT / "pyvenv.cfg").exists()):
        raise Stop(f"{ENVIRONMENT} is in the way and is not a Python environment: move it, then run this again.")
    shutil.rmtree(ENVIRONMENT)


def report(step: "subprocess.CompletedProcess[bytes]") -> None:
    """Raises Stop with the reason when a step failed, and keeps the whole report for whoever wants more."""
    if step.returncode == 0:
        return
    text = step.stdout.decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
    meanings = (meaning for pattern, meaning in REASONS.items() if re.search(pattern, text))
    sentence = next(meanings, f"Installing failed: {lines[-1].strip()}")
    try:
        REPORT.write_text(text)
    except OSError:
        raise Stop(sentence) from None
    raise Stop(f"{sentence} (Details: {REPORT.relative_to(ROOT)})")


def main(kind: str) -> int:
    """Prepares everything; the exit code is 1 when it could not, after one sentence."""
    try:
        with LOCKS[kind].open("rb") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)  # two commands at once wait for one another
            if not is_complete(kind):
                make(kind)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except OSError as error:
        known = {errno.ENOSPC: DISK_FULL, errno.EACCES: NOT_WRITABLE, errno.EROFS: NOT_WRITABLE}
        print(known.get(error.errno or 0, f"Setup failed: {error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: what was begun will be made anew next time.", file=sys.stderr)
        return 130
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "scripts" / "catalogues.py"), "compile"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
