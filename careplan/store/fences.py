"""The second fence: PostgreSQL itself shows a transaction only the people it was opened for.

Whose record somebody may see is asked in every act; that is the first. Whatever a query forgets,
the row-level policies (`policies.py`) still hold back from the application's role. Who is asking
goes along with the word that begins each transaction: it costs no journey, and ends with it.

So far another system's request is narrowed to its team (`store/partners.py`), and the standby to
what a stranger may see. Commands declare everybody (`web/commands/all.py`), and pages declare
nothing yet and are opened for everybody: what guards them is the first fence alone.

SQLite has no roles and no policies, so there it is only asked whether a door has said anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Door(StrEnum):
    """By which door a transaction came in: what it may see besides its own team and people."""

    NOBODY = "nobody"
    """It is not known yet who asks: what finds them, and no person's record."""
    INSIDE = "inside"
    """The people of one team, or those named, and nobody else."""
    STRANGER = "stranger"
    """Whoever holds a secret address: what stands behind links and codes, whoever they are of."""
    EMERGENCY = "emergency"
    """An emergency department's own door: what stands behind it, whoever they are of."""
    EVERYBODY = "everybody"
    """Commands, which look after the whole service."""


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
            people = ",".join(sorted(map(str, self.people)))
            said.append(f"SET LOCAL careplan.people = '{{{people}}}'")
        return "; ".join(said)


NOBODY = Fence(Door.NOBODY)
STRANGER = Fence(Door.STRANGER)
EMERGENCY = Fence(Door.EMERGENCY)
EVERYBODY = Fence(Door.EVERYBODY)

_declared: ContextVar[Fence | None] = ContextVar("careplan_fence", default=None)


def declare(fence: Fence | None) -> None:
    """From here on, in this request or command. A request that begins declares anew."""
    _declared.set(fence)


def declared() -> Fence | None:
    return _declared.get()


@contextmanager
def within(fence: Fence) -> Iterator[None]:
    before = declared()
    declare(fence)
    try:
        yield
    finally:
        declare(before)
