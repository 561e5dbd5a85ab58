"""The site as production starts it (`ops/start`), on PostgreSQL, and what its processes weigh."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from prove.evidence import ROOT
from tests.ports import free_port
from tests.stores import a_keyring

EVERY = 10.0
"""Seconds between two looks at what the processes weigh."""
COOKIE = "__Host-careplan"
BASE_URL = "https://plan.example.org"


@dataclass(frozen=True, slots=True)
class Site:
    """`log`: all that the server said."""

    port: int
    process: int
    log: Path

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process}/task/{self.process}/children")
        return [int(one) for one in path.read_text("utf-8").split()]

    def ready(self) -> bool:
        door = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            door.request("GET", "/readyz")
            return door.getresponse().status == 200
        except OSError:
            return False
        finally:
            door.close()


def settings(database_url: str, **more: str) -> dict[str, str]:
    keys = a_keyring()
    master = b64encode(keys.masters[keys.current]).decode()
    return {
        "CAREPLAN_ENV": "production",
        "DATABASE_URL": database_url,
        "BASE_URL": BASE_URL,
        "MASTER_KEYS": f"{keys.current}:{master}",
        "MASTER_KEY_CURRENT": keys.current,
        "PEPPER": b64encode(keys.pepper).decode(),
        "BREAK_GLASS": "1",
        **more,
    }


@contextmanager
def serving(
    environment: Mapping[str, str], folder: Path, *, name: str = "server"
) -> Iterator[Site]:
    """Ends only what it began."""
    port, log = free_port(), folder / f"{name}.log"
    more = {
        "BIND": f"127.0.0.1:{port}",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / f"{name}-figures"),
    }
    with log.open("wb") as said:
        server = subprocess.Popen(
            [str(ROOT / "ops" / "start")],
            cwd=ROOT,
            env={**os.environ, **environment, **more},
            stdout=said,
            stderr=said,
        )
        try:
            site = Site(port, server.pid, log)
            until("the server answers", lambda: server.poll() is not None or site.ready(), 120)
            if server.poll() is not None:
                raise ChildProcessError(log.read_text("utf-8", "replace")[-600:])
            yield site
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def until(what: str, true: Callable[[], bool], seconds: float) -> float:
    """How long it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.1)
    return time.monotonic() - began


# --- what they weigh ------------------------------------------------------------------------------


@dataclass
class Scales:
    """What each worker weighed, in kilobytes, each time with how many requests had been answered
    by then."""

    site: Site
    answered: Callable[[], int]
    seen: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def weigh(self) -> None:
        for worker in self.site.workers():
            weight = _resident(worker)
            if weight:
                self.seen.setdefault(worker, []).append((self.answered(), weight))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        over = threading.Event()

        def again() -> None:
            while not over.wait(EVERY):
                self.weigh()

        thread = threading.Thread(target=again, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status")
    try:
        lines = status.read_text("utf-8").splitlines()
    except OSError:
        return 0
    line = next((one for one in lines if one.startswith("VmRSS")), "VmRSS: 0")
    return int(line.split()[1])


def growth(seen: list[tuple[int, int]]) -> float:
    """Of one worker: its growth over a hundred thousand requests, as a share of its weight, on the
    line that fits the last three quarters best. Before that caches fill and the press warms up."""
    begins = seen[-1][0] / 4
    kept = [(x, y) for x, y in seen if x >= begins]
    if len(kept) < 2 or kept[0][0] == kept[-1][0]:
        return 0.0
    middle_x, middle_y = (sum(one[axis] for one in kept) / len(kept) for axis in (0, 1))
    above = sum((x - middle_x) * (y - middle_y) for x, y in kept)
    slope = above / sum((x - middle_x) ** 2 for x, y in kept)
    return slope * 100_000 / middle_y
