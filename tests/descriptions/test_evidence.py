"""The long run of the same questions: kept, and of the descriptions as they are now."""

from __future__ import annotations

import re

import pytest

from prove import descriptions
from prove.evidence import kept
from tests.descriptions.asking import published_by


@pytest.mark.parametrize("database", descriptions.DATABASES)
@pytest.mark.parametrize("kind", descriptions.DOORS)
def test_it_was_asked_since_its_description_changed(people, kind, database):
    found = kept(descriptions.NAME).get("found", {}).get(f"{database}, {kind}", {})
    now = descriptions.covers(published_by(people), kind)
    assert found.get("covers") == now, "a description has changed: run bin/prove descriptions"
    assert found["wrong"] == 0
    assert found["asked"] > found["doors"] * descriptions.EXAMPLES / 3


def test_every_door_is_of_one_kind(people):
    for path in published_by(people)["paths"]:
        kinds = [name for name, where in descriptions.DOORS.items() if re.search(where, path)]
        assert len(kinds) == 1, path
