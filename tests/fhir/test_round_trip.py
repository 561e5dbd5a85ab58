"""A document loses nothing: what a version writes, reading gives back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from careplan.fhir import wire
from careplan.fhir.brief_ids import brief
from careplan.fhir.bundle import _document, from_bundle, read, to_bundle, to_emergency_bundle
from careplan.fhir.frame import Frame, Kind
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.plan.surfaces import emergency
from careplan.summary.today import DayNotice
from tests import make
from tests.strategies import versions

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
NOTICES = (DayNotice("Weigh again.", date(2027, 4, 6)), DayNotice("b", until=date(2026, 12, 18)))

thorough = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def record(version: Version) -> bytes:
    return to_bundle(version, WORDS, narrative=DIV)


def test_it_works() -> None:
    version = make.a_version()
    assert from_bundle(record(version)) == version


def test_before_anybody_has_signed() -> None:
    version = make.an_unsigned_version()
    assert from_bundle(record(version)) == version


@thorough
@given(versions())
def test_every_version_comes_back_whole(version: Version) -> None:
    assert from_bundle(record(version)) == version


@thorough
@given(versions())
def test_the_same_version_always_gives_the_same_bytes(version: Version) -> None:
    assert record(version) == record(from_bundle(record(version)))


def as_seen(version: Version) -> Version:
    """What an emergency document says of a version: no registration number, no history."""
    seen = emergency(version, WORDS)
    signature = replace(seen.signature, registration="") if seen.signature else None
    return replace(seen, replaces=None, reason="", signature=signature)


@thorough
@given(versions())
def test_the_emergency_document_is_the_emergency_projection(version: Version) -> None:
    tree = wire.loads(to_emergency_bundle(version, WORDS, narrative=DIV, notices=NOTICES))
    assert read(tree, Kind.EMERGENCY, WORDS) == in_brief(as_seen(version), version.patient_id)


def in_brief(value: Any, person: UUID) -> Any:
    """The same with the emergency document's shorter ids."""
    if isinstance(value, tuple):
        return tuple(in_brief(one, person) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    inner = {one.name: in_brief(getattr(value, one.name), person) for one in fields(value)}
    if isinstance(inner.get("id"), UUID):
        inner["id"] = UUID(brief({"id": str(inner["id"])}, str(person))["id"])
    return replace(value, **inner)


def test_an_emergency_document_from_before_brief_ids_is_read() -> None:
    seen = emergency(make.a_version(), WORDS)
    tree = _document(Frame(seen, WORDS, Kind.EMERGENCY, full_ids=True), DIV)
    assert read(wire.loads(wire.dumps(tree)), Kind.EMERGENCY, WORDS) == as_seen(make.a_version())


def test_a_narrative_may_be_made_from_what_is_shown() -> None:
    shown = []

    def narrative(version: Version) -> str:
        shown.append(version)
        return DIV

    version = make.a_version()
    to_emergency_bundle(version, WORDS, narrative=narrative)
    assert shown == [emergency(version, WORDS)]


@pytest.mark.parametrize("name", ["adult"])
def test_reading_is_exact_to_the_microsecond(name: str) -> None:
    version = make.a_version()
    fine = replace(version, published_at=version.published_at.replace(microsecond=123456))
    assert from_bundle(record(fine)) == fine
