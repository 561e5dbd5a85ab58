"""P9: what a version takes, sealed, beside the size of its documents."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Line
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.keys.dictionaries import SHELF, Shelf
from careplan.keys.envelope import DataKey, Where, seal
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import narrative
from tests.make import a_version
from tests.summary.others import kofi_version, mama_version

NONE = Shelf(Path("no folder"))


def measure() -> Iterator[Line]:
    people = {"Ada": a_version(), "Kofi": kofi_version(), "the largest case": mama_version()}
    for name, version in people.items():
        raw = documents(version)
        size = sum(map(len, raw))
        kept, plain = (sum(_sealed(one, shelf) for one in raw) for shelf in (SHELF, NONE))
        yield Line(
            "P9",
            f"record and emergency documents of {name}, sealed",
            f"{kept:,} bytes",
            f"raw {size:,}; without dictionary {plain:,} ({plain / size:.2f})",
            f"{kept / size:.2f}",
            "≤ 0.22",
            kept / size <= 0.22,
        )


def documents(version: Version) -> tuple[bytes, bytes]:
    words = dictionary()

    def said(one: Version) -> str:
        return narrative(one, words)

    return (
        to_bundle(version, words, narrative=said),
        to_emergency_bundle(version, words, narrative=said),
    )


def _sealed(document: bytes, shelf: Shelf) -> int:
    key, where = DataKey(bytes(32)), Where("plan_version", "someone/1", "record")
    entropy = secrets.token_bytes
    return len(seal(document, key=key, where=where, entropy=entropy, dictionary=True, shelf=shelf))
