"""The product's own processes, started as the Procfile starts them, on a test's database, mail server and folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from honcho.environ import parse_procfile
from kombu import Connection

from tests.conftest import ROOT

PROCESSES = parse_procfile((ROOT / "Procfile").read_text()).processes


class Process:
    """One line of the Procfile at work. What it says is kept in `log`."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._shell = subprocess.Popen(
                PROCESSES[name],
                shell=True,  # as honcho does
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._shell.poll() is None

    def kill(self) -> None:
        """SIGKILL, to all that belongs to it: it can neither finish nor tidy up."""
        if self.is_alive:
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()

    def stop(self) -> None:
        """Asks it to end, and waits until it has."""
        self._shell.terminate()
        try:
            self._shell.wait(20)
        finally:
            self.kill()


class Installation:
    """`environment` is what an operator would set, and nothing of the tests' own settings."""

    def __init__(self, database_url: str, folder: Path, mail_port: int, **more: str) -> None:
        self.folder = folder
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "SECRET_KEY": "tests-only-" + "0" * 50,
            "SITE_URL": "http://127.0.0.1",
            "SECURE_SSL_REDIRECT": "0",
            "LOG_LEVEL": "WARNING",
        } | more
        self._started: list[Process] = []

    def start(self, name: str, **more: str) -> Process:
        """Starts web, worker or beat."""
        process = Process(name, self.environment | more, self.folder / f"{name}.log")
        self._started.append(process)
        return process

    def wake(self, countdown: float = 0) -> None:
        """Tells the worker to look at the outbox, as beat does every few seconds and the product for each message."""
        from mail.tasks import deliver

        queue, control = (self.folder / "broker" / name for name in ("queue", "control"))
        for folder in (queue, control):  # nobody may have started yet
            folder.mkdir(parents=True, exist_ok=True)
        options: Any = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": control}
        with Connection(
            self.environment.get("REDIS_URL", "filesystem://localhost"), transport_options=options
        ) as broker:
            deliver.apply_async(connection=broker, countdown=countdown, expires=60)

    def said(self, name: str) -> str:
        """What the processes of this name have said so far."""
        return (self.folder / f"{name}.log").read_text()

    def end(self) -> None:
        """Leaves nothing running."""
        for process in self._started:
            process.kill()
