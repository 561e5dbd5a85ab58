"""The long campaign sent what is sent now, to every door that there is."""

from __future__ import annotations

from prove import fuzz
from prove.evidence import kept


def test_the_long_campaign_was_of_every_door_there_is() -> None:
    said = kept(fuzz.NAME)
    assert said["covers"] == fuzz.covers(), "there are other doors: bin/prove fuzz"
    assert sum(sum(one["inputs"].values()) for one in said["found"].values()) >= fuzz.INPUTS
    assert [fault for one in said["found"].values() for fault in one["faults"]] == []
