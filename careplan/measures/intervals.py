"""How sure a figure is: 95 % intervals, each by a named method from the literature.

Rows count as independent. Several visits of one person are not, so a true interval is wider, the
more so the more visits each person told of; the page says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, sqrt
from statistics import NormalDist

WILSON = "Wilson score interval (Wilson 1927; method 3 of Newcombe 1998), 95 %"
ORDER = "interval of the median by order statistics (Conover; Campbell and Gardner 1988), 95 %"
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with its interval. Of a median any of the three may be infinite."""

    middle: float
    low: float
    high: float


def wilson(yes: int, n: int) -> Span:
    """A proportion, between 0 and 1."""
    share, spread = yes / n, Z * Z / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    low = 0.0 if yes == 0 else max(0.0, centre - half)
    high = 1.0 if yes == n else min(1.0, centre + half)
    return Span(share, low, high)


def median(ordered: Sequence[float]) -> Span:
    """Of at least ten values in their order: the middle, and the values whose ranks bound it."""
    n = len(ordered)
    half = Z * sqrt(n) / 2
    low = max(1, round(n / 2 - half))
    high = min(n, round(1 + n / 2 + half))
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return Span(middle, ordered[low - 1], ordered[high - 1])


def rounded(span: Span, step: int) -> tuple[int | None, int | None, int | None]:
    """Middle, low and high to the step, the interval outwards; None is "longer than measured"."""
    low = span.low if span.low == inf else floor(span.low / step) * step
    high = span.high if span.high == inf else ceil(span.high / step) * step
    middle = span.middle if span.middle == inf else round(span.middle / step) * step
    return _whole(middle), _whole(low), _whole(high)


def _whole(value: float) -> int | None:
    return None if value == inf else int(value)
