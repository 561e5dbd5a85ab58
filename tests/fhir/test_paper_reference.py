"""A PDF is handed over as FHIR readers expect one, and says nothing the page does not."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha1
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.fhir.bundle import to_emergency_bundle
from careplan.fhir.conform import check
from careplan.fhir.paper_reference import paper_reference
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from tests import make
from tests.strategies import versions

WORDS = dictionary()
PDF = b"%PDF-1.7 a page"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
ALONE = "neither a crisis plan document nor a visit report: only general rules were checked"


def reference(version: Version, pdf: bytes = PDF) -> dict[str, Any]:
    raw = paper_reference(version, WORDS, pdf=pdf, made_at=version.published_at)
    assert [one.text for one in check(raw)] == [ALONE]
    made: dict[str, Any] = json.loads(raw)
    return made


def test_it_says_what_uk_core_and_readers_look_for() -> None:
    version = make.a_version()
    made = reference(version)
    assert (made["resourceType"], made["status"], made["docStatus"]) == (
        "DocumentReference",
        "current",
        "final",
    )
    assert made["type"]["coding"] == [{"system": "http://snomed.info/sct", "code": "734163000"}]
    assert made["subject"]["display"] == version.plan.identity.legal_name
    assert version.signature is not None
    assert made["author"][0]["display"].startswith(version.signature.name)
    assert version.signature.registration not in json.dumps(made)
    related = made["context"]["related"][0]["identifier"]["value"]
    assert related == f"urn:uuid:{version.emergency_id}"


def test_its_people_are_those_of_the_emergency_document() -> None:
    version = make.a_version()
    bundle = json.loads(to_emergency_bundle(version, WORDS, narrative=DIV))
    known = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    made = reference(version)
    for one in (made["subject"], *made["author"]):
        assert known[one["reference"]] == one["type"]


def test_before_any_signature_it_is_the_persons_own_and_preliminary() -> None:
    made = reference(make.an_unsigned_version())
    assert made["docStatus"] == "preliminary"
    assert made["author"][0]["type"] == "Patient"


@given(st.binary(min_size=1, max_size=2000))
def test_the_page_comes_out_as_it_went_in(pdf: bytes) -> None:
    (content,) = reference(make.a_version(), pdf)["content"]
    page = content["attachment"]
    assert (page["contentType"], b64decode(page["data"])) == ("application/pdf", pdf)
    assert (page["size"], b64decode(page["hash"])) == (len(pdf), sha1(pdf).digest())


def test_a_new_version_is_the_same_paper_in_another_issue() -> None:
    version = make.a_version()
    later = replace(version, number=4, emergency_id=version.record_id)
    one, two = reference(version), reference(later)
    assert one["id"] == two["id"]
    assert one["masterIdentifier"] != two["masterIdentifier"]


@settings(max_examples=25)
@given(versions())
def test_every_plan_has_one(version: Version) -> None:
    made = reference(version)
    made["content"][0]["attachment"].pop("data")
    assert len(json.dumps(made)) < 4000
