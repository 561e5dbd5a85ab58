"""The long walk through a million events was through the code that is here."""

from __future__ import annotations

from prove import audit
from prove.evidence import kept


def test_it_was_measured_as_it_is_now():
    assert kept(audit.NAME).get("covers") == audit.covers(), "run bin/prove audit"


def test_memory_stayed_as_it_was():
    found = kept(audit.NAME)["found"]
    assert set(found) == set(audit.DATABASES)
    for said in found.values():
        assert set(said) == {str(audit.FEW), str(audit.MANY)}
        assert max(audit.ratios(said).values()) <= audit.MOST_MORE
