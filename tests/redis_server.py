"""A Redis of the tests' own, where the machine has the program (Debian's `redis-server`)."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import redis

LEFT_OUT = "!!! TESTS ON REDIS WERE LEFT OUT: no redis-server here. Install it (apt-get install redis-server) !!!"


def program() -> str | None:
    """The path of the server's program, or None when there is none."""
    return shutil.which("redis-server")


class Server:
    """It keeps nothing: once stopped, what it held is gone. `url` is what REDIS_URL takes, the same after a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.client = redis.Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = {"port": str(self._port), "bind": "127.0.0.1", "save": "", "logfile": "redis.log"}
        command = [program() or "", *(word for name, value in options.items() for word in (f"--{name}", value))]
        self._process = subprocess.Popen(command, cwd=self._folder)
        for _ in range(100):
            try:
                self.client.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self._folder / "redis.log").read_text())

    def stop(self) -> None:
        """As when its machine loses power."""
        self._process.kill()
        self._process.wait()
