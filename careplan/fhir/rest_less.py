"""Less of a plan, where a client asks for less: `_summary` and `_elements` (FHIR R4 3.2.1.5.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from careplan.fhir import codes, wire
from careplan.fhir.rest_search import Summary

_SUBSETTED = MappingProxyType(
    {
        "system": codes.OBSERVATION_VALUE,
        "code": "SUBSETTED",
    }
)
_ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules", "status", "intent", "subject"})
"""What no plan is without: its head, and what R4 asks for at least once."""
_SUMMARY = _ALWAYS | {
    *("identifier", "instantiatesCanonical", "instantiatesUri", "basedOn", "replaces", "partOf"),
    *("category", "title", "description", "encounter", "period", "created", "author", "addresses"),
}
"""The elements that R4 marks as belonging to a summary of a CarePlan."""
_KEPT: Mapping[Summary, frozenset[str]] = MappingProxyType(
    {Summary.TRUE: _SUMMARY, Summary.TEXT: _ALWAYS | {"text"}}
)


def less(plan: bytes, *, summary: Summary, elements: Iterable[str]) -> bytes:
    """The plan without what was not asked for, marked as less than there is."""
    wanted = frozenset(elements)
    if summary is Summary.FALSE and not wanted:
        return plan
    tree: dict[str, Any] = wire.loads(plan)
    kept = _KEPT.get(summary) or (_ALWAYS | wanted if wanted else frozenset(tree) - {"text"})
    # What is left out may be what its profile asks for, so it claims none.
    meta = {name: one for name, one in tree["meta"].items() if name != "profile"}
    meta["tag"] = [*meta.get("tag", []), dict(_SUBSETTED)]
    return wire.dumps({name: one for name, one in (tree | {"meta": meta}).items() if name in kept})
