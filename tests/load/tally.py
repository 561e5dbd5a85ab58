"""What was answered and how soon: counted by many at once, and kept small however many they are."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, log
from typing import Any, Self

_STEP = log(1.03)
"""Times are counted in steps of three in a hundred: half a million need no list of their own."""
MOST_FAULTS = 50


@dataclass
class Times:
    """Of one kind of request."""

    steps: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        self.steps[floor(log(max(seconds, 1e-5)) / _STEP)] += 1

    @property
    def many(self) -> int:
        return self.steps.total()

    def within(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        wanted, seen = share * self.many, 0
        for step in sorted(self.steps):
            seen += self.steps[step]
            if seen >= wanted:
                return float(2.718281828459045 ** ((step + 0.5) * _STEP))
        return 0.0


@dataclass
class Tally:
    times: dict[str, Times] = field(default_factory=dict)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    looked: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    """What was not as it should be, in words that name nobody."""
    broken: int = 0
    """Lines that the server had cut off while they lay idle."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, kind: str, status: int, seconds: float, *, looked: bool = False, wrong: str = ""
    ) -> None:
        with self._lock:
            self.times.setdefault(kind, Times()).add(seconds)
            self.statuses.setdefault(kind, Counter())[status] += 1
            self.looked[kind] += looked
            if wrong and (len(self.faults) < MOST_FAULTS or f"{kind}: {wrong}" in self.faults):
                self.faults[f"{kind}: {wrong}"] += 1

    @property
    def many(self) -> int:
        return sum(one.total() for one in self.statuses.values())

    def answered(self, low: int, high: int) -> int:
        return sum(
            many
            for one in self.statuses.values()
            for status, many in one.items()
            if low <= status < high
        )

    @property
    def share(self) -> float:
        """How many of all were answered with what was asked for."""
        return self.answered(200, 300) / self.many if self.many else 0.0

    def merge(self, other: Tally) -> None:
        for kind, times in other.times.items():
            self.times.setdefault(kind, Times()).steps.update(times.steps)
        for kind, statuses in other.statuses.items():
            self.statuses.setdefault(kind, Counter()).update(statuses)
        self.looked.update(other.looked)
        self.faults.update(other.faults)
        self.broken += other.broken

    def minus(self, before: Tally) -> Tally:
        """What came since `before` was the whole."""
        since = Tally(
            times={
                kind: Times(one.steps - before.times.get(kind, Times()).steps)
                for kind, one in self.times.items()
            },
            statuses={
                kind: one - before.statuses.get(kind, Counter())
                for kind, one in self.statuses.items()
            },
            looked=self.looked - before.looked,
            faults=self.faults - before.faults,
        )
        since.broken = self.broken - before.broken
        return since

    def as_facts(self) -> dict[str, Any]:
        return {
            "times": {kind: dict(sorted(one.steps.items())) for kind, one in self.times.items()},
            "statuses": {kind: dict(sorted(one.items())) for kind, one in self.statuses.items()},
            "looked": dict(self.looked),
            "faults": dict(self.faults),
            "broken": self.broken,
        }

    @classmethod
    def from_facts(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            times={kind: Times(_numbered(one)) for kind, one in said["times"].items()},
            statuses={kind: _numbered(one) for kind, one in said["statuses"].items()},
            looked=Counter(said["looked"]),
            faults=Counter(said["faults"]),
            broken=said["broken"],
        )


def _numbered(said: Mapping[Any, int]) -> Counter[int]:
    """JSON knows only words for names."""
    return Counter({int(name): many for name, many in said.items()})
