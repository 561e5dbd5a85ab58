"""The implementation guide: every resource of fhir_profiles/, and those of them that are made.

`python -m careplan.fhir.guide` makes them again; a test fails when they have drifted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from careplan.fhir import capability, codes, terminology
from careplan.fhir.profiles import FOLDER
from careplan.fhir.terminology import text_of
from careplan.fhir.tree import Tree, some
from careplan.plan.content import installed
from careplan.plan.dictionary import dictionary

EXAMPLES = FOLDER / "examples"

GROUPS: Mapping[str, str] = {
    "profiles": "Profiles: what a document of ours keeps to",
    "extensions": "Extensions: what FHIR has no room for",
    "value-sets": "Value sets and their code systems: what a code is chosen from",
    "code-systems": "Code systems: our own codes",
    "questionnaires": "Questionnaires: every field, with its linkId",
    "service": "The service: what may be asked of it",
    "examples": "Examples: people who do not exist",
}


def package_json() -> Tree:
    made: Tree = json.loads((FOLDER / "package.json").read_text("utf-8"))
    return made


def resources(folder: Path = FOLDER) -> dict[str, Tree]:
    """File name to resource, differentials as they are kept."""
    return {
        path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*-*.json"))
    }


def made() -> dict[str, Tree]:
    """What is made from the program rather than written by hand, by file name."""
    files = terminology.files(*map(dictionary, installed()))
    service = capability.requirements()
    files[f"CapabilityStatement-{service['id']}.json"] = service
    guide = _guide({**_by_hand(), **files})
    return {**files, f"ImplementationGuide-{guide['id']}.json": guide}


def _by_hand() -> dict[str, Tree]:
    kinds = ("StructureDefinition", "SearchParameter", "OperationDefinition")
    return {name: one for name, one in resources().items() if one["resourceType"] in kinds}


def group_of(resource: Mapping[str, Any]) -> str:
    """Which part of the guide a resource belongs to."""
    kind = resource["resourceType"]
    if kind == "StructureDefinition":
        return "extensions" if resource["type"] == "Extension" else "profiles"
    groups = {"ValueSet": "value-sets", "CodeSystem": "code-systems"}
    return groups.get(kind) or ("questionnaires" if kind == "Questionnaire" else "service")


def title_of(resource: Mapping[str, Any]) -> str:
    return str(resource.get("title") or resource["name"])


def _guide(files: Mapping[str, Tree]) -> Tree:
    package = package_json()
    name, needed = package["name"], package["dependencies"]
    ukcore = next(one for one in needed if "ukcore" in one)
    return {
        "resourceType": "ImplementationGuide",
        "id": name,
        "url": f"{codes.BASE}/ImplementationGuide/{name}",
        "version": package["version"],
        "name": "MySickleCellPlan",
        "title": package["title"],
        "status": "draft",
        "experimental": True,
        "date": terminology.DATED,
        "publisher": package["author"],
        "description": package["description"],
        "packageId": name,
        "license": package["license"],
        "fhirVersion": package["fhirVersions"],
        "dependsOn": [
            {
                "uri": f"{codes.UKCORE_BASE}/ImplementationGuide/{ukcore}",
                "packageId": ukcore,
                "version": needed[ukcore],
            }
        ],
        "definition": {
            "grouping": [{"id": each, "name": title} for each, title in GROUPS.items()],
            "resource": [*map(_listed, files.values()), *map(_example, examples().values())],
            "page": {
                "nameUrl": "README.md",
                "title": package["title"],
                "generation": "markdown",
            },
        },
    }


def examples() -> dict[str, Tree]:
    """File name to document."""
    found = sorted(EXAMPLES.glob("*.json"))
    return {path.name: json.loads(path.read_text("utf-8")) for path in found}


def _listed(resource: Tree) -> Tree:
    return some(
        reference={"reference": f"{resource['resourceType']}/{resource['id']}"},
        name=title_of(resource),
        description=resource.get("description"),
        exampleBoolean=False,
        groupingId=group_of(resource),
    )


def _example(document: Tree) -> Tree:
    (kind,) = (tag["code"] for tag in document["meta"]["tag"])
    patient = document["entry"][1]["resource"]
    return {
        "reference": {"reference": f"Bundle/{document['id']}"},
        "name": f"{patient['name'][0]['text']}: {kind}",
        "exampleCanonical": document["meta"]["profile"][0],
        "groupingId": "examples",
    }


def main() -> None:
    for name, resource in made().items():
        (FOLDER / name).write_text(text_of(resource), encoding="utf-8")


if __name__ == "__main__":
    main()
