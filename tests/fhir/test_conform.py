"""What a document must be: FHIR R4, our profiles, UK Core's minimums; and never a crash."""

from __future__ import annotations

import json
import os
import time
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.fhir import profiles
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.fhir.conform import NOT_CHECKED, Severity, check
from careplan.plan.care_plan import Version
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import narrative
from tests import make
from tests.people.everybody import PEOPLE
from tests.strategies import versions

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
SHARED = Path(__file__).parents[3] / "shared" / "fhir"


_MUTE = {
    "fullUrl": "https://a.b/Patient/1",
    "resource": {"resourceType": "Patient", "id": "1", "telecom": [{"system": "phone"}] * 9},
}


@cache
def _document() -> bytes:
    return both(make.a_version())[1]


def both(version: Version) -> list[bytes]:
    return [write(version, WORDS, narrative=DIV) for write in (to_bundle, to_emergency_bundle)]


def test_both_documents_of_an_ordinary_plan_conform() -> None:
    assert [check(data) for data in both(make.a_version())] == [[], []]


def test_both_documents_before_any_signature_conform() -> None:
    assert [check(data) for data in both(make.an_unsigned_version())] == [[], []]


@pytest.mark.parametrize("key", PEOPLE)
def test_the_record_of_every_case_conforms(key: str) -> None:
    version = PEOPLE[key].version()
    for write in (to_bundle, to_emergency_bundle):
        assert check(write(version, WORDS, narrative=lambda seen: narrative(seen, WORDS))) == []


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
    "nothing": (b"", "not JSON"),
    "a list": (b"[]", "resourceType"),
    "half an object": (b"{", "not JSON"),
    "bytes of no text": (b"\xff", "UTF-8"),
    "UTF-16": ('{"resourceType":"Patient"}'.encode("utf-16"), "not UTF-8"),
    "Latin-1": ('{"resourceType":"Patient","id":"é"}'.encode("latin-1"), "not UTF-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"resourceType":"Patient"}', "not JSON"),
    "XML": (b'<Patient xmlns="http://hl7.org/fhir"/>', "not JSON"),
    "a name twice": (b'{"resourceType":"Bundle","resourceType":"Bundle"}', "twice"),
    "no number": (b'{"resourceType":"Bundle","total":NaN}', "NaN"),
    "a number for a kind": (b'{"resourceType":7}', "resourceType"),
    "half a letter": (b'{"resourceType":"\\ud800"}', "surrogate"),
    "a deep list": (b"[" * 100_000, "nested too deeply"),
    "a deep object": (b'{"a":' * 100_000, "nested too deeply"),
    "fifty megabytes": (b" " * 50_000_000, "larger than 2000000 bytes"),
    "a path for a kind": (b'{"resourceType":"../../etc"}', "no resource of FHIR R4"),
    "a kind of nobody": (b'{"resourceType":"Patientt"}', "no resource of FHIR R4"),
}


@pytest.mark.parametrize("name", NOT_FHIR)
def test_bytes_that_are_no_resource_get_one_sentence(name: str) -> None:
    data, words = NOT_FHIR[name]
    (told,) = check(data)
    assert words in told.text
    assert told.severity is Severity.ERROR


def _observation(number: str) -> bytes:
    value = '"code":{"text":"x"},"valueQuantity":{"value":' + number + "}"
    return ('{"resourceType":"Observation","status":"final",' + value + "}").encode()


@pytest.mark.parametrize("number", ["1e999999999", "1e30", "0.1234567890123456789", "9" * 5_000])
def test_a_number_that_others_would_round_is_refused(number: str) -> None:
    told = [one for one in check(_observation(number)) if one.severity is Severity.ERROR]
    assert [one.path for one in told] == ["Observation.value.value"]
    assert "not safe" in told[0].text


@pytest.mark.parametrize("number", ["0", "-1.50", "2.50", "1e2", "0.000001", "123456789012345678"])
def test_a_number_as_fhir_writes_them_is_kept(number: str) -> None:
    assert not [one for one in check(_observation(number)) if one.severity is Severity.ERROR]


def test_what_is_done_lies_behind_us() -> None:
    raw = both(make.a_version())[0]
    written = datetime.fromisoformat(json.loads(raw)["timestamp"])
    assert check(raw, now=written) == []
    early = check(raw, now=written - timedelta(days=2))
    assert {one.path for one in early} >= {"Bundle.timestamp", "Bundle.entry[0].resource.date"}
    assert all("is in the future" in one.text for one in early)


def _many(entry: dict[str, Any]) -> bytes:
    entries = [entry] * (1_900_000 // (len(json.dumps(entry)) + 2))
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.mark.parametrize(
    ("entry", "words"),
    [({}, "an empty object"), ({"a": 1}, "no such element"), (_MUTE, "so large that only")],
    ids=["empty", "wrong", "valid"],
)
def test_a_file_as_large_as_may_be_is_judged_in_seconds(entry: dict[str, Any], words: str) -> None:
    start = time.process_time()
    told = check(_many(entry))
    assert time.process_time() - start < 30
    assert len(told) <= 200
    assert any(words in one.text for one in told)


def test_a_long_way_round_is_found_and_ends() -> None:
    def part(number: int, of: int) -> dict[str, Any]:
        up = {"reference": f"https://a.b/Organization/{of}"}
        unit = {"resourceType": "Organization", "id": str(number), "name": "x", "partOf": up}
        return {"fullUrl": f"https://a.b/Organization/{number}", "resource": unit}

    ring = [part(number, (number + 1) % 400) for number in range(400)]
    tree = {"resourceType": "Bundle", "type": "collection", "entry": ring}
    told = [one for one in check(json.dumps(tree).encode()) if one.severity is Severity.ERROR]
    assert [one.text for one in told] == ["leads back to itself"]


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


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_damaged_document_crashes_it(data: st.DataObject) -> None:
    tree = json.loads(_document())
    place = tree["entry"][data.draw(st.integers(0, len(tree["entry"]) - 1))]["resource"]
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = data.draw(_anything())
    check(json.dumps(tree).encode())


EXAMPLES = Path(os.environ.get("SHL_EXAMPLES", "nowhere"))


@pytest.mark.skipif(not EXAMPLES.exists(), reason="SHL_EXAMPLES does not say where examples are")
def test_another_systems_document_is_judged_fairly() -> None:
    """The patient summary of the IPS guide: it names its entries by UUID and refers to them by kind
    and id, which R4 resolves only from a web address; and it claims no profile of ours.
    """
    found = check((EXAMPLES / "IPS_IG-bundle-01.json").read_bytes())
    assert [(one.path, str(one.severity)) for one in found] == [
        ("Bundle.entry[0].resource.subject.reference", "warning"),
        ("Bundle.meta.profile", "warning"),
    ]
    assert "40 references" in found[0].text


@pytest.mark.skipif(not EXAMPLES.exists(), reason="SHL_EXAMPLES does not say where examples are")
def test_whatever_lies_beside_it_gets_a_verdict() -> None:
    for path in EXAMPLES.iterdir():
        assert check(path.read_bytes()), path.name


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
