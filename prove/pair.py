"""A PostgreSQL primary and its synchronous standby, in folders of their own.

`inside`: what stands before each command, so that the same pair runs on this machine or on two
machines that are network namespaces.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from prove.evidence import ROOT
from tests.ports import free_port

OWNER = "careplan"
_OPTIONS = (
    *("-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "wal_keep_size=256MB"),
    *("-c", "wal_receiver_timeout=5s", "-c", "wal_sender_timeout=5s"),
    *("-c", "wal_retrieve_retry_interval=200ms"),
)
_TRUSTED = "host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    found = subprocess.run(
        [str(ROOT / "bin" / "postgres"), "find"], capture_output=True, text=True, check=False
    )
    return Path(found.stdout.strip()) if found.returncode == 0 else None


@dataclass(slots=True, kw_only=True)
class Server:
    """One database machine. `folder` belongs to the user that PostgreSQL runs as."""

    folder: Path
    bin: Path
    host: str = "127.0.0.1"
    port: int = 0
    inside: Sequence[str] = ()
    durable: bool = True
    _started: bool = field(default=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{OWNER}@{self.host}:{self.port}/postgres"

    def make(self) -> None:
        """An empty database, that a standby may follow."""
        self._folder()
        how = ("-U", OWNER, "-A", "trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.run("initdb", "-D", self.data, *how)
        self.run_plain("sh", "-c", f"printf '{_TRUSTED}' >> {self.data}/pg_hba.conf")

    def follow(self, primary: Server) -> None:
        """A copy of it, that goes on following it."""
        self._folder()
        come_from = ("-h", primary.host, "-p", str(primary.port), "-U", OWNER)
        self.run("pg_basebackup", *come_from, "-D", self.data, "-R", "-X", "stream", "--no-sync")

    def start(self) -> None:
        promises = () if self.durable else ("-c", "fsync=off", "-c", "full_page_writes=off")
        options = (
            *("-p", str(self.port), "-c", f"listen_addresses={self.host}"),
            *("-c", f"unix_socket_directories={self.folder}", *_OPTIONS, *promises),
        )
        log = self.folder / "server.log"
        wait = ("start", "-s", "-w", "-t", "30", "-D", self.data, "-l", log)
        self.run("pg_ctl", *wait, "-o", " ".join(options))
        self._started = True

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-s", "-w", "-D", self.data)

    def say(self, statement: str) -> str:
        said = self.run(
            "psql",
            "-h",
            self.host,
            "-p",
            str(self.port),
            "-U",
            OWNER,
            "-d",
            "postgres",
            "-qAtc",
            statement,
        )
        return said.strip()

    def kill(self) -> None:
        """As when the power goes: nothing is told to anybody and nothing is finished."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        for one in (first, *_children(first)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._started = False

    def stop(self) -> None:
        if self._started:
            with suppress(subprocess.CalledProcessError):
                self.run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", self.data)
        self._started = False

    def run(self, program: str, *arguments: object) -> str:
        return self.run_plain(str(self.bin / program), *map(str, arguments))

    def run_plain(self, *command: str) -> str:
        done = subprocess.run(
            [*self.inside, *as_server(), *command],
            cwd=self.folder,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def _folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if os.getuid() == 0:
            subprocess.run(["chown", _user(), str(self.folder)], check=True)


def pair_of(primary: Server, standby: Server) -> None:
    """Started, and no commit is acknowledged before the standby shows it."""
    primary.make()
    primary.start()
    standby.follow(primary)
    standby.start()
    primary.say("ALTER SYSTEM SET synchronous_commit = remote_apply")
    primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.say("SELECT pg_reload_conf()")
    asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    for _ in range(100):
        if primary.say(asked) == "1":
            return
        time.sleep(0.1)
    raise TimeoutError("the standby did not become synchronous")


def either_of(*servers: Server) -> str:
    """The address of whichever of them takes writes."""
    hosts = "&".join(f"host={one.host}:{one.port}" for one in servers)
    return f"postgresql+psycopg://{OWNER}@/postgres?{hosts}&target_session_attrs=read-write"


@contextmanager
def pair_here(folder: Path) -> Iterator[tuple[Server, Server]]:
    """On this machine, for a test: it keeps no promise to survive the power."""
    found = programs()
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    servers = [
        Server(folder=folder / name, bin=found, port=free_port(), durable=False)
        for name in ("one", "two")
    ]
    try:
        pair_of(*servers)
        yield servers[0], servers[1]
    finally:
        for server in servers:
            server.stop()


def as_server() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root."""
    return ("runuser", "-u", _user(), "--") if os.getuid() == 0 else ()


def _user() -> str:
    known = subprocess.run(["id", "-u", "postgres"], capture_output=True, check=False)
    return "postgres" if known.returncode == 0 else "nobody"


def _children(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(one) for one in path.read_text().split()] if path.exists() else []
