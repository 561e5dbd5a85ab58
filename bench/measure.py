"""One line of the table, and how two things are timed so that a busy machine hits both alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured beside its floor. `met` is None for what is only told."""

    number: str
    what: str
    measured: str
    floor: str
    ratio: str
    budget: str
    met: bool | None


def at_most(value: float, limit: float) -> bool:
    return value <= limit


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(*works: Callable[[], object], rounds: int = 15) -> list[float]:
    """The median seconds of each, taken in turns."""
    for work in works:
        work()
    taken = [[seconds(work) for work in works] for _ in range(rounds)]
    return [median(column) for column in zip(*taken, strict=True)]


def table(lines: Iterable[Line]) -> str:
    """The lines as a Markdown table."""
    rows = [("#", "what", "measured", "floor", "ratio", "budget", "met")]
    for one in lines:
        met = {True: "yes", False: "**no**", None: ""}[one.met]
        rows.append((one.number, one.what, one.measured, one.floor, one.ratio, one.budget, met))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    said = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in rows
    ]
    said.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(said)
