"""Two hundred who send one byte a second and read as slowly: does anybody else wait for them?

First straight at the application server, which is not made for it; then behind the proxies of
`ops/`, which are.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from prove.evidence import ROOT
from prove.gunicorn import until
from tests.load.lines import Browser, Line
from tests.load.tally import Tally
from tests.load.town import Town
from tests.ports import free_port

SLOW, FROM = 200, ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
"""How many, and from where: one address alone the proxy does not let hold so many lines."""
OPENERS, A_SECOND = 8, 4.0
"""People who open links meanwhile, and how often each does; every one from an address of theirs."""
LASTING, PAIRS = 10.0, 3
IMPATIENT = 8.0
"""Seconds after which somebody who opens a link straight at the application server gives up."""
MOST = 2.0
"""Times as long as without them, 95 in a hundred openings may take."""
LARGE = "/static/vendor/zxing/reader/zxing_reader.wasm"
HEADERS, BODY, READING = "headers", "body", "reading"


# --- the slow ones --------------------------------------------------------------------------------


@dataclass
class Slow:
    """One of them. Cut off, it comes again."""

    kind: str
    source: str
    port: int
    tls: ssl.SSLContext | None
    door: socket.socket | None = None
    waiting: bytes = b""

    def step(self) -> bool:
        """One byte more, one way or the other. False: it was cut off."""
        try:
            if self.door is None:
                self._come()
            elif self.kind == READING:
                self.door.settimeout(0.0)
                with suppress(BlockingIOError, ssl.SSLWantReadError):
                    return self.door.recv(1) != b""
            elif self.waiting:
                self.door.sendall(self.waiting[:1])
                self.waiting = self.waiting[1:]
            else:
                self.close()
        except OSError:
            self.close()
            return False
        return True

    def close(self) -> None:
        if self.door is not None:
            with suppress(OSError):
                self.door.close()
        self.door = None

    def _come(self) -> None:
        plain = socket.socket()
        if self.kind == READING:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.settimeout(5.0)
        plain.bind((self.source, 0))
        plain.connect(("127.0.0.1", self.port))
        self.door = (
            plain
            if self.tls is None
            else self.tls.wrap_socket(plain, server_hostname="plan.example.org")
        )
        at_once, self.waiting = _says(self.kind)
        self.door.sendall(at_once)


def _says(kind: str) -> tuple[bytes, bytes]:
    """What is sent at once, and what comes one byte a second."""
    if kind == READING:
        return f"GET {LARGE} HTTP/1.1\r\nHost: plan.example.org\r\n\r\n".encode(), b""
    address = "/m/" + "A" * 43
    head = f"POST {address} HTTP/1.1\r\nHost: plan.example.org\r\n".encode()
    kind_of = b"Content-Type: application/json\r\nContent-Length: 16000\r\n\r\n"
    if kind == HEADERS:
        return b"P", head[1:] + kind_of
    # Most of it at once: what a proxy hands on in pieces, it begins to hand on.
    return head + kind_of + b'{"recipient": "' + b"A" * 12_000, b"A" * 900


@dataclass
class Beside:
    """What became of the slow ones: how often they were cut off, and how many held a line."""

    cut: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)


@contextmanager
def slow_ones(port: int, tls: ssl.SSLContext | None, many: int = SLOW) -> Iterator[Beside]:
    """There all the while."""
    kinds = (HEADERS, BODY, READING)
    all_of_them = [
        Slow(kinds[number % 3], FROM[number % len(FROM)], port, tls) for number in range(many)
    ]
    over, met = threading.Event(), Beside()

    def go_on(mine: Sequence[Slow]) -> None:
        while not over.is_set():
            began = time.monotonic()
            for one in mine:
                met.cut[one.kind] += not one.step()
            over.wait(max(0.0, 1.0 - (time.monotonic() - began)))
        for one in mine:
            one.close()

    threads = [
        threading.Thread(target=go_on, args=(all_of_them[part::8],), daemon=True)
        for part in range(8)
    ]
    for thread in threads:
        thread.start()
    time.sleep(4.0)  # until most of them hold a line
    try:
        yield met
        met.held.update(one.kind for one in all_of_them if one.door is not None)
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


# --- the others -----------------------------------------------------------------------------------


def openings(town: Town, port: int, tls: ssl.SSLContext | None, *, patience: float = 60.0) -> Tally:
    """Links opened at an even pace for some seconds."""
    tally, ends = Tally(), time.monotonic() + LASTING
    asks = Browser(headers={"Host": "plan.example.org"})

    def opens(number: int) -> None:
        source = f"127.0.1.{number + 1}"
        with Line("127.0.0.1", port, source=source, tls=tls, patience=patience) as line:
            while time.monotonic() < ends:
                door = town.people[number % len(town.people)].card
                answer = line.post_json(asks, f"/m/{door.token}", {"recipient": "Ward 9"})
                # A proxy may answer 200 by itself, to a host it does not know.
                status = answer.status if b'"files"' in answer.body else 0
                tally.add("opening", status, answer.came)
                time.sleep(max(0.0, 1 / A_SECOND - answer.came))

    threads = [threading.Thread(target=opens, args=(one,), daemon=True) for one in range(OPENERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


@dataclass
class Met:
    """Openings without and with the slow ones, one after the other and again."""

    without: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    opened: int = 0
    not_opened: int = 0
    cut: Counter[str] = field(default_factory=Counter)
    held: list[int] = field(default_factory=list)
    """How many of the slow ones had a line when the others had done."""

    @property
    def ratio(self) -> float:
        """Of the times within which 95 in a hundred came: of each pair, and the middle one."""
        pairs = zip(self.beside, self.without, strict=True)
        return median(slow / usual for slow, usual in pairs)

    def as_facts(self) -> dict[str, Any]:
        return {
            "without_ms": [round(one * 1000) for one in self.without],
            "beside_ms": [round(one * 1000) for one in self.beside],
            "ratio": round(self.ratio, 2),
            "opened": self.opened,
            "not_opened": self.not_opened,
            "cut": dict(self.cut),
            "held": self.held,
        }


def meet(town: Town, port: int, tls: ssl.SSLContext | None, *, patience: float = 60.0) -> Met:
    met = Met()
    openings(town, port, tls)
    for _ in range(PAIRS):
        met.without.append(openings(town, port, tls).times["opening"].within(0.95))
        with slow_ones(port, tls) as slow:
            beside = openings(town, port, tls, patience=patience)
        met.beside.append(beside.times["opening"].within(0.95))
        met.opened += beside.answered(200, 300)
        met.not_opened += beside.many - beside.answered(200, 300)
        met.cut.update(slow.cut)
        met.held.append(slow.held.total())
        time.sleep(2.0)
    return met


# --- proxies --------------------------------------------------------------------------------------

Proxy = Callable[[Path, int], Any]


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The sample of ops/nginx as it is, but for its ports, its host's files and its log."""
    folder.mkdir()
    port, tls = free_port(), a_certificate(folder)
    text = (ROOT / "ops" / "nginx" / "careplan.conf").read_text("utf-8")
    for ours, here in (
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/etc/ssl/careplan", str(folder)),
        ("/var/log/nginx", str(folder)),
    ):
        if ours not in text:
            raise LookupError(f"ops/nginx no longer says {ours}")
        text = text.replace(ours, here)
    lines = [one for one in text.splitlines() if "listen [::]" not in one]
    kept = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    whole = folder / "nginx.conf"
    whole.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nworker_processes auto;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n{kept}" + "\n".join(lines) + "\n}\n",
        "utf-8",
    )
    command = ("nginx", "-p", str(folder), "-c", str(whole), "-e", str(folder / "error.log"))
    with _going_on(command, port):
        yield port, tls


@contextmanager
def caddy(folder: Path, behind: int) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The sample of ops/caddy, with a certificate of this run's own in place of a public one."""
    folder.mkdir()
    port, tls = free_port(), a_certificate(folder)
    text = (ROOT / "ops" / "caddy" / "Caddyfile").read_text("utf-8")
    options, site = text.split("{$SITE:plan.example.org} {", 1)
    options = options.replace("{\n", "{\n\tadmin off\n\tauto_https off\n", 1)
    own = f"\n\ttls {folder}/fullchain.pem {folder}/key.pem\n\tbind 127.0.0.1\n"
    whole = folder / "Caddyfile"
    whole.write_text(f"{options}https://plan.example.org:{port} {{{own}{site}", "utf-8")
    command = ("caddy", "run", "--adapter", "caddyfile", "--config", str(whole))
    more = {"UPSTREAM": f"127.0.0.1:{behind}", "XDG_DATA_HOME": str(folder), "HOME": str(folder)}
    with _going_on(command, port, more):
        yield port, tls


PROXIES = {"nginx": nginx, "caddy": caddy}


def proxies() -> list[str]:
    """Those that are installed here, and new enough for the sample."""
    return [one for one in PROXIES if shutil.which(one) and (one != "caddy" or _knows_ours())]


def _knows_ours() -> bool:
    sample = str(ROOT / "ops" / "caddy" / "Caddyfile")
    command = ("caddy", "adapt", "--adapter", "caddyfile", "--config", sample)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _going_on(
    command: Sequence[str], port: int, more: dict[str, str] | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env=os.environ | (more or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until("the proxy listens", lambda: process.poll() is not None or _listens(port), 20)
        if process.poll() is not None:
            raise ChildProcessError(f"{command[0]} ended with {process.returncode}")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def a_certificate(folder: Path) -> ssl.SSLContext:
    """Made for this run; what is asked over it trusts it and nothing else."""
    key, certificate = folder / "key.pem", folder / "fullchain.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    subprocess.run(
        [
            *("openssl", *made, "-subj", "/CN=plan.example.org", "-days", "2"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:plan.example.org"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return ssl.create_default_context(cafile=str(certificate))
