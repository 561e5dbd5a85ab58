"""Writes the guide's examples from the case builders: `python -m tests.people.guide_examples`.

Both documents of three people who do not exist, byte for byte as the service publishes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.fhir.profiles import FOLDER
from careplan.plan.dictionary import dictionary
from careplan.plan.drugs import drugs
from careplan.summary.narrative import narrative, record_narrative
from careplan.summary.today import day_notices
from tests.people.everybody import PEOPLE

EXAMPLES = FOLDER / "examples"
SHOWN = ("ada", "kofi", "amal")
"""An adult with a full plan; a child, dosed by weight; somebody new with little on record."""


def written() -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each example."""
    for key in SHOWN:
        version = PEOPLE[key].version()
        words = dictionary(version.condition)
        days = day_notices(version, words, drugs(version.condition))
        record = to_bundle(version, words, narrative=record_narrative(version, words))
        shown = narrative(version, words)
        emergency = to_emergency_bundle(version, words, narrative=shown, notices=days)
        yield f"{key}-record.json", record
        yield f"{key}-emergency.json", emergency


if __name__ == "__main__":
    for name, data in written():
        (EXAMPLES / name).write_bytes(data)
