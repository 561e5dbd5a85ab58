"""What judging a document takes, beside the check of its shape alone by fhir.resources."""

from __future__ import annotations

from collections.abc import Iterator

from fhir.resources.R4B.bundle import Bundle

from bench.measure import Line, seconds, side_by_side
from bench.storage import documents
from careplan.fhir.conform import check
from tests.make import a_version
from tests.summary.others import kofi_version, mama_version

NAMES = ("record", "emergency document")


def measure() -> Iterator[Line]:
    people = {"Ada": a_version(), "Kofi": kofi_version(), "the largest case": mama_version()}
    first = None
    for person, version in people.items():
        for name, raw in zip(NAMES, documents(version), strict=True):
            first = first or seconds(lambda raw=raw: check(raw))  # type: ignore[misc]
            yield _line(f"{name} of {person}, {len(raw) / 1000:.0f} kB", raw)
    told = f"{first:.2f} s" if first else ""
    what = "the first document a process judges: definitions read, rules parsed"
    yield Line("validating", what, told, "", "", "≤ 2 s", first is not None and first <= 2)


def _line(what: str, raw: bytes) -> Line:
    if check(raw):
        raise RuntimeError(f"{what} is not clean: {check(raw)[0]}")
    took, floor = side_by_side(lambda: check(raw), lambda: Bundle.model_validate_json(raw))
    return Line(
        "validating",
        f"everything that validate asks of the {what}",
        f"{took * 1000:.0f} ms",
        f"its shape alone {floor * 1000:.0f} ms",
        f"{took / floor:.1f}",
        "≤ 2 s",
        took <= 2,
    )
