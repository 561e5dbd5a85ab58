"""The second fence: PostgreSQL itself shows a transaction only the people it was opened for.

Whose record somebody may see is asked in every act; that is the first. Whatever a query forgets,
the row-level policies (`policies.py`) still hold back from the application's role. Who is asking
goes along with the word that begins each transaction: it costs no journey, and ends with it.

Every request says so in one place (`web/access.py`), another system's with its token
(`store/partners.py`). Whoever comes with a secret is nobody until the secret has led to one person,
and is then inside with that person alone (`let_in`, and `directory.led_to`). Commands, and what a
process does by itself, declare everybody (`web/commands/all.py`, `web/fallback.py`).

SQLite has no roles and no policies, so there it is only asked whether a door has said anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import TextClause, text

_SAY_PEOPLE = text("SELECT set_config('careplan.people', :named, true)")


class Door(StrEnum):
    """By which door a transaction came in: what it may see besides its own team and people."""

    NOBODY = "nobody"
    """It is not known yet who asks: what finds them, and no person's record."""
    INSIDE = "inside"
    """The people of one team, or those named, and nobody else."""
    EVERYBODY = "everybody"
    """Commands, which look after the whole service."""


class Fenced(Protocol):
    """As much of a transaction as is needed to let somebody in."""

    dialect: str

    def run(self, statement: TextClause, parameters: dict[str, str], /) -> Any: ...


class NoFence(RuntimeError):
    """A door opened a transaction and has not said for whom: a fault in the program."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Whom the transactions of one request are about. A person is inside by any of the three."""

    door: Door
    team: UUID | None = None
    people: frozenset[UUID] = field(default=frozenset())

    def spelt(self) -> str:
        """As PostgreSQL is told, until the transaction ends. Ids and words of ours: nothing here
        was typed by anybody."""
        said = [f"SET LOCAL careplan.door = '{self.door.value}'"]
        if self.team is not None:
            said.append(f"SET LOCAL careplan.team = '{self.team}'")
        if self.people:
            said.append(f"SET LOCAL careplan.people = '{{{self.named()}}}'")
        return "; ".join(said)

    def named(self) -> str:
        """Its people as they stand between the braces of an array."""
        return ",".join(sorted(map(str, self.people)))


NOBODY = Fence(Door.NOBODY)
EVERYBODY = Fence(Door.EVERYBODY)

_declared: ContextVar[Fence | None] = ContextVar("careplan_fence", default=None)


def declare(fence: Fence | None) -> None:
    """From here on, in this request or command. A request that begins declares anew."""
    _declared.set(fence)


def declared() -> Fence | None:
    return _declared.get()


def narrow(tx: Fenced) -> Fence | None:
    """What holds back here; None where nothing does, and so nobody need be let in."""
    fence = declared()
    holds = tx.dialect == "postgresql" and fence is not None and fence.door is not Door.EVERYBODY
    return fence if holds else None


def let_in(tx: Fenced, *people: UUID) -> None:
    """What was shown has led to these people: the rest of this transaction and request is about
    them too. One statement whoever was found, and for nobody as well, so that no clock tells."""
    fence = narrow(tx)
    if fence is not None:
        wider = note_inside(fence, *people)
        tx.run(_SAY_PEOPLE, {"named": f"{{{wider.named()}}}"})


def note_inside(fence: Fence, *people: UUID) -> Fence:
    """For the transactions that this request begins from here on."""
    wider = replace(fence, door=Door.INSIDE, people=fence.people | set(people))
    declare(wider)
    return wider


@contextmanager
def within(fence: Fence) -> Iterator[None]:
    before = declared()
    declare(fence)
    try:
        yield
    finally:
        declare(before)
