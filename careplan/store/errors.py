"""The few ways in which keeping or finding can fail, told apart because the cures differ."""

from __future__ import annotations

from typing import Any


class CannotKeep(Exception):
    """What was asked of the store was not done, and nothing of it was kept."""


class Stale(CannotKeep):
    """Somebody else wrote first. `current` is what is kept now (nothing: it is not there yet)."""

    def __init__(self, current: Any) -> None:
        super().__init__("somebody else wrote this first")
        self.current = current


class Taken(CannotKeep):
    """Something that must belong to one owner already belongs to another."""


class NotFound(CannotKeep):
    """The row that was to be changed is not there."""


class ReadOnly(CannotKeep):
    """A write was tried in a transaction that was opened for reading."""


class Damaged(Exception):
    """Kept bytes are not the bytes whose digest was kept with them."""


class Erased(Exception):
    """The person's data key has been destroyed: what it sealed can never be read again."""


class Unavailable(Exception):
    """The database does not answer, or not as it should."""


class Busy(Unavailable):
    """The database answers, but others held what was needed for too long. Trying again may work."""


class Collided(Busy):
    """Two met half-way and the database undid this one whole: it is safe to do again."""


class Full(Unavailable):
    """The database answers, but its disk has no room left: reading goes on, writing does not."""


class CannotWriteDown(Unavailable):
    """A look could be written down nowhere, so nothing may be shown. `phone`: whom to ring, where
    the link is known."""

    phone: str | None = None
