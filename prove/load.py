"""Half a million requests at the site as production runs it: is all answered, is all kept, and does
it stay as light as it was?
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any

from sqlalchemy import make_url

from careplan.acts.world import World
from careplan.clock import now, today
from careplan.store.db import Store
from careplan.store.migrate import migrate
from prove.evidence import ROOT, here_and_now, keep, kept
from prove.gunicorn import BASE_URL, COOKIE, Scales, Site, growth, serving, settings
from prove.load_beside import judged_modes, judged_slow, modes, page_of_modes, page_of_slow, slow
from prove.load_page import page
from prove.pair import Server, programs
from tests.conftest import CHEAP
from tests.load.crowd import crowd, lost, versions_of, visitors
from tests.load.doings import Kept, Visitors
from tests.load.tally import Tally
from tests.load.town import Town, a_town
from tests.ports import free_port
from tests.stores import a_keyring, app_role_of, as_app

NAME, SEED = "load", "load 1"
REQUESTS, ROUND, PEOPLE, AT_ONCE = 500_000, 10_000, 300, 12
SKIPPED = 77
LEAST_SHARE = 0.95
MOST_GROWTH = 0.02
"""Of a worker's weight, over a hundred thousand requests."""
LONG_ENOUGH = 100_000
"""Requests of one start of the server, before its growth is judged."""


def covers() -> str:
    """A digest of what is asked, and of how the site is started."""
    files = [
        one for one in sorted((ROOT / "tests" / "load").glob("*.py")) if "test_" not in one.name
    ]
    files += [ROOT / "ops" / "start", ROOT / "careplan" / "web" / "server.py"]
    return sha256("\0".join(one.read_text("utf-8") for one in files).encode()).hexdigest()[:16]


def prove(asked: list[str]) -> int:
    """`--all`: anew. `--rounds N`: no more than so many of them now. `--beside slow|modes|none`:
    only this of what is tried besides."""
    wanted = _asked(asked)
    if wanted is None:
        print(
            "bin/prove load takes --all, --rounds N, --people N, --beside slow|modes|none",
            file=sys.stderr,
        )
        return 2
    if programs() is None:
        print("bin/prove load: skipped: PostgreSQL must be installed first.", file=sys.stderr)
        return SKIPPED
    before = {} if wanted.anew else kept(NAME)
    found: dict[str, Any] = before if before.get("covers") == covers() else {}
    found = {"rounds": {}, "starts": [], "besides": {}, **found}
    todo = [one for one in map(_title, range(REQUESTS // ROUND)) if one not in found["rounds"]]
    todo = todo[: wanted.rounds]
    besides = [one for one in wanted.besides if one not in found["besides"]]
    if todo or besides:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # nothing of ours is left running
        with _place(wanted.people) as here:
            if todo:
                with serving(settings(here.url), here.place) as site:
                    _rounds(here.town, site, todo, found)
            for name in besides:
                found["besides"][name] = BESIDES[name](here)
                write(found)
    wrong = list(judged(found))
    for one in wrong:
        print(f"  NOT SO: {one}", flush=True)
    print(f"{len(found['rounds'])} of {REQUESTS // ROUND} rounds: docs/evidence/{NAME}.md")
    return 1 if wrong else 0


@dataclass(frozen=True, slots=True)
class Wanted:
    anew: bool
    rounds: int
    people: int
    besides: tuple[str, ...]


def _asked(asked: list[str]) -> Wanted | None:
    numbers = {"--rounds": REQUESTS // ROUND, "--people": PEOPLE}
    anew, besides = False, tuple(BESIDES)
    words = iter(asked)
    for word in words:
        if word == "--all":
            anew = True
        elif word in numbers and (said := next(words, "")).isdecimal():
            numbers[word] = int(said)
        elif word == "--beside" and (said := next(words, "")) in ("none", *BESIDES):
            besides = () if said == "none" else (said,)
        else:
            return None
    return Wanted(anew, numbers["--rounds"], numbers["--people"], besides)


def _title(number: int) -> str:
    return f"round {number + 1}"


# --- the place ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A team with its people on a durable PostgreSQL. `url`: as the application's own role."""

    place: Path
    database: Server
    url: str
    town: Town


@contextmanager
def _place(people: int) -> Iterator[Place]:
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="careplan-load-"))
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        database = a_database(place)
        stack.callback(database.stop)
        url = migrated(database)
        town = stack.enter_context(inhabited(url, people))
        yield Place(place, database, url, town)


def a_database(place: Path) -> Server:
    """Of our own, and keeping its promises: a commit is on the disk before it is acknowledged."""
    found = programs()
    assert found is not None
    server = Server(folder=place / "database", bin=found, port=free_port())
    server.make()
    server.start()
    return server


def migrated(database: Server) -> str:
    """The address the application uses, as its own role."""
    owned = make_url(database.url)
    migrate(database.url, app_role=app_role_of(owned))
    return as_app(owned).render_as_string(hide_password=False)


@contextmanager
def inhabited(url: str, people: int) -> Iterator[Town]:
    store = Store(url, a_keyring(), entropy=token_bytes)
    try:
        at = now()
        world = World(store, token_bytes, BASE_URL, strength=CHEAP)
        yield a_town(world, people, today=today(at), at=at)
    finally:
        store.close()


# --- the rounds -----------------------------------------------------------------------------------


def _rounds(town: Town, site: Site, todo: list[str], found: dict[str, Any]) -> None:
    """Of one start of the server. What was acknowledged is looked for after every round, back to
    the first."""
    whole, versions, all_kept = Tally(), versions_of(town), Kept()
    here = visitors(town, at=now(), cookie=COOKIE)
    scales = Scales(site, lambda: whole.many)
    found["starts"].append({})
    with scales.going_on():
        for title in todo:
            before = Tally()
            before.merge(whole)
            began = now()
            all_kept.add(_go(town, here, site, whole, f"{SEED}, {title}"))
            took = (now() - began).total_seconds()
            scales.weigh()
            found["rounds"][title] = {
                "seconds": round(took, 1),
                "tally": whole.minus(before).as_facts(),
                "lost": list(lost(town, all_kept, versions)),
                "log": _troubles(site),
            }
            found["starts"][-1] = {
                "requests": whole.many,
                "people": len(town.people),
                "weights": {str(one): seen for one, seen in scales.seen.items()},
            }
            write(found)
            said = found["rounds"][title]
            print(
                f"  {title}: {ROUND / took:.0f}/s, faults {said['tally']['faults']}, "
                f"lost {said['lost']}, log {said['log']}",
                flush=True,
            )


def _go(town: Town, here: Visitors, site: Site, whole: Tally, seed: str) -> Kept:
    last = whole.many + ROUND
    return crowd(
        town,
        here,
        site.port,
        over=lambda: whole.many >= last,
        at_once=AT_ONCE,
        seed=seed,
        tally=whole,
    )


def _troubles(site: Site) -> int:
    """Lines of the server's own that tell of something broken."""
    said = site.log.read_text("utf-8", "replace")
    return sum('"broken"' in line or "could not be answered" in line for line in said.splitlines())


BESIDES: Mapping[str, Callable[[Place], dict[str, Any]]] = {
    "slow": lambda here: slow(here.town, here.url, here.place),
    "modes": lambda here: modes(here.town, here.url, here.place, here.database),
}


# --- what was found -------------------------------------------------------------------------------


def judged(found: dict[str, Any]) -> Iterator[str]:
    """What is not as it should be."""
    yield from _judged_answers(summed(found))
    for title, said in found["rounds"].items():
        yield from (f"{title}: {what}" for what in said["lost"])
        if said["log"]:
            yield f"{title}: the server wrote {said['log']} lines about something broken"
    for start in found["starts"]:
        for worker, grew in grown(start):
            if start["requests"] >= LONG_ENOUGH and grew > MOST_GROWTH:
                yield f"worker {worker} grew by {grew:.1%} over 100,000 requests"
    for name, judge in (("slow", judged_slow), ("modes", judged_modes)):
        if name in found["besides"]:
            yield from judge(found["besides"][name])


def _judged_answers(whole: Tally) -> Iterator[str]:
    if whole.many and whole.share < LEAST_SHARE:
        yield f"only {whole.share:.1%} were answered with what was asked for"
    if whole.answered(500, 600):
        yield f"{whole.answered(500, 600)} answers were a 5xx"
    yield from (f"{what} ({many} times)" for what, many in whole.faults.items())


def summed(found: dict[str, Any]) -> Tally:
    whole = Tally()
    for said in found["rounds"].values():
        whole.merge(Tally.from_facts(said["tally"]))
    return whole


def grown(start: dict[str, Any]) -> Iterator[tuple[int, float]]:
    """Each worker of one start, by number."""
    for number, seen in enumerate(start["weights"].values(), start=1):
        yield number, growth([(many, weight) for many, weight in seen])


def write(found: dict[str, Any]) -> None:
    about = here_and_now("careplan", "ops", "tests/load")
    text = page(found, summed(found), [list(grown(one)) for one in found["starts"]], about, SEED)
    besides = found["besides"]
    text += f"\n{page_of_slow(besides['slow'])}" if "slow" in besides else ""
    text += f"\n{page_of_modes(besides['modes'])}" if "modes" in besides else ""
    keep(NAME, {**found, "covers": covers(), "seed": SEED, **about}, text)
