"""What R4 itself publishes has no error: whoever finds one there is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from careplan.fhir.conform import Severity, check

PUBLISHED = (
    Path(__file__).parents[2] / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
)
TAKEN = {"valuesets": 40, "v3-codesystems": 20, "search-parameters": 40, "profiles-types": 8}


@pytest.mark.parametrize("name", TAKEN)
def test_nothing_that_r4_publishes_is_wrong(name: str) -> None:
    entries = json.loads((PUBLISHED / f"{name}.json").read_bytes())["entry"]
    some = Random(f"{name} of R4").sample(entries, TAKEN[name])
    for resource in (entry["resource"] for entry in some):
        judged = check(json.dumps(resource).encode())
        assert [one for one in judged if one.severity is Severity.ERROR] == [], resource["url"]
