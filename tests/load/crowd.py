"""Many at once, each over a line of their own, until so many requests have been answered; and what
is kept afterwards of all that was acknowledged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random
from uuid import UUID

from sqlalchemy import select

from careplan.acts.drafting import section_draft
from careplan.store.chains import Whole, verify_all
from careplan.store.tables import link, patient
from tests.load.doings import Kept, Somebody, Visitors
from tests.load.lines import Line
from tests.load.tally import Tally
from tests.load.town import Town


def visitors(town: Town, *, at: datetime, cookie: str) -> Visitors:
    """Everybody signed in."""
    return Visitors(
        town,
        town.patients(at, cookie=cookie),
        town.clinicians(at, cookie=cookie),
        town.nurse(at, cookie=cookie),
    )


def crowd(
    town: Town,
    here: Visitors,
    port: int,
    *,
    over: Callable[[], bool],
    at_once: int,
    seed: str,
    tally: Tally,
    may_refuse: bool = False,
) -> Kept:
    """Until it is `over`. `tally`: where each answer is told as it comes."""
    kept, lock = Kept(), threading.Lock()
    trouble: list[Exception] = []

    def go_on(number: int) -> None:
        name = f"{seed}, somebody {number + 1}"
        mine = town.people[number::at_once]
        rng = Random(name)
        with Line("127.0.0.1", port) as line:
            me = Somebody(town, here, mine, line, tally, rng, name, may_refuse)
            try:
                while not over() and not trouble:
                    me.next()
            except Exception as problem:  # noqa: BLE001 (told below, in the thread that waits)
                trouble.append(problem)
            with lock:
                kept.add(me.kept)
                tally.broken += line.broken

    at_once = min(at_once, len(town.people))
    threads = [threading.Thread(target=go_on, args=(one,), daemon=True) for one in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if trouble:
        raise trouble[0]
    return kept


def versions_of(town: Town) -> dict[UUID, int]:
    with town.world.store.read() as tx:
        rows = tx.run(select(patient.c.patient_id, patient.c.current_version))
        return {row.patient_id: row.current_version or 0 for row in rows}


def lost(town: Town, kept: Kept, began_with: dict[UUID, int]) -> Iterator[str]:
    """What was acknowledged and is not there; nothing, if all is well. What was done and whose
    answer never came is there besides."""
    with town.world.store.read() as tx:
        rows = tx.run(select(link.c.link_id, link.c.views))
        views: dict[UUID, int] = {row.link_id: row.views for row in rows}
        whole = verify_all(tx)
    short = sum(max(0, many - views[door]) for door, many in kept.views.items())
    if short:
        yield f"{short} openings are not counted"
    now = versions_of(town)
    short = sum(max(0, began_with[one] + many - now[one]) for one, many in kept.versions.items())
    if short:
        yield f"{short} versions are not there"
    if not isinstance(whole, Whole):
        yield "a chain is broken"
    for one in town.people:
        words = kept.words.get(one.patient_id)
        draft = section_draft(town.world, by=one.who, patient_id=one.patient_id, section="about_me")
        if words and (draft is None or words not in str(draft.body)):
            yield "the last words of somebody are not there"
