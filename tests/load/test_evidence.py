"""The half million requests were those that are asked now."""

from __future__ import annotations

from prove import load
from prove.evidence import kept


def test_the_half_million_was_of_what_is_asked_now() -> None:
    said = kept(load.NAME)
    assert said["covers"] == load.covers(), "other things are asked now: bin/prove load"
    assert load.summed(said).many >= load.REQUESTS
    assert list(load.judged(said)) == []
