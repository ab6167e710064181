"""A small, fast HTTP/1.1 client over kept connections: the measure is the server's, not the client's."""

from __future__ import annotations

import asyncio
import functools
import time
from dataclasses import dataclass

from bench.measuring import percentile
from bench.serving import WebServer


@dataclass(frozen=True)
class Load:
    """What a load found. Rates are answers a second; times are in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu_ms: float  # the server's processor time for one answer


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, times: list[float], until: float, done: asyncio.Future[None]) -> None:
        self.request, self.times, self.until, self.done = request, times, until, done
        self.buffer = b""
        self.left = -1  # bytes of body still to come; -1 while the head is being read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.begun = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.buffer += data
            head, found, body = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self.buffer = b""
            status = head[9:12]
            if status not in (b"200", b"304"):
                self.fail(f"the server answered {status.decode()}")
                return
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.left = length - len(body)
        else:
            self.left -= len(data)
        if self.left <= 0:
            now = time.perf_counter()
            self.times.append(now - self.begun)
            self.left = -1
            if now < self.until:
                self.ask()
            else:
                self.transport.close()
                if not self.done.done():
                    self.done.set_result(None)

    def fail(self, why: str) -> None:
        self.transport.close()
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("the server closed the connection"))


def load(server: WebServer, path: str, *, seconds: float = 3.0, connections: int = 16, headers: str = "") -> Load:
    """Asks for one page over and over for a while, from several kept connections at once."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: fr\r\n{headers}\r\n".encode()
    times: list[float] = []

    async def run() -> float:
        loop = asyncio.get_running_loop()
        begun = time.perf_counter()
        waits = []
        for _number in range(connections):
            done: asyncio.Future[None] = loop.create_future()
            waits.append(done)
            connection = functools.partial(_Connection, request, times, begun + seconds, done)
            await loop.create_connection(connection, "127.0.0.1", server.port)
        await asyncio.gather(*waits)
        return time.perf_counter() - begun

    cpu = server.cpu_seconds()
    elapsed = asyncio.run(run())
    cpu = server.cpu_seconds() - cpu
    milliseconds = [one * 1000 for one in times]
    return Load(
        rate=len(times) / elapsed,
        p50=percentile(milliseconds, 0.5),
        p99=percentile(milliseconds, 0.99),
        cpu_ms=cpu * 1000 / len(times),
    )
