"""What a check says: well, worth a look, or wrong; and what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is one word; `said` a sentence; `do` what puts it right, unless all is well."""

    check: str
    state: State
    said: str
    do: str = ""

    def __post_init__(self) -> None:
        if (self.state is State.OK) is bool(self.do):
            raise ValueError(f"{self.check}: whatever is not well says what to do, and only that")


def well(check: str, said: str) -> Finding:
    return Finding(check, State.OK, said)


def look(check: str, said: str, do: str) -> Finding:
    return Finding(check, State.LOOK, said, do)


def wrong(check: str, said: str, do: str) -> Finding:
    return Finding(check, State.WRONG, said, do)


def in_words(time: timedelta) -> str:
    """Roughly how long: "3 days", "2 hours", "40 seconds"."""
    seconds = int(time.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size * 2 or (seconds >= size and name == "day"):
            number = seconds // size
            return f"{number} {name}{'s' if number != 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
