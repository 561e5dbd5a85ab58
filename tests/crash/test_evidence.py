"""The long campaign was of the code as it is now."""

from __future__ import annotations

from prove import crashes
from prove.evidence import kept


def test_the_long_campaign_was_of_the_code_as_it_is_now() -> None:
    said = kept(crashes.NAME)
    assert said["covers"] == crashes.covers(), "what is kept or sent has changed: bin/prove crashes"
    for database in crashes.DATABASES:
        rounds = [one for title, one in said["found"].items() if title.startswith(database)]
        assert sum(sum(one["kills"].values()) for one in rounds) >= 200
