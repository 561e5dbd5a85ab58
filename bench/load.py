"""Asks a server as fast as it answers, over a few connections that stay open."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median

CONNECTIONS = 16


@dataclass
class Answered:
    """How long every answer took, and how many were not 200."""

    times: list[float] = field(default_factory=list)
    refused: int = 0
    lasted: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.lasted

    @property
    def median(self) -> float:
        return median(self.times)

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.99)]


@dataclass
class _Asker:
    door: socket.socket
    sent: float = 0.0
    got: bytes = b""

    def ask(self, request: bytes) -> None:
        self.got, self.sent = b"", time.perf_counter()
        self.door.sendall(request)

    def read(self) -> bool:
        """Whether the answer is whole."""
        more = self.door.recv(65536)
        if not more:
            raise ConnectionError("the server hung up")
        self.got += more
        head, blank, body = self.got.partition(b"\r\n\r\n")
        if not blank:
            return False
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return len(body) >= int(length)


def drive(
    port: int, requests: Sequence[bytes], *, lasting: float, connections: int = CONNECTIONS
) -> Answered:
    """Whole HTTP/1.1 requests, one after another over each connection, for some seconds."""
    found, wanted = Answered(), cycle(requests)
    with selectors.DefaultSelector() as ready:
        for _ in range(connections):
            asker = _Asker(socket.create_connection(("127.0.0.1", port), timeout=20))
            ready.register(asker.door, selectors.EVENT_READ, asker)
            asker.ask(next(wanted))
        start = time.perf_counter()
        while time.perf_counter() - start < lasting:
            for key, _ in ready.select(timeout=20):
                if key.data.read():
                    found.times.append(time.perf_counter() - key.data.sent)
                    found.refused += b" 200 " not in key.data.got[:16]
                    key.data.ask(next(wanted))
        found.lasted = time.perf_counter() - start
        for key in list(ready.get_map().values()):
            key.data.door.close()
    return found
