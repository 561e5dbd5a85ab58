"""The intervals against published figures, and against what they promise."""

# mypy: disable-error-code="operator"

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.measures.intervals import Span, median, rounded, wilson


@pytest.mark.parametrize(
    ("yes", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_published_limits(yes, n, low, high):
    span = wilson(yes, n)
    assert (round(span.low, 4), round(span.high, 4)) == (low, high)
    mirrored = wilson(n - yes, n)
    assert (round(1 - mirrored.high, 4), round(1 - mirrored.low, 4)) == (low, high)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_own_figure_and_stays_between_none_and_all(counts):
    yes, n = counts
    span = wilson(yes, n)
    assert 0 <= span.low <= span.middle <= span.high <= 1
    assert span.low < span.high


def test_the_median_of_a_hundred_is_bounded_by_the_40th_and_the_61st():
    """Campbell and Gardner 1988: for n = 100 the ranks are 40 and 61."""
    assert median([float(one) for one in range(1, 101)]) == Span(50.5, 40.0, 61.0)


def test_who_was_never_relieved_is_slower_than_any():
    waits = [10.0] * 4 + [40.0] * 3 + [inf] * 5
    assert median(waits) == Span(40.0, 10.0, inf)
    assert rounded(median(waits), 5) == (40, 10, None)


@given(st.lists(st.integers(0, 600).map(float), min_size=10, max_size=80))
def test_rounding_never_makes_an_interval_narrower(waits):
    span = median(sorted(waits))
    middle, low, high = rounded(span, 5)
    assert None not in (middle, low, high)
    assert low <= span.low <= span.high <= high
    assert low <= middle <= high
