"""The implementation guide's source says what the documents do: codes, bindings, addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from careplan.fhir import codes, profiles
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.plan.care_plan import AnswerBeside, AnswerKind, Version
from careplan.plan.dictionary import dictionary
from careplan.plan.sickle import BloodPressure, Reading
from careplan.plan.values import Dose, Interval, IntervalKind, TimeUnit
from tests import make
from tests.people.everybody import PEOPLE

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
GUIDE = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted(profiles.FOLDER.glob("*-*.json"))
}
BY_ADDRESS = {one["url"]: one for one in GUIDE.values()}
CODES = {
    url: {each["code"] for each in one["concept"]}
    for url, one in BY_ADDRESS.items()
    if one["resourceType"] == "CodeSystem"
}


@pytest.fixture(scope="module")
def documents() -> list[Any]:
    """Both documents of everybody we have invented, and of a plan with what none of them has."""
    versions = [*(case.version() for case in PEOPLE.values()), _rarities()]
    return [
        json.loads(write(one, dictionary(one.condition), narrative=DIV))
        for one in versions
        for write in (to_bundle, to_emergency_bundle)
    ]


def _rarities() -> Version:
    """A parent's answer, and an interval that FHIR's own timing cannot say."""
    version = make.a_version()
    pain = version.plan.pain_plan
    step = replace(pain.steps[0], repeat=Interval(IntervalKind.EVERY, unit=TimeUnit.HOUR))
    plan = version.plan.with_section("pain_plan", replace(pain, steps=(step, *pain.steps[1:])))
    answer = AnswerBeside("Grace", "her mother", AnswerKind.AGREE, version.published_at)
    return replace(version, plan=plan, beside=(answer,))


def everywhere(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            yield from everywhere(one)


def test_every_code_of_ours_in_a_document_is_in_its_system(documents: list[Any]) -> None:
    used = {
        (one["system"], one["code"])
        for one in everywhere(documents)
        if str(one.get("system")).startswith(codes.OWN) and "code" in one
    }
    assert len(used) > 200
    assert [(url, code) for url, code in used if code not in CODES.get(url, ())] == []


def test_every_binding_of_ours_leads_to_all_codes_of_one_system() -> None:
    bound = [one["binding"] for one in everywhere(list(GUIDE.values())) if "binding" in one]
    assert {one["strength"] for one in bound} == {"required", "extensible"}
    for one in bound:
        includes = BY_ADDRESS[one["valueSet"]]["compose"]["include"]
        assert [each["system"] in CODES for each in includes] == [True]


def _bound_parts() -> dict[tuple[str, str | None], set[str]]:
    """The codes that a value of an extension, or of a part of it, may have."""
    found = {}
    for one in GUIDE.values():
        for element in one.get("differential", {}).get("element", ()):
            if one["type"] == "Extension" and "binding" in element:
                part = element["id"].partition(":")[2].partition(".")[0] or None
                system = BY_ADDRESS[element["binding"]["valueSet"]]["compose"]["include"][0]
                found[one["url"], part] = CODES[system["system"]]
    return found


def test_every_bound_value_of_an_extension_is_one_of_its_codes(documents: list[Any]) -> None:
    bound, met = _bound_parts(), set()
    for one in everywhere(documents):
        for name, part in ((None, one), *((each.get("url"), each) for each in _parts(one))):
            place = (str(one.get("url")), name)
            value = part.get("valueCode", part.get("valueString"))
            if place in bound and value is not None:
                met.add(place)
                assert value in bound[place], place
    assert met == bound.keys()


def _parts(extension: dict[str, Any]) -> list[dict[str, Any]]:
    return extension.get("extension", []) if "url" in extension else []


def test_every_code_in_an_extension_of_ours_is_bound() -> None:
    for one in GUIDE.values():
        for element in one.get("differential", {}).get("element", ()):
            kinds = [each["code"] for each in element.get("type", ())]
            assert kinds != ["code"] or "binding" in element, (one["id"], element["id"])


def test_every_address_of_ours_in_a_document_is_in_the_guide(documents: list[Any]) -> None:
    said = {
        value
        for one in everywhere(documents)
        for name, value in one.items()
        if name in ("url", "system", "questionnaire") and str(value).startswith(f"{codes.BASE}/")
    }
    said |= {url for one in everywhere(documents) for url in one.get("profile", ())}
    namings = {codes.PLAN_NUMBER, codes.HOSPITAL_NUMBER, codes.REGISTRATION}
    assert {one.replace("_", "-") for one in said - namings} <= {
        one.replace("_", "-") for one in BY_ADDRESS
    }


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        ("dose", Dose),
        ("interval", Interval),
        ("reading", Reading),
        ("blood_pressure", BloodPressure),
    ],
)
def test_the_questionnaire_asks_for_every_part_of_a_value(kind: str, cls: type[Any]) -> None:
    words = dictionary()
    path = next(field.path for field in words.fields.values() if field.type == kind)
    items = everywhere(GUIDE["Questionnaire-sickle-cell.json"])
    (item,) = (one for one in items if one.get("linkId") == path)
    wanted = {f"{path}.{one.name}" for one in fields(cls)}
    assert {one["linkId"] for one in item["item"]} == wanted


def test_no_snapshot_is_kept_in_the_source() -> None:
    """They quote R4's own words, and are derived when a package is built."""
    assert [name for name, one in GUIDE.items() if "snapshot" in one] == []
