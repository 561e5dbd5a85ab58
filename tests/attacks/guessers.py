"""Many who guess at one link at the same moment, at a server of several processes.

The short run is a test; the long one is `bin/prove guesses`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import update

from careplan.acts.sharing import Shared
from careplan.audit.events import Kind as Deed
from careplan.sharing.answers import FREE
from careplan.sharing.links import LIFETIME, Opening
from careplan.store.links import link_of
from careplan.store.tables import link as link_table
from tests.acts.worlds import Clinic, token_of
from tests.attacks.server import Answer, Running

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Counts:
    """What one link's guessers met, all of it."""

    wrong: int
    waited: int
    opened: int
    rounds: int


def wrong_answers(opening: Opening) -> Iterator[str]:
    for number in range(10_000):
        day = date(1930, 1, 1) + timedelta(days=number)
        yield day.isoformat() if opening is Opening.DATE_OF_BIRTH else f"not it {number}"


def guess_to_the_end(
    clinic: Clinic, server: Running, link: Shared, *, right: str, at_once: int
) -> Counts:
    """Rounds of different wrong answers with the right one among them, until the link locks.

    Three are free; from the fourth on one is counted, and everybody else must wait. A round later
    the wait is over, which the row is told, so that nobody has to sit through it.
    """
    opening = link.link.opening
    answers, most = wrong_answers(opening), LIFETIME[opening]
    met = Counts(0, 0, 0, 0)
    while met.wrong < most:
        given = [*islice(answers, at_once), right]
        if met.rounds:
            _the_wait_is_over(clinic, link)
            _opens(server, link, right)
            met = Counts(met.wrong, met.waited, met.opened + 1, met.rounds)
        said = _all_at_once(given, lambda answer: scan(server, link, answer))
        met = _judged(clinic, link, met, said, first=not met.rounds)
    assert scan(server, link, right).status == 404, "after the last one nothing opens it"
    _nothing_was_lost(clinic, link, met)
    return met


def scan(server: Running, link: Shared, answer: str | None) -> Answer:
    asked = {"recipient": "Ward 9"} | ({"passcode": answer} if answer is not None else {})
    body = json.dumps(asked).encode()
    return server.ask("POST", f"/m/{token_of(link)}", body, Content_Type="application/json")


def _all_at_once(given: list[str], ask: Callable[[str], Answer]) -> list[Answer]:
    start = threading.Barrier(len(given))

    def one(answer: str) -> Answer:
        start.wait()
        return ask(answer)

    with ThreadPoolExecutor(len(given)) as threads:
        return list(threads.map(one, given))


def _judged(
    clinic: Clinic, link: Shared, met: Counts, said: list[Answer], *, first: bool
) -> Counts:
    """Each answer of a round is one of four, and the row says as many as were told so."""
    most = LIFETIME[link.link.opening]
    wrong = [json.loads(one.body) for one in said if one.status == 401]
    locked = [one for one in said if one.status == 404]
    opened = sum(one.status == 200 for one in said)
    waited = sum(one.status == 429 for one in said)
    counted = _counted(clinic, link)
    last = counted == most
    # The one that locks it is told that the link is dead, and so is whoever comes after.
    new = len(wrong) + last
    assert len(wrong) + len(locked) + opened + waited == len(said), [one.status for one in said]
    assert bool(locked) is last
    assert new == (FREE + 1 if first else 1)
    assert counted == met.wrong + new
    left = sorted(one["remainingAttempts"] for one in wrong)
    assert left == sorted(range(most - met.wrong - len(wrong), most - met.wrong))
    assert opened <= 1
    return Counts(counted, met.waited + waited, met.opened + opened, met.rounds + 1)


def _opens(server: Running, link: Shared, right: str) -> None:
    assert scan(server, link, right).status == 200, "the right answer opens after the wait"


def _the_wait_is_over(clinic: Clinic, link: Shared) -> None:
    this = link_table.c.link_id == UUID(link.link.id)
    with clinic.world.store.begin() as tx:
        tx.run(update(link_table).where(this).values(next_try_at=LONG_AGO))


def _counted(clinic: Clinic, link: Shared) -> int:
    with clinic.world.store.read() as tx:
        kept = link_of(tx, clinic.patient_id, UUID(link.link.id))
    assert kept is not None
    return kept.facts.distinct_wrong


def _nothing_was_lost(clinic: Clinic, link: Shared, met: Counts) -> None:
    events = [one for one in clinic.events(500) if one.what.get("link") == link.link.id]
    deeds = [one.kind for one in events]
    assert deeds.count(Deed.WRONG_ANSWER) == met.wrong
    assert deeds.count(Deed.LINK_OPENED) == met.opened
    assert deeds.count(Deed.LINK_LOCKED) == 1
    assert clinic.chains_hold()
