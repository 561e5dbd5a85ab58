"""Says of a chain what has become of it since its head was written down and kept elsewhere.

Whoever may rewrite the tables may cut a chain, or write all of it anew, so that it holds by itself.
Neither gets past a head that they could not reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from careplan.audit.chain import Broken, Head, Problem, Row, genesis, verify


@dataclass(frozen=True, slots=True)
class ChainHead:
    """One chain by its name: a person's id, or what `service_chain` calls a day."""

    chain: str
    head: Head


class Verdict(StrEnum):
    UNCHANGED = "unchanged"
    GROWN = "grown"
    NEW = "new"
    CUT_SHORT = "CUT_SHORT"
    ALTERED = "ALTERED"
    MISSING = "MISSING"


TROUBLE = frozenset({Verdict.CUT_SHORT, Verdict.ALTERED, Verdict.MISSING})


@dataclass(frozen=True, slots=True)
class Judged:
    """`events`: how many rows were read of it. `at`: the number of the first that is not as it
    was, where there is trouble."""

    chain: str
    verdict: Verdict
    events: int = 0
    at: int | None = None

    @property
    def trouble(self) -> bool:
        return self.verdict in TROUBLE


@dataclass(frozen=True, slots=True)
class Walked:
    """What was seen from one end of a chain to the other. `passed`: where it stood at the number
    that was asked about, if it went that far."""

    events: int
    broken: Broken | None
    passed: Head | None


def beginning(chain: str) -> Head:
    return Head(0, genesis(chain))


def walk(rows: Iterable[Row], *, start: Head, end: Head, through: int = 0) -> Walked:
    """Reads the rows after `start` once. They must lead to `end`, where the chain says that it
    ends, and not go on behind it."""
    seen = _Seen(rows, start, through)
    broken = verify(seen, start.digest, first=start.sequence + 1, expected=end)
    if broken is None and seen.last != end:
        broken = Broken(end.sequence + 1, Problem.ANOTHER_HEAD)
    return Walked(seen.count, broken, seen.passed)


class _Seen:
    """The rows as they go by."""

    def __init__(self, rows: Iterable[Row], start: Head, through: int) -> None:
        self._rows, self._through = rows, through
        self.last, self.count = start, 0
        self.passed = start if start.sequence == through else None

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            self.last = Head(row.sequence, row.digest)
            if row.sequence == self._through:
                self.passed = self.last
            yield row


def judge(chain: str, kept: Head | None, walked: Walked, *, end: Head) -> Judged:
    """What has become of a chain that was walked through the number of its kept head. Without one
    it is new, and only has to hold by itself."""
    broken, events = walked.broken, walked.events
    if broken is not None:
        cut = broken.problem is Problem.CUT_SHORT
        verdict = Verdict.CUT_SHORT if cut else Verdict.ALTERED
        return Judged(chain, verdict, events, broken.sequence)
    if kept is None:
        return Judged(chain, Verdict.NEW, events)
    if end.sequence < kept.sequence:
        return Judged(chain, Verdict.CUT_SHORT, events, end.sequence + 1)
    if walked.passed != kept:
        return Judged(chain, Verdict.ALTERED, events, kept.sequence)
    return Judged(chain, Verdict.UNCHANGED if end == kept else Verdict.GROWN, events)
