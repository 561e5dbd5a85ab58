"""P10: from `bin/run` to the first answer, what importing costs, and what a worker weighs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from bench.measure import Line
from bench.place import ROOT, folder, free_port, settings_for

TRIES = 3
_HEAVY = ("weasyprint", "fhir.resources", "fhirpathpy", "alembic")


def measure() -> Iterator[Line]:
    with folder() as place:
        environment = settings_for(f"sqlite:///{place}/careplan.sqlite3")
        _from_start_to_answer([str(ROOT / "bin" / "run")], environment, place)  # the first time
        ours = median(
            _from_start_to_answer([str(ROOT / "bin" / "run")], environment, place)
            for _ in range(TRIES)
        )
        floor = median(_from_start_to_answer(_hello(place), {}, place) for _ in range(TRIES))
        yield Line(
            "P10",
            "bin/run the second time, to the first answer",
            f"{ours:.1f} s",
            f"gunicorn and a Flask hello {floor:.1f} s",
            f"{ours / floor:.1f}",
            "≤ 5 s",
            ours <= 5,
        )
        yield from _process(environment, place)


def _process(environment: Mapping[str, str], place: Path) -> Iterator[Line]:
    needed = median(_seconds_of("import wsgi", environment) for _ in range(TRIES))
    bare = median(_seconds_of("import flask", environment) for _ in range(TRIES))
    yield Line(
        "P10",
        "importing the application, interpreter included",
        f"{needed:.2f} s",
        f"flask alone {bare:.2f} s",
        f"{needed / bare:.1f}",
        "≤ 2 s",
        needed <= 2,
    )
    code = f"import wsgi, sys; print(*[m for m in {_HEAVY!r} if m in sys.modules])"
    loaded = _run(code, environment).stdout.strip()
    yield Line(
        "P10",
        f"not imported at start: {', '.join(_HEAVY)}",
        loaded or "none of them",
        "",
        "",
        "none",
        not loaded,
    )
    weight = _resident(environment, place)
    yield Line(
        "P10",
        "resident memory of a worker, press warmed",
        f"{weight:.0f} MB",
        "",
        "",
        "≤ 200 MB",
        weight <= 200,
    )


def _hello(place: Path) -> list[str]:
    program = "from flask import Flask\napp = Flask(__name__)\napp.route('/')(lambda: 'hello')\n"
    (place / "hello.py").write_text(program)
    gunicorn = [sys.executable, "-m", "gunicorn", "hello:app", "--chdir", str(place), "--preload"]
    return [*gunicorn, "--worker-class", "gthread", "--workers", "2", "--threads", "4"]


def _from_start_to_answer(command: list[str], environment: Mapping[str, str], place: Path) -> float:
    port = free_port()
    bind = [] if command[0].endswith("bin/run") else ["--bind", f"127.0.0.1:{port}"]
    start = time.perf_counter()
    server = _started([*command, *bind], {**environment, "PORT": str(port)}, place)
    try:
        _first_answer(port, server)
        return time.perf_counter() - start
    finally:
        _end(server)


def _started(
    command: list[str], environment: Mapping[str, str], place: Path
) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in environment.items() if k != "BASE_URL"}
    with (place / "said").open("wb") as said:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _first_answer(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(6000):
        if server.poll() is not None:
            raise ChildProcessError(f"the server ended with {server.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("no answer")


def _end(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)  # the session this bench began, and nobody else's
    server.wait(timeout=20)


def _seconds_of(code: str, environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    _run(code, environment)
    return time.perf_counter() - start


def _run(code: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )


def _resident(environment: Mapping[str, str], place: Path) -> float:
    """The heaviest process of a running site once its press is warm, in megabytes."""
    port = free_port()
    where = {**environment, "PORT": str(port)}
    server = _started([str(ROOT / "bin" / "run")], where, place)
    try:
        _first_answer(port, server)
        time.sleep(8)
        return max(_megabytes(Path("/proc") / str(pid)) for pid in _children(server.pid))
    finally:
        _end(server)


def _children(parent: int) -> list[int]:
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [parent, *(int(pid) for pid in told.stdout.split())]


def _megabytes(process: Path) -> float:
    status = process / "status"
    if not status.exists():
        return 0.0
    line = next((x for x in status.read_text().splitlines() if x.startswith("VmRSS")), "VmRSS: 0")
    return int(line.split()[1]) / 1024
