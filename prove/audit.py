"""A trail of a million events, read from end to end on both databases by the commands themselves:
how much memory the process takes at the most, beside what it takes for ten thousand."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from careplan.acts import heads_file, witnessing
from careplan.audit import chain, heads
from careplan.keys.keyring import Keyring
from careplan.store import chains
from careplan.store.db import Store
from careplan.store.migrate import migrate
from prove.evidence import ROOT, digest_of, here_and_now, keep, kept
from prove.postgres import postgres
from tests.stores import a_keyring, a_patient, seeded
from tests.trail.filling import fill

NAME = "audit"
SEED = "audit 1"
DATABASES = ("SQLite", "PostgreSQL")
FEW, MANY = 10_000, 1_000_000
PEOPLE = 2_000
LONGEST = 0.4
"""Of all events, in one chain; the rest is spread evenly over the others."""
MOST_MORE = 1.1
COMMANDS = {
    "walk all": ("verify-audit",),
    "carry the heads away": ("export-audit-heads", "--out", "{new}"),
    "walk all against heads": ("verify-audit", "--against", "{heads}"),
    "walk what is new": ("verify-audit", "--since", "{heads}"),
}
_DECIDES = (
    *(chain, heads, chains, heads_file),
    *(witnessing.export_heads, witnessing.compare),
)
"""What must be measured anew when it changes."""


def covers() -> str:
    return digest_of(_DECIDES)


def prove(asked: list[str]) -> int:
    """A database that was measured and whose code has not changed since is not measured again."""
    if asked not in ([], ["--all"]):
        print(f"bin/prove {NAME} takes nothing more than --all", file=sys.stderr)
        return 2
    before = {} if asked else kept(NAME)
    found = dict(before.get("found", {})) if before.get("covers") == covers() else {}
    for name in DATABASES:
        if name in found:
            continue
        with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
            place = Path(made)
            place.chmod(0o711)  # PostgreSQL's own user goes through it
            found[name] = _measured(name, place)
        write(found)
    grown = [
        f"{name}: {what}"
        for name, said in found.items()
        for what, ratio in ratios(said).items()
        if ratio > MOST_MORE
    ]
    print(f"grown with the trail: {', '.join(grown) or 'nothing'}: docs/evidence/{NAME}.md")
    return 1 if grown else 0


def _measured(name: str, place: Path) -> dict[str, Any]:
    if name == "SQLite":
        return _of(f"sqlite:///{place}/careplan.db", place)
    with postgres(place / "postgres") as url:
        return _of(url, place)


def _of(url: str, place: Path) -> dict[str, Any]:
    migrate(url)
    store = Store(url, a_keyring(), entropy=seeded(SEED))
    said: dict[str, Any] = {}
    with store.begin() as tx:
        people = [a_patient(tx) for _ in range(PEOPLE)]
    there = 0
    for size in (FEW, MANY):
        began = perf_counter()
        for patient_id, more in _shares(people, size - there):
            fill(store, patient_id, more)
        took = perf_counter() - began
        print(f"  {size:,} events: filled in {took:.0f} s", flush=True)
        said[str(size)] = dict(_asked(url, place, size))
        there = size
    store.close()
    return said


def _shares(people: list[Any], events: int) -> Iterator[tuple[Any, int]]:
    longest = int(events * LONGEST)
    yield people[0], longest
    each, rest = divmod(events - longest, len(people) - 1)
    for number, one in enumerate(people[1:]):
        yield one, each + (number < rest)


def _asked(url: str, place: Path, size: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Every command in a process of its own. The heads are those of the smaller trail, so that
    there is something new."""
    carried, fresh = place / "heads", place / f"heads-of-{size}"
    if not carried.exists():
        _run(url, ("export-audit-heads", "--out", str(carried)))
    for what, words in COMMANDS.items():
        command = tuple(one.format(new=fresh, heads=carried) for one in words)
        seconds, megabytes, told = _run(url, command)
        print(f"  {what}: {seconds:.1f} s, {megabytes:.1f} MB: {told}", flush=True)
        yield what, {"seconds": round(seconds, 1), "megabytes": round(megabytes, 1)}


def _run(url: str, command: tuple[str, ...]) -> tuple[float, float, str]:
    """Seconds, megabytes at the most, and what it said last. Raises when it is not content."""
    flask = (str(ROOT / ".venv" / "bin" / "flask"), "--app", "wsgi", *command)
    began = perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(flask, cwd=ROOT, env=_settings(url), stdout=out, stderr=out)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = perf_counter() - began
        out.seek(0)
        told = out.read().decode().strip().splitlines() or [""]
    if process.returncode != 0:
        raise AssertionError(f"{command[0]}: {told}")
    return took, used.ru_maxrss / 1024, told[-1]


def _settings(url: str) -> dict[str, str]:
    keyring: Keyring = a_keyring()
    masters = [f"{one}:{_text(secret)}" for one, secret in keyring.masters.items()]
    ours = {
        "CAREPLAN_ENV": "test",
        "DATABASE_URL": url,
        "MASTER_KEYS": ",".join(masters),
        "MASTER_KEY_CURRENT": keyring.current,
        "PEPPER": _text(keyring.pepper),
        "BASE_URL": "http://127.0.0.1:8000",
    }
    return {one: os.environ[one] for one in ("PATH", "HOME") if one in os.environ} | ours


def _text(secret: bytes) -> str:
    return b64encode(secret).decode()


def ratios(said: dict[str, Any]) -> dict[str, float]:
    few, many = said[str(FEW)], said[str(MANY)]
    return {what: many[what]["megabytes"] / few[what]["megabytes"] for what in COMMANDS}


def write(found: dict[str, Any]) -> None:
    about = here_and_now("careplan/store/chains.py", "careplan/acts/witnessing.py")
    rows = "\n".join(
        f"| {name} | {what} | {said[str(FEW)][what]['megabytes']} | "
        f"{said[str(MANY)][what]['megabytes']} | {ratios(said)[what]:.2f} | "
        f"{said[str(MANY)][what]['seconds']} |"
        for name, said in found.items()
        for what in COMMANDS
    )
    page = (
        "# A trail of a million events\n\n"
        f"Written by `bin/prove {NAME}`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{SEED}”. {PEOPLE:,} people; one chain has {LONGEST:.0%} of all "
        "events, the others share the rest. Each command in a process of its own: the most memory "
        f"it ever took (resident) with {FEW:,} and with {MANY:,} events, of which most is the "
        f"program itself. At most {MOST_MORE} times as much is let pass. The heads compared with "
        f"are those of {FEW:,} events, so what is new is everything since.\n\n"
        f"| Database | What | MB, {FEW:,} | MB, {MANY:,} | Ratio | Seconds, {MANY:,} |\n"
        f"|---|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"covers": covers(), "seed": SEED, "found": found, **about}, page)
