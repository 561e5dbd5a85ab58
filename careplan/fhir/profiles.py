"""The profiles a document must keep: ours, from fhir_profiles/, and the minimums of UK Core."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
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
    """What a resource breaks of the profiles of ours that it claims."""
    for url in claims(resource):
        yield from elements.check(rules(url), resource)


def broken_minimum(resource: Node) -> Iterator[Broken]:
    """What a resource breaks of the minimums of UK Core, claimed or not."""
    _, minimums = UKCORE_MINIMUMS.get(resource.tree.get("resourceType"), ("", ()))
    yield from elements.check(minimums, resource)


def claims(resource: Node) -> list[str]:
    """The addresses of the profiles a resource says it keeps."""
    claimed = resource.at("meta", "profile")
    found = claimed.tree if claimed and isinstance(claimed.tree, list) else []
    return [url for url in found if isinstance(url, str)]


def claims_uk_core(resource: Node) -> bool:
    """Itself, or by a profile of ours, all of which stand on UK Core's."""
    return any(url.startswith((codes.UKCORE, codes.PROFILE)) for url in claims(resource))


def broken_extension(node: Node, within: Set[str]) -> Iterator[Broken]:
    """What an extension of ours breaks of its own definition; nothing of anybody else's.

    `within`: the names R4 has for what it stands on, as `Identifier` and `Patient.identifier`.
    """
    url = node.tree.get("url")
    if not isinstance(url, str) or not url.startswith(f"{codes.EXTENSION}/"):
        return
    if url not in ours():
        yield Broken(f"{node.path}.url", f"no extension {url}")
        return
    contexts = {one["expression"] for one in ours()[url].get("context", ())}
    if contexts and not contexts & (within | {"Element"}):
        text = f"does not belong here, but on {' or '.join(sorted(contexts))}"
        yield Broken(f"{node.path}.url", text)
    own = rules(url)
    yield from elements.check(own, node)
    known = {one.get("fixedUri") for one in own if one["id"].endswith(".url")}
    inner = node.at("extension")
    for index, part in enumerate(inner.tree if inner and isinstance(inner.tree, list) else ()):
        if not isinstance(part, dict) or part.get("url") not in known:
            yield Broken(f"{node.path}.extension[{index}].url", "not a part of this extension")
