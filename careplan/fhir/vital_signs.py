"""R4's own profiles of ten vital signs, which bind whoever sends one under its LOINC code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from careplan.fhir import codes
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, error
from careplan.fhir.structure import Place

_PARTS = {codes.SYSTOLIC: "systolic", codes.DIASTOLIC: "diastolic"}


def check(place: Place) -> Iterator[Problem]:
    """One Observation, if it is a vital sign."""
    tree = place.value
    for code in sorted(codes.VITAL_SIGN_UNITS.keys() & _loinc(tree.get("code"))):
        yield from _asked(tree, place.path)
        if code == codes.BLOOD_PRESSURE:
            yield from _pressure(tree, place.path)
        elif code != codes.VITAL_SIGNS_PANEL:
            yield from _measured(tree, place.path, codes.VITAL_SIGN_UNITS[code])


def _asked(tree: dict[str, Any], path: str) -> Iterator[Problem]:
    """What R4 asks of every vital sign."""
    category = {"system": codes.OBSERVATION_CATEGORY, "code": "vital-signs"}
    if not any(category.items() <= one.items() for one in _codings(tree.get("category"))):
        yield _wrong(f"{path}.category", "a vital sign is in the category vital-signs")
    if "subject" not in tree:
        yield _wrong(f"{path}.subject", "a vital sign says whose it is")
    day = tree.get("effectiveDateTime")
    if isinstance(day, str) and len(day) < 8:
        yield _wrong(f"{path}.effective", "a vital sign says the day (vs-1)")
    if day is None and "effectivePeriod" not in tree and "_effectiveDateTime" not in tree:
        yield _wrong(f"{path}.effective", "a vital sign says when, as dateTime or Period")
    has_value = any(name.lstrip("_").startswith("value") for name in tree)
    if not has_value and not {"dataAbsentReason", "component", "hasMember"} & tree.keys():
        yield _wrong(path, "a vital sign has a value, or says why not (vs-2)")


def _measured(tree: dict[str, Any], path: str, units: tuple[str, ...]) -> Iterator[Problem]:
    value = tree.get("valueQuantity")
    if not isinstance(value, dict):
        return
    for name in ("value", "unit", "system", "code"):
        if name not in value:
            yield _wrong(f"{path}.value.{name}", "missing: a vital sign is measured in a unit")
    if value.get("system", codes.UCUM) != codes.UCUM:
        yield _wrong(f"{path}.value.system", "a vital sign has a unit of UCUM")
    if value.get("code", units[0]) not in units:
        text = f"{str(value.get('code'))[:40]!r} is no unit of this vital sign: {', '.join(units)}"
        yield _wrong(f"{path}.value.code", text)


def _pressure(tree: dict[str, Any], path: str) -> Iterator[Problem]:
    if "valueQuantity" in tree:
        yield _wrong(f"{path}.value", "a blood pressure has its values in components")
    parts = tree.get("component")
    parts = parts if isinstance(parts, list) else []
    for code, name in _PARTS.items():
        found = [(i, one) for i, one in enumerate(parts) if code in _loinc(_of(one, "code"))]
        if len(found) != 1:
            yield _wrong(f"{path}.component", f"a blood pressure has one {name} component")
        for index, one in found:
            yield from _measured(one, f"{path}.component[{index}]", ("mm[Hg]",))


def _loinc(concept: Any) -> set[str]:
    return {str(one.get("code")) for one in _codings([concept]) if one.get("system") == codes.LOINC}


def _codings(concepts: Any) -> list[dict[str, Any]]:
    found = [_of(concept, "coding") for concept in concepts] if isinstance(concepts, list) else []
    return [one for coding in found if isinstance(coding, list) for one in coding if _is(one)]


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _is(value: Any) -> bool:
    return isinstance(value, dict)


def _wrong(path: str, text: str) -> Problem:
    return error(path, text, IssueType.BUSINESS_RULE)
