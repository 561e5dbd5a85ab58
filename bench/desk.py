"""P8: the team's list with twenty thousand people beside the same pages of a small team."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench.measure import Line, side_by_side
from bench.pages import get, signed_in, statements
from bench.place import Site, databases, folder, postgres, site, tidy
from careplan.acts.listing import PAGE, hide_search
from careplan.acts.seeding import DEMO_CLINICIAN
from careplan.acts.signing_in import who_is
from careplan.clock import now, today
from careplan.plan.codec import to_plain
from careplan.store.db import Transaction
from careplan.store.owners import of_patient
from careplan.store.patients import Face, Standing
from careplan.store.search import FoundBy, remember_words
from careplan.store.tables import patient

FEW, MANY = 20 * PAGE, 20_000
# Twenty pages: as many lines of each list as in the large team, for a line costs the same in both.
MOST = 10
ROUNDS = 20
LIMIT = 1.3


def measure() -> Iterator[Line]:
    with folder() as place:
        yield from _on("SQLite", lambda name: f"sqlite:///{place}/{name}.sqlite3")
    with folder() as place, postgres(place) as server:
        yield from _on("PostgreSQL", databases(server))


def _on(database: str, url: Callable[[str], str]) -> Iterator[Line]:
    few, many = (_team(url(name), people) for name, people in (("few", FEW), ("many", MANY)))
    pages = {
        "everyone": "/team",
        "overdue": "/team?only=overdue",
        "changed since signed": "/team?only=changed-since-signed",
        "never signed": "/team?only=not-signed",
        "a page from the middle": f"/team?after={today(now()) + timedelta(days=100)}.{UUID(int=0)}",
    }
    for what, address in pages.items():
        yield from _page(database, what, few, many, (address, address))
    found = tuple(f"/team?find={_hidden(one)}" for one in (few, many))
    yield from _page(database, "a search for one person", few, many, (found[0], found[1]))


def _page(
    database: str, what: str, few: Site, many: Site, addresses: tuple[str, str]
) -> Iterator[Line]:
    asks = [
        get(here, address, signed_in(here, DEMO_CLINICIAN))
        for here, address in zip((few, many), addresses, strict=True)
    ]
    with statements() as asked:
        asks[1]()
    small, large = side_by_side(*asks, rounds=ROUNDS)
    yield Line(
        "P8",
        f"team list, {MANY:,} people, {database}: {what}",
        f"{large * 1000:.1f} ms, {len(asked)} statements",
        f"{FEW} people {small * 1000:.1f} ms",
        f"{large / small:.2f}",
        f"≤ {LIMIT}, < {MOST}",
        large / small <= LIMIT and len(asked) < MOST,
    )


def _hidden(here: Site) -> str:
    by = who_is(here.world, email=DEMO_CLINICIAN)
    return hide_search(here.world, by=by, text="only one")


def _team(url: str, people: int) -> Site:
    """As large as it is told, with something in every list, and one person called Only One."""
    here = site(url)
    team = UUID(who_is(here.world, email=DEMO_CLINICIAN).team_id)
    for start in range(0, people, 1_000):
        with here.world.store.begin() as tx:
            numbers = range(start, min(start + 1_000, people))
            faces = {tx.new_id(): (number, _face(number)) for number in numbers}
            tx.run(insert(patient), [_row(tx, team, one, *faces[one]) for one in faces])
            for one, (_number, face) in faces.items():
                found_by = FoundBy(names=(face.legal_name,), born=None, numbers=(face.plan_number,))
                remember_words(tx, patient_id=one, team_id=team, found_by=found_by)
    if here.world.store.dialect == "postgresql":
        tidy(url)
    return here


def _face(number: int) -> Face:
    name = "Only One" if number == 0 else f"Person {number}"
    return Face(legal_name=name, plan_number=f"BENCH{number:06}")


def _row(tx: Transaction, team: UUID, one: UUID, number: int, face: Face) -> dict[str, Any]:
    """As `new_patient` keeps it, a thousand at a time and without a trail."""
    owner, at = of_patient(one), now()
    due = today(at) + timedelta(days=number % 400 - 40) if number % 10 else None
    facts: dict[str, Any] = {
        "review_due": due,
        "due_on": due,
        "valid_to": due,
        "signed_at": at if due else None,
    }
    facts |= {"changed_since_signed": number % 7 == 0, "unlinked": number % 5 == 0}
    row = tx.new_key(owner) | asdict(Standing()) | facts
    sealed = tx.seal_facts(owner, patient.c.face, "", to_plain(face))
    return row | {"patient_id": one, "team_id": team, "created_at": at, "face": sealed}
