"""What the two commands say when the machine is not as they need it: one sentence, and no traceback."""

import fcntl
import os
import runpy
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path):
    """A folder with what setup needs, and no environment."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for lock in ("requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / lock, tmp_path)
    return tmp_path


def run(*command, cwd, **environment):
    return subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=120)


@pytest.mark.long
def test_a_failed_download_is_one_sentence_and_is_begun_anew(checkout):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    nowhere |= {"PIP_RETRIES": "0", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}

    failed = run(sys.executable, "scripts/environment.py", "run", cwd=checkout, **nowhere)

    assert failed.returncode == 1
    assert failed.stderr.startswith("A download failed: ")
    assert failed.stderr.count("\n") == 1
    assert (checkout / ".venv" / "unfinished").exists()
    assert not (checkout / ".venv" / "installed.json").exists()


def test_a_folder_that_is_no_environment_is_left_alone(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "precious").touch()

    refused = run(sys.executable, "scripts/environment.py", "run", cwd=checkout)

    assert refused.returncode == 1
    assert "is in the way" in refused.stderr
    assert (checkout / ".venv" / "precious").exists()


@pytest.fixture
def other_python(tmp_path):
    """Makes a program called python3 that answers as another version would, or fails as a shim does."""

    def make(script):
        program = tmp_path / "python3"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return {"PATH": f"{tmp_path}:/bin:/usr/bin", "PYTHON": "python3"}

    return make


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ('case "$2" in *platform*) echo 3.9.2;; *) exit 3;; esac', "found Python 3.9.2: install one"),
        ("exit 127", "found none: install one"),
        ('case "$2" in *venv*) exit 1;; *) exit 0;; esac', "lacks its venv, ssl or sqlite3 module"),
    ],
    ids=["too old", "a shim that fails", "without venv"],
)
def test_a_python_that_will_not_do_is_told_in_one_sentence(other_python, script, sentence):
    refused = run("scripts/find-python", cwd=ROOT, **other_python(script))

    assert (refused.returncode, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_the_python_that_runs_these_tests_is_found():
    found = run("scripts/find-python", cwd=ROOT, PYTHON=sys.executable)

    assert found.stdout.strip() == sys.executable


@pytest.mark.parametrize("port", ["0", "70000", "-1", "²"])
def test_a_port_that_is_none_is_one_sentence(port):
    refused = run(sys.executable, "scripts/run.py", cwd=ROOT, PORT=port)

    assert refused.returncode == 1
    assert refused.stderr == f"PORT is a number from 1 to 65535, not {port!r}.\n"


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run(sys.executable, "scripts/run.py", cwd=ROOT, PORT=str(port), VAR_DIR=str(tmp_path))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is taken by another program")
    assert list(tmp_path.iterdir()) == []


def test_a_second_start_from_the_same_folder_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        folder = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)  # as the first start does for as long as it lives
        refused = run(sys.executable, "scripts/run.py", cwd=ROOT, PORT=port, VAR_DIR=str(tmp_path))
        os.close(folder)
        later = run(sys.executable, "scripts/run.py", cwd=ROOT, PORT=port, VAR_DIR=str(tmp_path))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Maillage is already running from this folder ({tmp_path}): stop it first")
    assert refused.stderr.count("\n") == 1
    assert later.stderr.startswith(f"Port {port} is taken")


def test_a_start_keeps_its_folder_to_itself_with_its_children(tmp_path, monkeypatch):
    """Two starts at once on an empty folder; then the first is killed, and its child goes on."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    module = runpy.run_path(str(ROOT / "scripts" / "run.py"))
    held = module["lock"]()
    with pytest.raises(SystemExit, match="already running from this folder"):
        module["lock"]()
    child = module["start"]("sleep", "60", env=dict(os.environ), held=held)
    os.close(held)

    with pytest.raises(SystemExit, match="already running from this folder"):
        module["lock"]()
    child.kill()
    child.wait()
    os.close(module["lock"]())
