"""What a document must be: FHIR R4, our profiles, UK Core's minimums; and never a crash."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.fhir import profiles
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.fhir.conform import NOT_CHECKED, check
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from tests import make
from tests.strategies import versions

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
SHARED = Path(__file__).parents[3] / "shared" / "fhir"


def both(version: Version) -> list[bytes]:
    return [write(version, WORDS, narrative=DIV) for write in (to_bundle, to_emergency_bundle)]


def test_both_documents_of_an_ordinary_plan_conform() -> None:
    assert [check(data) for data in both(make.a_version())] == [[], []]


def test_both_documents_before_any_signature_conform() -> None:
    assert [check(data) for data in both(make.an_unsigned_version())] == [[], []]


_MADE_UP = (
    "is no code of https://my-s",
    "not in the value set https://my-s",
    "not the code of a language",
    "low is higher than high",
    "start SHALL have a lower value than end",
)
"""Plans that no rule has looked at hold codes that no release has, and end before they begin."""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions())
def test_every_document_conforms(version: Version) -> None:
    for data in both(version):
        assert [one for one in check(data) if not any(why in one.text for why in _MADE_UP)] == []


NOT_FHIR = {
    b"": "not JSON",
    b"[]": "resourceType",
    b"{": "not JSON",
    b"\xff": "UTF-8",
    b'{"resourceType":"Bundle","resourceType":"Bundle"}': "twice",
    b'{"resourceType":"Bundle","total":NaN}': "NaN",
    b'{"resourceType":7}': "resourceType",
    b'{"resourceType":"\\ud800"}': "surrogate",
    b"[" * 100_000: "nested too deeply",
    b'{"resourceType":"../../etc"}': "no resource of FHIR R4",
}


@pytest.mark.parametrize("data", NOT_FHIR, ids=lambda data: repr(data[:40]))
def test_bytes_that_are_no_resource_get_a_sentence(data: bytes) -> None:
    assert any(NOT_FHIR[data] in one.text for one in check(data))


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(data: bytes) -> None:
    check(data)


def _anything() -> st.SearchStrategy[Any]:
    names = st.sampled_from(
        [
            *("resourceType", "entry", "resource", "id", "text", "div", "meta", "profile", "url"),
            *("extension", "valueString", "identifier", "system", "value", "coding", "code"),
            *("reference", "fullUrl", "type"),
        ]
    )
    kinds = st.sampled_from(["Bundle", "Patient", "Composition", "document", "urn:uuid:1", "\x00"])
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | kinds
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4)
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(["entry", "meta", "type", "identifier"]), _anything()))
def test_no_bundle_of_garbage_crashes_it(tree: dict[str, Any]) -> None:
    assert check(json.dumps({"resourceType": "Bundle", **tree}).encode())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_damaged_document_crashes_it(data: st.DataObject) -> None:
    tree = json.loads(both(make.a_version())[1])
    place = tree["entry"][data.draw(st.integers(0, len(tree["entry"]) - 1))]["resource"]
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = data.draw(_anything())
    check(json.dumps(tree).encode())


@pytest.mark.skipif(not SHARED.exists(), reason="the specifications' own examples are not here")
def test_the_specifications_own_examples_do_not_crash_it() -> None:
    for path in (SHARED / "examples").iterdir():
        check(path.read_bytes())
    found = check((SHARED / "examples" / "IPS_IG-bundle-01.json").read_bytes())
    assert any("neither a crisis plan" in one.text for one in found)


def test_it_says_aloud_what_it_does_not_check() -> None:
    assert any("SNOMED" in sentence for sentence in NOT_CHECKED)


def _ukcore(path: Path) -> tuple[str, set[tuple[str, str | None]]]:
    space = {"f": "http://hl7.org/fhir"}
    root = ET.parse(path).getroot()

    def value(element: ET.Element, name: str) -> str | None:
        found = element.find(f"f:{name}", space)
        return None if found is None else found.get("value")

    minimums = {
        (str(element.get("id")), value(element, "fixedUri"))
        for element in root.findall("f:differential/f:element", space)
        if int(value(element, "min") or 0) > 0
    }
    return str(value(root, "version")), minimums


@pytest.mark.skipif(not SHARED.exists(), reason="UK Core's own files are not here")
@pytest.mark.parametrize("kind", profiles.UKCORE_MINIMUMS)
def test_our_table_of_uk_core_agrees_with_uk_core(kind: str) -> None:
    version, rules = profiles.UKCORE_MINIMUMS[kind]
    ours = {(rule["id"], rule.get("fixedUri")) for rule in rules}
    assert (version, ours) == _ukcore(SHARED / "ukcore" / f"UKCore-{kind}.xml")
