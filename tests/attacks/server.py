"""The real server, started as `bin/run` starts it, in processes of its own on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.ports import free_port
from tests.stores import a_keyring

ROOT = Path(__file__).resolve().parents[2]
OURS = ("--config", "python:careplan.web.server")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Running:
    """`log`: all that the server said, on both of its outputs."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """On a connection of its own, so that any of the processes may take it."""
        door = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            door.request(method, path, body, named)
            answer = door.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            door.close()

    def send(self, raw: bytes) -> bytes:
        """Bytes that need not be a request at all."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as door:
            door.sendall(raw)
            door.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: door.recv(65536), b""))


@contextmanager
def running(
    database_url: str, folder: Path, *, workers: int, arguments: Sequence[str] = ()
) -> Iterator[Running]:
    """`arguments`: what else gunicorn is told. Without `OURS` no worker warms the press, which
    would cost each of them a second of work that no guesser waits for."""
    port, log = free_port(), folder / "server.log"
    command = [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", "4"),
        *("--preload", "--no-control-socket", "--log-level", "warning", *arguments),
    ]
    with log.open("wb") as said:
        server = subprocess.Popen(
            command, cwd=ROOT, env=_settings(database_url, port), stdout=said, stderr=said
        )
        try:
            _wait_for(port, server)
            yield Running(port, log)
        finally:
            server.send_signal(signal.SIGINT)  # as Ctrl-C does: nobody is served any more
            server.wait(timeout=120)


def _settings(database_url: str, port: int) -> dict[str, str]:
    """The keys that the tests' own databases are sealed with."""
    keys = a_keyring()
    master = b64encode(keys.masters[keys.current]).decode()
    return {
        **os.environ,
        "CAREPLAN_ENV": "test",
        "DATABASE_URL": database_url,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "MASTER_KEYS": f"{keys.current}:{master}",
        "MASTER_KEY_CURRENT": keys.current,
        "PEPPER": b64encode(keys.pepper).decode(),
    }


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start; its log says why")
