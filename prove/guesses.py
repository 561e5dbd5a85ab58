"""Four server processes, links guessed at to the end of their lives, the right answer racing."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from careplan.acts.world import World
from careplan.sharing import answers
from careplan.sharing.links import Kind, Opening
from careplan.store import links as kept_links
from careplan.store.db import Store
from careplan.store.migrate import migrate
from prove.evidence import ROOT, here_and_now, keep
from tests.acts.worlds import a_signed_plan
from tests.attacks.guessers import Counts, guess_to_the_end
from tests.attacks.server import running
from tests.conftest import BASE_URL, CHEAP
from tests.stores import a_keyring, seeded

NAME = "guesses"
SEED = "guesses 1"
PROCESSES, AT_ONCE, LINKS = 4, 16, 3
PASSCODE, BORN = "blue heron 7", "14/03/1997"


def covers() -> str:
    """A digest of what decides and what counts."""
    code = (
        *(answers.may_try, answers.after_wrong),
        *(kept_links.lock_link, kept_links.count_wrong_answer, kept_links.pause_link),
    )
    whole = "".join(inspect.getsource(one) for one in code)
    return sha256(whole.encode()).hexdigest()[:16]


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove guesses takes nothing more", file=sys.stderr)
        return 2
    found: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        found |= _on("SQLite", f"sqlite:///{place}/guesses.db", place)
        with _postgres(place / "postgres") as url:
            found |= _on("PostgreSQL", url, place)
    about = here_and_now("careplan/sharing/answers.py", "careplan/store/links.py")
    rows = "\n".join(
        f"| {name} | {said['links']} | {said['wrong']} | {said['waited']} | {said['opened']} |"
        for name, said in found.items()
    )
    page = (
        "# Guessing at four processes\n\n"
        f"Written by `bin/prove guesses`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{SEED}”. {PROCESSES} server processes; in every round "
        f"{AT_ONCE} different wrong answers and the right one at the same moment, until the link "
        "locks. In each round exactly as many were counted as were told “wrong”, no two were told "
        "the same number of tries left, the right answer opened after the wait, and after the "
        "last nothing did.\n\n"
        "| Database, what is asked | Links | Wrong, counted | Told to wait | Opened |\n"
        f"|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"covers": covers(), "seed": SEED, "found": found, **about}, page)
    print(page)
    return 0


def _on(name: str, url: str, place: Path) -> dict[str, dict[str, int]]:
    migrate(url)
    store = Store(url, a_keyring(), entropy=seeded(SEED))
    clinic = a_signed_plan(World(store, seeded(f"{SEED} world"), BASE_URL, strength=CHEAP))
    found: dict[str, dict[str, int]] = {}
    with running(url, place, workers=PROCESSES) as server:
        for opening, right in ((Opening.PASSCODE, PASSCODE), (Opening.DATE_OF_BIRTH, BORN)):
            more = {"passcode": PASSCODE} if opening is Opening.PASSCODE else {}
            met = [
                guess_to_the_end(
                    clinic,
                    server,
                    clinic.share(Kind.PRIVATE_PRINT, opening=opening, **more),
                    right=right,
                    at_once=AT_ONCE,
                )
                for _ in range(LINKS)
            ]
            asks = str(opening).replace("_", " ")
            found[f"{name}, {asks}"] = _sum(met)
            print(f"  {name}, {asks}: {_sum(met)}", flush=True)
    store.close()
    return found


def _sum(met: list[Counts]) -> dict[str, int]:
    return {
        "links": len(met),
        "wrong": sum(one.wrong for one in met),
        "waited": sum(one.waited for one in met),
        "opened": sum(one.opened for one in met),
    }


@contextmanager
def _postgres(where: Path) -> Iterator[str]:
    """A server of our own, as bin/test starts one."""
    command = str(ROOT / "bin" / "postgres")
    try:
        said = subprocess.run(
            [command, "start", str(where)], check=True, capture_output=True, text=True
        )
        yield said.stdout.strip().splitlines()[-1]
    finally:
        subprocess.run([command, "stop", str(where)], check=False)
