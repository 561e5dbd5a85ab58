"""What reading a page gives: the draft as it now is, what is wrong with it, where to go next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """`html_id` is the control to go to; `where` names the field where a page asks several."""

    name: str
    html_id: str
    text: str
    where: str = ""

    @property
    def summary(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


@dataclass(frozen=True, slots=True)
class SoftQuery:
    """ "Are you sure?": answered by a check box `sure_<name>`.
    The value waits as typed until then.
    """

    name: str
    html_id: str
    text: str
    where: str = ""

    @property
    def summary(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


class Next(StrEnum):
    """What the person pressed: go on, come back later, or stay (an item added, opened or removed;
    autosave).
    """

    CONTINUE = "continue"
    LATER = "later"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Reading:
    """`body` is always worth keeping, whatever `errors` say.
    `open_item`: the list item to show next.
    """

    body: dict[str, Any]
    errors: tuple[FieldError, ...] = ()
    asks: tuple[SoftQuery, ...] = ()
    next: Next = Next.STAY
    open_item: str | None = None
    open_list: str = ""

    @property
    def clear(self) -> bool:
        return not self.errors and not self.asks

    @property
    def anchor(self) -> str:
        """Where on the page the item to show next stands; "" for the top."""
        return f"{self.open_list}-{self.open_item}" if self.open_item else ""


class NotFinished(ValueError):
    """A section's draft holds something that has not passed; `errors` are its sentences."""

    def __init__(self, section: str, errors: Sequence[FieldError]) -> None:
        super().__init__(f"{section}: " + "; ".join(error.summary for error in errors))
        self.section, self.errors = section, tuple(errors)
