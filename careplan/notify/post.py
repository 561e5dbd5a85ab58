"""What every way of sending has in common: a letter, and what may become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class TryLater(RuntimeError):
    """The other side cannot take it now; nothing is lost, and it is tried again."""


class Undeliverable(RuntimeError):
    """It will never arrive at this address, however often it is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`reference` is the same on every try, so that a letter sent twice can be told to be one."""

    reference: str
    to: str
    subject: str
    text: str


class Post(Protocol):
    def send(self, letter: Letter, *, again: bool) -> None:
        """Hand the letter over. `again`: an earlier try may have arrived, so ask first where the
        other side can be asked. Raises TryLater, Undeliverable."""


class WayOut(Post, Protocol):
    """One that can also be tried without a letter."""

    def reach(self) -> None:
        """Whether the other side would take a letter from us: nothing is sent. Raises TryLater."""
