"""Four server processes, links guessed at to the end of their lives, the right answer racing."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

from careplan.acts.world import World
from careplan.sharing import answers
from careplan.sharing.links import Kind, Opening
from careplan.store import links as kept_links
from careplan.store.db import Store
from careplan.store.migrate import migrate
from prove.evidence import digest_of, here_and_now, keep, kept
from prove.postgres import postgres
from tests.acts.worlds import a_signed_plan
from tests.attacks.guessers import Counts, guess_to_the_end
from tests.attacks.server import running
from tests.conftest import BASE_URL, CHEAP
from tests.stores import a_keyring, seeded

NAME = "guesses"
SEED = "guesses 1"
PROCESSES, AT_ONCE, LINKS = 4, 16, 3
PASSCODE = "blue heron 7"
ASKED = {Opening.PASSCODE: PASSCODE, Opening.DATE_OF_BIRTH: "14/03/1997"}
"""What a link may ask, and the right answer."""


def covers() -> str:
    """A digest of what decides and what counts."""
    code = (
        *(answers.may_try, answers.after_wrong),
        *(kept_links.lock_link, kept_links.count_wrong_answer, kept_links.pause_link),
    )
    return digest_of(code)


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove guesses takes nothing more than --all", file=sys.stderr)
        return 2
    before = {} if asked else kept(NAME)
    found = before.get("found", {}) if before.get("covers") == covers() else {}
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        for name, met in chain(_on_sqlite(place, found), _on_postgres(place, found)):
            found[name] = met
            write(found)
            print(f"  {name}: {met}", flush=True)
    print(f"{len(found)} of {2 * len(ASKED)} proved: docs/evidence/{NAME}.md")
    return 0


def write(found: dict[str, dict[str, int]]) -> None:
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


def _on_sqlite(place: Path, done: Collection[str]) -> Iterator[tuple[str, dict[str, int]]]:
    yield from _on("SQLite", f"sqlite:///{place}/guesses.db", place, done)


def _on_postgres(place: Path, done: Collection[str]) -> Iterator[tuple[str, dict[str, int]]]:
    with postgres(place / "postgres") as url:
        yield from _on("PostgreSQL", url, place, done)


def _on(
    name: str, url: str, place: Path, done: Collection[str]
) -> Iterator[tuple[str, dict[str, int]]]:
    todo = {f"{name}, {str(one).replace('_', ' ')}": one for one in ASKED}
    todo = {title: one for title, one in todo.items() if title not in done}
    if not todo:
        return
    migrate(url)
    store = Store(url, a_keyring(), entropy=seeded(SEED))
    clinic = a_signed_plan(World(store, seeded(f"{SEED} world"), BASE_URL, strength=CHEAP))
    with running(url, place, workers=PROCESSES) as server:
        for title, opening in todo.items():
            more = {"passcode": PASSCODE} if opening is Opening.PASSCODE else {}
            links = [
                clinic.share(Kind.PRIVATE_PRINT, opening=opening, **more) for _ in range(LINKS)
            ]
            ends = [
                guess_to_the_end(clinic, server, link, right=ASKED[opening], at_once=AT_ONCE)
                for link in links
            ]
            yield title, _sum(ends)
    store.close()


def _sum(met: list[Counts]) -> dict[str, int]:
    return {
        "links": len(met),
        "wrong": sum(one.wrong for one in met),
        "waited": sum(one.waited for one in met),
        "opened": sum(one.opened for one in met),
    }
