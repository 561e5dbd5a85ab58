"""The image, built and run as the compose file runs it: does each of its commands start, is it
ready on a database of its own, and can whoever gets in change nothing?

`CONTAINERS`: the program that builds and runs (podman or docker, whichever is found), and its own
options; `BUILD_WITH`, `RUN_WITH`: what a machine needs besides.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any
from urllib.request import Request, urlopen

import yaml
from sqlalchemy import URL, create_engine, make_url, text

from prove.evidence import ROOT, here_and_now, keep
from prove.gunicorn import BASE_URL, settings, until
from prove.postgres import postgres
from tests.ports import free_port

NAME, TAG, SKIPPED = "image", "localhost/careplan-proof:1", 77
FOLDER = ROOT / "ops" / "docker"
WRITES = ("/srv/careplan/x", "/srv/careplan/.venv/x", "/var/lib/careplan/x", "/etc/x", "/x")
PRESS = "from careplan.render.press import warm; warm(); print('warm')"


@dataclass(frozen=True, slots=True)
class Engine:
    """`held`: how the compose file holds every container of the program."""

    command: tuple[str, ...]
    held: tuple[str, ...]

    def build(self) -> None:
        more = shlex.split(os.environ.get("BUILD_WITH", ""))
        self._done("build", *more, "-f", str(FOLDER / "Dockerfile"), "-t", TAG, str(ROOT))

    def run(self, environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        return self._said("run", "--rm", *self._given(environment), TAG, *words)

    def start(self, name: str, environment: Mapping[str, str]) -> None:
        self._done("run", "--detach", "--name", name, *self._given(environment), TAG)

    def log(self, name: str) -> str:
        said = self._said("logs", name)
        return said.stdout + said.stderr

    def remove(self, name: str) -> None:
        self._said("rm", "--force", name)

    def size(self) -> int:
        return int(json.loads(self._done("image", "inspect", TAG))[0]["Size"])

    def _given(self, environment: Mapping[str, str]) -> list[str]:
        told = [f"--env={name}={value}" for name, value in environment.items()]
        return [*self.held, *shlex.split(os.environ.get("RUN_WITH", "")), "--network=host", *told]

    def _done(self, *words: str) -> str:
        done = self._said(*words)
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {(done.stdout + done.stderr)[-1500:]}")
        return done.stdout

    def _said(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *words], check=False, capture_output=True, text=True, timeout=1800
        )


def prove(asked: list[str]) -> int:
    if asked:
        print(f"bin/prove {NAME} takes nothing more", file=sys.stderr)
        return 2
    command = _program()
    if not command:
        print(f"bin/prove {NAME}: skipped: neither podman nor docker is here.", file=sys.stderr)
        return SKIPPED
    engine = Engine(command, tuple(_held()))
    engine.build()
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        with postgres(place / "postgres") as url:
            found = dict(_tried(engine, make_url(url)))
    wrong = [what for what, (well, _said) in found.items() if not well]
    for what, (well, said) in found.items():
        print(f"  {what}: {'as it should be' if well else 'NOT SO'}: {said}", flush=True)
    write(engine, found)
    print(f"{len(found) - len(wrong)} of {len(found)} as they should be: docs/evidence/{NAME}.md")
    return 1 if wrong else 0


def _program() -> tuple[str, ...]:
    given = shlex.split(os.environ.get("CONTAINERS", ""))
    found = next((one for one in ("podman", "docker") if shutil.which(one)), None)
    return tuple(given) or ((found,) if found else ())


def _held() -> Iterator[str]:
    """What the compose file says of the program, as options."""
    said = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))["x-program"]
    if said["read_only"]:
        yield "--read-only"
    yield from (f"--tmpfs={one}" for one in said["tmpfs"])
    yield from (f"--cap-drop={one}" for one in said["cap_drop"])
    yield from (f"--security-opt={one}" for one in said["security_opt"])
    yield f"--pids-limit={said['pids_limit']}"
    yield f"--memory={said['mem_limit']}"


# --- what is tried --------------------------------------------------------------------------------

Judged = tuple[bool, str]


def _tried(engine: Engine, server: URL) -> Iterator[tuple[str, Judged]]:
    owner, ours = _database(server)
    base = settings(ours, TRUST_PROXY="1", SECURITY_CONTACT="mailto:security@example.org")

    def flask(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return engine.run(base | more, ".venv/bin/flask", "--app", "wsgi", *words)

    def ended(words: subprocess.CompletedProcess[str]) -> Judged:
        lines = (words.stdout + words.stderr).strip().splitlines() or [""]
        return words.returncode == 0, lines[-1]

    yield "migrate, as the owner", ended(flask("migrate", DATABASE_URL=owner, APP_ROLE="image_app"))
    yield "work, once", ended(flask("work"))
    yield "verify-audit", ended(flask("verify-audit"))
    key = b64encode(token_bytes(32)).decode()
    yield "backup", ended(flask("backup", "--out", "/tmp/x.backup", BACKUP_KEY=key))
    yield "the script of the nights", ended(engine.run(base, "sh", "-n", "ops/docker/nightly.sh"))
    yield "the press lays out a page", ended(engine.run(base, ".venv/bin/python", "-c", PRESS))
    yield "who it runs as", _is(engine.run(base, "id", "-u").stdout.strip(), "10001")
    tries = "; ".join(f"touch {one} 2>/dev/null && echo {one}" for one in WRITES)
    yield "what can be changed in it", _is(engine.run(base, "sh", "-c", tries).stdout.strip(), "")
    with _serving(engine, base) as (port, took):
        yield "ready", (took < 60, f"{took:.1f} s after its start")
        yield "an answer of the site", _is(str(_asked(port, "/account/sign-in")), "200")
        yield "an answer of a stylesheet", _is(str(_asked(port, "/static/plan.css")), "200")


def _is(found: str, wanted: str) -> Judged:
    return found == wanted, found or "nothing"


def _database(server: URL) -> tuple[str, str]:
    """The address as the owner of the tables, and as the role that serves."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE ROLE image_app LOGIN"))
        connection.execute(text("CREATE DATABASE image"))
    engine.dispose()
    owner = server.set(drivername="postgresql", database="image")
    both = (owner, owner.set(username="image_app", password=None))
    first, second = (one.render_as_string(hide_password=False) for one in both)
    return first, second


@contextmanager
def _serving(engine: Engine, base: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """Its port, and how long it took until it was ready."""
    name, port = f"careplan-proof-{os.getpid()}", free_port()
    engine.start(name, {**base, "BIND": f"127.0.0.1:{port}"})
    try:
        yield port, until("the container is ready", lambda: _asked(port, "/readyz") == 200, 60)
    except TimeoutError:
        print(engine.log(name)[-2000:], file=sys.stderr)
        raise
    finally:
        engine.remove(name)


def _asked(port: int, path: str) -> int:
    host = BASE_URL.removeprefix("https://")
    said = {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    try:
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=said), timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


def write(engine: Engine, found: Mapping[str, Judged]) -> None:
    about = here_and_now("careplan", "ops", "requirements", "bin/assets")
    rows = "\n".join(
        f"| {what} | {'yes' if well else '**no**'} | {said} |"
        for what, (well, said) in found.items()
    )
    page = (
        "# The image\n\n"
        f"Written by `bin/prove {NAME}`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}. Built from `ops/docker/Dockerfile` by {engine.command[0]} and run "
        f"with what `ops/docker/compose.yaml` says of every container of the program "
        f"({' '.join(engine.held)}), on a PostgreSQL of its own. {engine.size() / 1e6:.0f} MB. "
        f"{os.environ.get('BASES', 'Its base images were fetched by their names.')}\n\n"
        f"| What | As it should be | What was found |\n|---|---|---|\n{rows}\n"
    )
    kept: dict[str, Any] = {what: list(judged) for what, judged in found.items()}
    keep(NAME, {"found": kept, **about}, page)
