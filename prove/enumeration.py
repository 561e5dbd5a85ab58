"""A clock held to the doors that must not tell who has an account: known and unknown addresses in
turn, at full strength, and whether their medians lie further apart than chance puts them."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, cast

from flask import Flask

from careplan.accounts import passwords
from careplan.acts import accounts, inviting_staff, recovering, signing_in
from careplan.settings import Settings
from careplan.store import trial
from careplan.store.migrate import migrate
from careplan.web.app import create_app
from prove.evidence import FOLDER, digest_of, here_and_now, keep, kept
from prove.postgres import postgres
from tests.conftest import BASE_URL, Clock
from tests.stores import a_keyring, seeded
from tests.web.reader import Reader

NAME = "enumeration"
SEED = "enumeration 1"
LEAST, WARM = 200, 10
BELOW_THIS_IT_TELLS = 0.001
"""Of ten doors asked, one in a hundred runs would fall below this by chance alone."""
_SHUFFLES = 4000
KNOWN = "ada@example.org"
WORDS = "eleven grey otters dancing"
_PERSON = {
    "legal_name": "Zed Young",
    "born-day": "1",
    "born-month": "2",
    "born-year": "1990",
    "password": WORDS,
}
DOORS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sign in": ("/account/sign-in", {"password": "not the right words"}),
    "new account": ("/account/new", _PERSON),
    "new helper": ("/account/new-helper", _PERSON),
    "lost": ("/account/lost", {"password": WORDS, "code": "4K7M-2QXN"}),
    "invited": ("/account/invited", {"password": WORDS, "code": "4K7M-2QXN-8PRT-6WVZ"}),
}
_DECIDES = (
    *(signing_in.sign_in, signing_in.write_down_failure, passwords.check_password),
    *(accounts.make_own_account, accounts.make_helper_account, accounts.count_new_account),
    *(recovering.come_back, inviting_staff.take_up_invitation, trial.on_trial),
)
"""What must be measured anew when it changes."""


def evidence() -> Path:
    return FOLDER / f"{NAME}.json"


def covers() -> str:
    return digest_of(_DECIDES)


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print(f"bin/prove {NAME} takes nothing more than --all", file=sys.stderr)
        return 2
    before = {} if asked else kept(NAME)
    found = before.get("found", {}) if before.get("covers") == covers() else {}
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        for name, said in _everything(place, found):
            found[name] = said
            write(found)
            print(f"  {name}: {said}", flush=True)
    telling = [name for name, said in found.items() if said["chance"] < BELOW_THIS_IT_TELLS]
    if telling:
        print(f"these doors tell: {', '.join(telling)}", file=sys.stderr)
        return 1
    print(f"{len(found)} of {2 * len(DOORS)} proved: docs/evidence/{NAME}.md")
    return 0


def write(found: dict[str, dict[str, Any]]) -> None:
    about = here_and_now("careplan")
    rows = "\n".join(
        f"| {name} | {said['tries']} | {said['known_ms']} | {said['unknown_ms']} | "
        f"{said['chance']} |"
        for name, said in found.items()
    )
    page = (
        "# Doors that must not tell who has an account\n\n"
        f"Written by `bin/prove {NAME}`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}, seed “{SEED}”. Each door is sent an address that has an account and "
        "one that has none, in turns whose order is drawn, with passwords hashed at full strength. "
        f"Times are medians. “By chance”: in how many of {_SHUFFLES:,} shuffles of the same times "
        "the two medians lie at least as far apart; a door tells when that is under "
        f"{BELOW_THIS_IT_TELLS}. What is sent back is compared byte by byte in "
        "`tests/web/test_lost_account.py`, and the work that is done is counted in "
        "`tests/acts/test_nobody_learns.py`.\n\n"
        "| Database, door | Tries of each | Known, ms | Unknown, ms | By chance |\n"
        f"|---|---|---|---|---|\n{rows}\n"
    )
    keep(NAME, {"covers": covers(), "seed": SEED, "found": found, **about}, page)


def _everything(place: Path, done: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _on("SQLite", f"sqlite:///{place}/{NAME}.db", done)
    with postgres(place / "postgres") as url:
        yield from _on("PostgreSQL", url, done)


def _on(name: str, url: str, done: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    todo = {f"{name}, {door}": door for door in DOORS if f"{name}, {door}" not in done}
    if not todo:
        return
    migrate(url)
    clock = Clock()
    app = _app(url, clock)
    _post(app, "/account/new", _PERSON | {"email": KNOWN}, network=0)
    for title, door in todo.items():
        yield title, _measured(app, clock, door)
    app.extensions["careplan"].world.store.close()


def _app(url: str, clock: Clock) -> Flask:
    keyring = a_keyring()
    settings = Settings(
        environment="test",
        database_url=url,
        base_url=BASE_URL,
        master_keys=keyring.masters,
        master_key_current=keyring.current,
        pepper=keyring.pepper,
    )
    app = create_app(settings, clock=clock, entropy=seeded(SEED))
    app.config.update(TESTING=True, READ_AT=BASE_URL)
    app.test_client_class = Reader
    return app


def _measured(app: Flask, clock: Clock, door: str) -> dict[str, Any]:
    """Each pair a quarter of an hour after the last, from another network: no count is full."""
    path, typed = DOORS[door]
    draw, numbers = random.Random(f"{SEED} {door}"), count(1)
    known: list[float] = []
    unknown: list[float] = []
    for _ in range(WARM + LEAST):
        clock.go_on(minutes=16)
        pair = [(KNOWN, known), (f"nobody{next(numbers)}@example.org", unknown)]
        draw.shuffle(pair)
        for email, times in pair:
            network = draw.randrange(1, 60_000)
            times.append(_post(app, path, {**typed, "email": email}, network=network))
    known, unknown = known[WARM:], unknown[WARM:]
    return {
        "tries": len(known),
        "known_ms": round(median(known) * 1000, 3),
        "unknown_ms": round(median(unknown) * 1000, 3),
        "chance": chance_of(known, unknown, draw),
    }


def _post(app: Flask, path: str, typed: Mapping[str, str], *, network: int) -> float:
    """Seconds that the answer took; the page before it is not counted."""
    client = cast("Reader", app.test_client())
    client.environ_base["REMOTE_ADDR"] = f"10.{network // 250}.{network % 250}.7"
    token = client.page(client.get(path)).value_of("csrf_token")
    form = {"csrf_token": token, **typed}
    began = perf_counter()
    answer = client.post(path, data=form)
    took = perf_counter() - began
    if answer.status_code not in (200, 422):
        raise RuntimeError(f"{path} answered {answer.status}")
    return took


def chance_of(one: list[float], other: list[float], draw: random.Random) -> float:
    """How often the same times, dealt out anew, lie at least as far apart by their medians."""
    apart, both, size = abs(median(one) - median(other)), [*one, *other], len(one)
    as_far = 0
    for _ in range(_SHUFFLES):
        draw.shuffle(both)
        as_far += abs(median(both[:size]) - median(both[size:])) >= apart
    return round((as_far + 1) / (_SHUFFLES + 1), 4)
