"""Whether a code is one its element may have: R4's required value sets, and code systems at hand.

Extensible, preferred and example bindings are not asked about: only a person can say whether a code
of theirs would have fitted. A code that its own system does not have is told all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from careplan.fhir import codes
from careplan.fhir.definitions import any_case, code_systems, value_sets
from careplan.fhir.outcome import IssueType
from careplan.fhir.problems import Problem, Severity, error
from careplan.fhir.structure import Place

FOLDER = Path(__file__).parent.parent.parent / "fhir_profiles"
_CODED = ("code", "Coding", "CodeableConcept", "Quantity", "string", "uri")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_KEPT_ELSEWHERE = {
    codes.MEDIA_TYPE: re.compile(r"xml|json|ttl|[\w.+-]+/[\w.+-]+(\s*;.*)?", re.ASCII),
    codes.CURRENCY: re.compile(r"[A-Z]{3}"),
}
"""How codes are written of systems whose codes are not in the release. R4 has three of its own."""

Codes = Mapping[str, frozenset[str] | None]


def check(place: Place) -> Iterator[Problem]:
    """Whether this one place keeps to its binding."""
    bound = place.element.binding
    kind = place.type.code
    if kind == "Coding" and (problem := _unknown(place.value)):
        yield problem_at(place.path, *problem)
    if bound is None or kind not in _CODED:
        return
    if bound.strength == "required" and (allowed := value_sets().get(bound.value_set)):
        text = outside(place.value, kind, allowed, bound.value_set)
        if text:
            yield error(place.path, text, IssueType.CODE_INVALID)
    if (
        bound.most
        and bound.most.startswith(codes.ALL_LANGUAGES)
        and (text := _language(place.value, kind))
    ):
        yield error(place.path, text, IssueType.CODE_INVALID)


def problem_at(path: str, severity: Severity, text: str) -> Problem:
    return Problem(path, severity, text, IssueType.CODE_INVALID)


def outside(value: Any, kind: str, allowed: Codes, name: str) -> str | None:
    """Why a coded value is not of a value set, or None."""
    if kind in ("Coding", "Quantity"):
        ok = _within(value.get("system"), value.get("code"), allowed)
        said = f"{value.get('system')}|{value.get('code')}"
    elif kind == "CodeableConcept":
        inside = _codings(value)
        ok = any(_within(one.get("system"), one.get("code"), allowed) for one in inside)
        said = ", ".join(str(one.get("code")) for one in inside[:3]) or "no code"
    else:
        ok = any(_is_one(value, system, of) for system, of in allowed.items())
        said = repr(value[:60])
    return None if ok else f"{said} is not in the value set {name}, which is required here"


def _codings(concept: Any) -> list[dict[str, Any]]:
    found = concept.get("coding")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _within(system: Any, code: Any, allowed: Codes) -> bool:
    if not isinstance(system, str) or not isinstance(code, str) or system not in allowed:
        return False
    return _is_one(code, system, allowed[system])


def _is_one(code: str, system: str, of: frozenset[str] | None) -> bool:
    if of is not None:
        return code in of
    form = _KEPT_ELSEWHERE.get(system)
    return form is None or form.fullmatch(code) is not None


def _language(value: Any, kind: str) -> str | None:
    """Codes of other systems are let be: UK Core says languages by SNOMED CT too."""
    if kind == "code":
        said = [value]
    else:
        codings = [value] if kind == "Coding" else _codings(value)
        said = [one.get("code") for one in codings if one.get("system") == codes.LANGUAGE]
    for code in said:
        if isinstance(code, str) and not _LANGUAGE.fullmatch(code):
            return f"{code[:60]!r} is not the code of a language (BCP 47)"
    return None


def _unknown(coding: Mapping[str, Any]) -> tuple[Severity, str] | None:
    """A code that its own system does not have. HL7's have grown since R4, and so have ours: a
    record keeps the codes of its own day. Only those that FHIR itself fixes are errors.
    """
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return None
    own = our_systems().get(system)
    of = code_systems().get(system) if own is None else own
    if of is None or code in of:
        return None
    if system in any_case() and code.casefold() in _folded(system):
        return None
    fixed = system.startswith(f"{codes.FHIR}/")
    severity = Severity.ERROR if fixed else Severity.WARNING
    return severity, f"{code[:60]!r} is no code of {system}"


@cache
def _folded(system: str) -> frozenset[str]:
    return frozenset(code.casefold() for code in code_systems()[system])


@cache
def our_systems(folder: Path = FOLDER) -> Mapping[str, frozenset[str]]:
    """Our own code systems that say they are complete."""
    made = {}
    for path in sorted(folder.glob("CodeSystem-*.json")):
        system = json.loads(path.read_text(encoding="utf-8"))
        if system.get("content") == "complete":
            made[system["url"]] = frozenset(_all(system.get("concept", ())))
    return made


def _all(concepts: Any) -> Iterator[str]:
    for one in concepts:
        yield one["code"]
        yield from _all(one.get("concept", ()))


@cache
def our_value_sets(folder: Path = FOLDER) -> Mapping[str, Codes]:
    """Our own value sets, for the bindings of our profiles."""
    made: dict[str, Codes] = {}
    for path in sorted(folder.glob("ValueSet-*.json")):
        one = json.loads(path.read_text(encoding="utf-8"))
        if expanded := _expanded(one):
            made[one["url"]] = expanded
    return made


def _expanded(one: Mapping[str, Any]) -> Codes | None:
    """The codes of a plain list; None of any other, which is then not asked about."""
    found: dict[str, frozenset[str] | None] = {}
    for part in one.get("compose", {}).get("include", ()):
        if "filter" in part or "valueSet" in part or "system" not in part:
            return None
        system = part["system"]
        listed = frozenset(concept["code"] for concept in part.get("concept", ()))
        whole = our_systems().get(system) or code_systems().get(system)
        codes_ = listed or whole
        before = found.get(system, frozenset())
        found[system] = None if codes_ is None or before is None else before | codes_
    return None if "exclude" in one.get("compose", {}) else found


def named(url: str) -> Codes | None:
    """A value set of ours or of R4 by its address, where its codes are known here."""
    bare = url.partition("|")[0]
    return our_value_sets().get(bare) if bare.startswith(codes.BASE) else value_sets().get(bare)
