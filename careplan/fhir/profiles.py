"""The profiles a document must keep: ours, from fhir_profiles/, and the minimums of UK Core."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from careplan.fhir import codes, elements
from careplan.fhir.elements import Broken, Rule
from careplan.fhir.tree import Node

FOLDER = Path(__file__).parent.parent.parent / "fhir_profiles"


def _required(path: str) -> Rule:
    return {"id": path, "min": 1}


UKCORE_SNAPSHOT = "UK Core R4 2.0.0, snapshot of 2025-06-20"
UKCORE_MINIMUMS: Mapping[str, tuple[str, tuple[Rule, ...]]] = {
    "AllergyIntolerance": ("2.5.0", (_required("AllergyIntolerance.code"),)),
    "AuditEvent": ("1.2.0", ()),
    "Bundle": ("2.2.0", ()),
    "CarePlan": ("2.2.0", ()),
    "CareTeam": ("2.1.0", ()),
    "Composition": ("2.4.0", ()),
    "Condition": ("2.6.0", ()),
    "Consent": ("2.4.0", ()),
    "DocumentReference": ("2.2.0", ()),
    "Flag": ("1.2.0", ()),
    "MedicationRequest": ("2.5.0", (_required("MedicationRequest.substitution"),)),
    "MedicationStatement": (
        "2.5.0",
        (
            _required("MedicationStatement.identifier.system"),
            _required("MedicationStatement.identifier.value"),
        ),
    ),
    "Observation": ("2.5.0", ()),
    "Organization": (
        "2.5.1",
        (
            {
                "id": "Organization.identifier:odsOrganisationCode.system",
                "min": 1,
                "fixedUri": codes.ODS,
            },
            _required("Organization.identifier:odsOrganisationCode.value"),
            {
                "id": "Organization.identifier:odsSiteCode.system",
                "min": 1,
                "fixedUri": codes.ODS_SITE,
            },
            _required("Organization.identifier:odsSiteCode.value"),
        ),
    ),
    "Patient": (
        "2.6.1",
        (
            {"id": "Patient.identifier:nhsNumber.system", "min": 1, "fixedUri": codes.NHS_NUMBER},
            _required("Patient.identifier:nhsNumber.value"),
        ),
    ),
    "Practitioner": ("2.4.0", ()),
    "PractitionerRole": ("2.4.0", ()),
    "Provenance": ("1.2.0", ()),
    "QuestionnaireResponse": ("1.2.0", ()),
    "RelatedPerson": ("2.5.0", ()),
}
"""What UK Core asks beyond FHIR R4, by resource: version and minimums. Facts, not its files."""


@cache
def ours(folder: Path = FOLDER) -> Mapping[str, Mapping[str, Any]]:
    """Our StructureDefinitions by their canonical address."""
    made = {}
    for path in sorted(folder.glob("StructureDefinition-*.json")):
        definition = json.loads(path.read_text(encoding="utf-8"))
        made[definition["url"]] = definition
    return made


def rules(url: str) -> tuple[Rule, ...]:
    """A profile's own elements, behind those of every profile of ours it is derived from."""
    definition = ours().get(url)
    if definition is None:
        return ()
    own = tuple(definition["differential"]["element"])
    return (*rules(definition["baseDefinition"]), *own)


def broken_by(resource: Node) -> Iterator[Broken]:
    """What a resource breaks of the profiles it claims, of UK Core, and of our extensions' own."""
    kind = resource.tree.get("resourceType") if isinstance(resource.tree, dict) else None
    _, minimums = UKCORE_MINIMUMS.get(kind if isinstance(kind, str) else "", ("", ()))
    yield from elements.check(minimums, resource)
    claimed = resource.at("meta", "profile")
    for url in claimed.tree if claimed and isinstance(claimed.tree, list) else ():
        if isinstance(url, str):
            yield from elements.check(rules(url), resource)
    yield from _extensions(resource)


def _extensions(node: Node) -> Iterator[Broken]:
    if isinstance(node.tree, list):
        for index, item in enumerate(node.tree):
            yield from _extensions(Node(item, f"{node.path}[{index}]"))
    elif isinstance(node.tree, dict):
        url = node.tree.get("url")
        if isinstance(url, str) and url.startswith(f"{codes.EXTENSION}/"):
            yield from _extension(url, node)
        for name, value in node.tree.items():
            yield from _extensions(Node(value, f"{node.path}.{name}"))


def _extension(url: str, node: Node) -> Iterator[Broken]:
    if url not in ours():
        yield Broken(f"{node.path}.url", f"no extension {url}")
        return
    own = rules(url)
    yield from elements.check(own, node)
    known = {one.get("fixedUri") for one in own if one["id"].endswith(".url")}
    inner = node.at("extension")
    for index, part in enumerate(inner.tree if inner and isinstance(inner.tree, list) else ()):
        if not isinstance(part, dict) or part.get("url") not in known:
            yield Broken(f"{node.path}.extension[{index}].url", "not a part of this extension")
