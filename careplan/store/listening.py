"""Tells a listener how the database is doing: kinds and durations, never who or what.

The store knows nothing of figures; it is handed a listener, and without one nobody listens.
"""

from __future__ import annotations

from collections.abc import Sequence


class Listener:
    """Hears nothing of it. `web/figures.py` has the one that counts."""

    def began(self) -> None:
        """A transaction is asked for; `transaction` says when it has ended."""

    def transaction(self, seconds: float, *, writes: bool) -> None:
        """One has ended, well or not."""

    def kept(self, deeds: Sequence[str]) -> None:
        """These deeds (`audit.Kind`) were written down, and their transaction is kept."""

    def refused(self, problem: str) -> None:
        """The database refused: the name of the store's own error."""

    def retried(self, problem: str) -> None:
        """A whole act is done again after this refusal."""


NOBODY_LISTENS = Listener()
