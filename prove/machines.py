"""Machines that are network namespaces: each has an address, and a cable that can be pulled.

They are the campaign's own, and are gone with its last process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

NEEDED = ("ip", "nsenter", "unshare", "nginx")
_SWITCH, _NET = "switch", "10.77.0"
INSIDE = "CAREPLAN_NODES_INSIDE"
"""Set by ops/nodes/run once it has a network of its own, so that no other one is ever touched."""


def missing() -> str | None:
    """Why no machines can be made here, as a sentence."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if absent:
        return f"{', '.join(absent)} must be installed first."
    if os.environ.get(INSIDE) != "1":
        return "start it with ops/nodes/run, which gives it a network of its own."
    return None


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    address: str
    _pid: int

    @property
    def inside(self) -> tuple[str, ...]:
        """What stands before a command that runs there."""
        return ("nsenter", "-t", str(self._pid), "-n", "--")

    def start(
        self, *command: str, env: Mapping[str, str], cwd: Path, log: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.inside, *command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # so that all of it can be killed at once
        )

    def pull_cable(self) -> None:
        """Nothing arrives any more, and nobody is told: as when a machine loses its power."""
        _do("ip", "link", "set", f"to-{self.name}", "down")

    def plug_in(self) -> None:
        _do("ip", "link", "set", f"to-{self.name}", "up")


@contextmanager
def machines(names: Sequence[str]) -> Iterator[dict[str, Machine]]:
    _do("ip", "link", "set", "lo", "up")
    _do("ip", "link", "add", _SWITCH, "type", "bridge")
    _do("ip", "addr", "add", f"{_NET}.1/24", "dev", _SWITCH)
    _do("ip", "link", "set", _SWITCH, "up")
    holders: list[subprocess.Popen[bytes]] = []
    try:
        made = {}
        for number, name in enumerate(names, start=10):
            holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
            holders.append(holder)
            made[name] = _wired(name, f"{_NET}.{number}", holder.pid)
        yield made
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
        _do("ip", "link", "del", _SWITCH)


def _wired(name: str, address: str, pid: int) -> Machine:
    _wait_for_its_own(pid)
    cable = f"to-{name}"
    _do("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
    _do("ip", "link", "set", cable, "master", _SWITCH, "up")
    machine = Machine(name, address, pid)
    for command in (
        ("ip", "link", "set", "lo", "up"),
        ("ip", "addr", "add", f"{address}/24", "dev", "eth0"),
        ("ip", "link", "set", "eth0", "up"),
    ):
        _do(*machine.inside, *command)
    return machine


def _wait_for_its_own(pid: int) -> None:
    ours = Path("/proc/self/ns/net").readlink()
    for _ in range(200):
        if Path(f"/proc/{pid}/ns/net").readlink() != ours:
            return
        time.sleep(0.01)
    raise TimeoutError("no network namespace could be made")


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
