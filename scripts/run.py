"""`make run`: prepares, then keeps web server, worker and beat running until Ctrl-C, and leaves none of them behind.

Standard library only. Each child has a session of its own, so that Ctrl-C reaches this process alone, which then stops
them in order.
"""

import fcntl
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import failures

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / (os.environ.get("VAR_DIR") or "var")
SECONDS_TO_STOP = 20
# honcho kills what has not ended after 5 seconds; a worker is given time to finish the message that it is sending.
HONCHO = "import honcho.manager as m, honcho.command as c; m.KILL_WAIT = 15; c.main()"
PARENT = os.getppid()


class Interrupted(BaseException):
    """Somebody asked to stop; `code` is what a shell expects then."""

    def __init__(self, code: int) -> None:
        self.code = code


def interrupt(number: int, _: FrameType | None) -> None:
    """Signal handler: the first signal stops, the following ones are not to disturb the stopping."""
    for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)
    raise Interrupted(128 + number)


def environment(port: int) -> dict[str, str]:
    """What the product is started with. Whatever the caller has set in the environment wins."""
    ours = {
        "DEMO": "1",
        "DEBUG": "0",
        "SITE_URL": f"http://localhost:{port}",
        "SECURE_SSL_REDIRECT": "0",  # plain HTTP, on this machine only
        "SECURE_HSTS_SECONDS": "0",
        "SECRET_KEY": secret_key(VAR / "secret-key"),
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return ours | os.environ | {"VAR_DIR": str(VAR), "PORT": str(port), "PATH": path, "PYTHONUNBUFFERED": "1"}


def secret_key(file: Path) -> str:
    """This installation's key, made at the first start, readable by its owner only."""
    if not file.exists() or not file.read_text().strip():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text().strip()


def lock() -> int:
    """Keeps VAR_DIR to this start; exits with one sentence when another has it. Returns what keeps it.

    The system lets go of it when the last process that holds it is gone, however it went. It is the folder itself that
    is locked: there is no file to be left behind, or to be refused by a disk that cannot be written.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    held = os.open(VAR, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(
            f"Maillage is already running from this folder ({VAR}): stop it first, or give this one a folder and a "
            "port of its own (make run VAR_DIR=/another/folder PORT=8001)."
        )
    except OSError:
        pass  # some network folders know no locks
    return held


def port_number() -> int:
    """The port asked for, when it is one; exits with one sentence otherwise."""
    text = os.environ.get("PORT") or "8000"
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        sys.exit(f"PORT is a number from 1 to 65535, not {text!r}.")
    return int(text)


def probe(port: int) -> None:
    """Exits with one sentence when this port cannot be had."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"Port {port} is kept for the administrator of this machine: choose another (make run PORT=8001).")
        except OSError:
            sys.exit(f"Port {port} is taken by another program: choose another (make run PORT={port % 65535 + 1}).")


def start(*command: str, env: dict[str, str], held: int) -> "subprocess.Popen[bytes]":
    """Starts a child in a session of its own. It shares the lock, since it may outlive this process."""
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=[held]
    )


def stop(child: "subprocess.Popen[bytes]") -> None:
    """Asks a child to end, and ends its whole session if it does not."""
    child.terminate()
    try:
        child.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def catches_interrupts(process: int) -> bool:
    """Whether it is a `make` that handles SIGINT, as far as can be seen (Linux only). One started in the background
    by a script does not: it ignores SIGINT from the beginning.
    """
    try:
        name = Path(f"/proc/{process}/comm").read_text().strip()
        caught = re.search(r"(?m)^SigCgt:\s*(\w+)", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return False
    return name in ("make", "gmake") and caught is not None and bool(int(caught[1], 16) & 1 << (signal.SIGINT - 1))


def is_abandoned() -> bool:
    """Whether nobody waits for this process any more: `make` was killed, or interrupted on its own.

    An interrupted `make` passes SIGTERM on but not SIGINT, which it expects the terminal to have sent to all; it then
    waits, no longer catching SIGINT. That is visible on Linux; elsewhere Ctrl-C and SIGTERM do what is needed.
    """
    return os.getppid() != PARENT or (PARENT_CATCHES and not catches_interrupts(PARENT))


PARENT_CATCHES = catches_interrupts(PARENT)


def answers(url: str) -> bool:
    """Whether the server gives an answer, be it an error."""
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def welcome(url: str, env: dict[str, str]) -> None:
    """Says what to do now: the address, the demonstration's accounts if there are any, and where mail is read."""
    print(f"\nMaillage answers at {url}", flush=True)
    if env["DEMO"] not in ("0", ""):
        # Asked for only now, since the second factor's codes that it shows change every half minute.
        subprocess.run([sys.executable, "manage.py", "demo", "--accounts"], cwd=ROOT, env=env, timeout=60)
        print(f"Mail that it sends: {url}mailbox/", flush=True)
    print("Ctrl-C stops it.\n", flush=True)


def wait(child: "subprocess.Popen[bytes]", url: str = "", env: dict[str, str] | None = None) -> int:
    """Waits for a child's end and returns its code; welcomes once `url` answers. Raises Interrupted."""
    said = env is None
    while child.poll() is None:
        if is_abandoned():
            interrupt(signal.SIGTERM, None)
        if not said and env and answers(url):
            said = True
            welcome(url, env)
        time.sleep(0.3)
    return child.returncode


def main() -> int:
    """Returns 0 after an orderly stop asked for by Ctrl-C, or the code of what failed."""
    port = port_number()
    held = lock()
    probe(port)
    env = environment(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    child = start(sys.executable, "scripts/prepare.py", env=env, held=held)
    try:
        if code := wait(child):
            return code
        child = start(sys.executable, "-c", HONCHO, "start", "--port", str(port), env=env, held=held)
        return wait(child, f"http://localhost:{port}/", env)
    except Interrupted as interrupted:
        stop(child)
        print("Stopped.", flush=True)
        return interrupted.code
    finally:
        if child.poll() is None:
            stop(child)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        if said := failures.sentence(error, VAR / "maillage.sqlite3"):
            sys.exit(said)
        raise
