"""Processes that run a function of the tests, to be killed or to race: forked from one that has loaded the product.

Loading it takes seconds, forking a hundredth. The process that forks has opened nothing: neither database nor broker.
"""

import multiprocessing
import multiprocessing.forkserver
import os
from collections.abc import Callable
from typing import Any

LOADED = "tests.loaded"  # what is imported before the first fork
_context = multiprocessing.get_context("forkserver")


def begin(environment: dict[str, str]) -> None:
    """Starts the process that forks, with this environment; once in each worker of the tests."""
    _context.set_forkserver_preload([LOADED])
    before = os.environ.copy()
    os.environ |= environment
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ |= before


class Fork:
    """One process, which runs `function(line, *args, **options)`: what it sends by `line.send` is read from `line`."""

    def __init__(self, function: Callable[..., None], *args: Any, **options: Any) -> None:
        self.line, its_own = _context.Pipe()
        self._process = _context.Process(target=function, args=(its_own, *args), kwargs=options, daemon=True)
        self._process.start()
        its_own.close()
        assert self._process.pid
        self.pid = self._process.pid

    def rest(self) -> list[Any]:
        """All that it still says, until its end."""
        said = []
        try:
            while self.line.poll(60):
                said.append(self.line.recv())
        except EOFError:
            return said
        raise TimeoutError(f"it goes on for a minute and says nothing, after {said}")

    def kill(self) -> None:
        """SIGKILL; it can neither finish nor tidy up."""
        self._process.kill()
        self._process.join()

    @property
    def ended_well(self) -> bool:
        self._process.join(60)
        return self._process.exitcode == 0
