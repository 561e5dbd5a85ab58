"""Pointers for the National Record Locator: every test person's is sound, and each broken one is
refused for its own reason and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest

from careplan.fhir import codes, conform, wire
from careplan.fhir.pointer import (
    PAEDIATRIC_HAEMATOLOGY,
    SUPPORT_PLAN,
    Leads,
    Pointed,
    pointer,
    pointer_id,
)
from careplan.fhir.pointer_rules import RULES, Source, problems
from careplan.plan.care_plan import Version
from tests.people.everybody import PEOPLE

BEFORE = UUID("7b4ad5ab-57d6-4fd0-9ce4-1a3f3bd3f7f4")
Pointer = dict[str, Any]


def pointed(version: Version, **changes: Any) -> Pointed:
    facts: dict[str, Any] = {
        "nhs_number": version.plan.identity.nhs_number,
        "ods": "R9X01",
        "document": version.emergency_id,
        "published_at": version.published_at,
        "address": f"https://plan.example.org/fhir/CarePlan/{version.patient_id}/$document",
        "newest": True,
        "replaces": pointer_id("R9X01", BEFORE),
    }
    return Pointed(**facts | changes)


def ada(**changes: Any) -> Pointer:
    tree: Pointer = pointer(pointed(PEOPLE["ada"].version(), **changes))
    return tree


NUMBERED = [key for key, case in PEOPLE.items() if case.plan.identity.nhs_number]


def test_one_of_the_seven_has_no_number_yet_and_so_no_pointer() -> None:
    assert set(PEOPLE) - set(NUMBERED) == {"amal"}


@pytest.mark.parametrize("key", NUMBERED)
def test_the_pointer_of_every_person_is_taken_and_is_sound_fhir(key: str) -> None:
    version = PEOPLE[key].version()
    for changes in ({}, {"newest": False}, {"replaces": None}, {"leads": Leads.PDF}):
        made = pointer(pointed(version, **changes))
        assert problems(made) == []
        wrong = [
            one
            for one in conform.check(wire.dumps(made))
            if one.severity is conform.Severity.ERROR and one.path != "DocumentReference"
        ]
        assert wrong == []
        assert problems(wire.loads(wire.dumps(made))) == []


def test_it_says_who_holds_a_plan_of_whom_and_nothing_of_the_plan() -> None:
    version = PEOPLE["ada"].version()
    made = ada()
    assert made["status"] == "current"
    assert made["id"] == f"R9X01-{version.emergency_id}"
    assert made["masterIdentifier"]["value"] == f"urn:uuid:{version.emergency_id}"
    assert made["relatesTo"] == [
        {
            "code": "replaces",
            "target": {
                "type": "DocumentReference",
                "identifier": {"value": f"R9X01-{BEFORE}"},
            },
        }
    ]
    said = json.dumps(made).casefold()
    name = version.plan.identity.legal_name
    assert name is not None
    for word in (*name.casefold().split(), "sickle", "morphine", version.plan_number.casefold()):
        assert word not in said


def test_an_older_version_is_superseded_and_leads_to_the_newest_too() -> None:
    older = ada(newest=False)
    assert older["status"] == "superseded"
    assert older["content"] == ada()["content"]
    stability = older["content"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert stability["code"] == "dynamic"


def test_a_team_may_choose_the_other_kind_and_the_children_s_service() -> None:
    made = ada(type=SUPPORT_PLAN, setting=PAEDIATRIC_HAEMATOLOGY)
    assert problems(made) == []
    assert made["type"]["coding"][0]["display"] == "Personalised Care and Support Plan"


# --- broken ones ---------------------------------------------------------------------------------


def put(at: str, value: Any) -> Callable[[Pointer], None]:
    """Sets what stands at "content.0.format.code"; None takes it away."""

    def change(tree: Pointer) -> None:
        here: Any = tree
        *outer, last = [int(step) if step.isdecimal() else step for step in at.split(".")]
        for step in outer:
            here = here[step]
        if value is None:
            del here[last]
        else:
            here[last] = value

    return change


def twice(at: str) -> Callable[[Pointer], None]:
    def change(tree: Pointer) -> None:
        here: Any = tree
        for step in at.split("."):
            here = here[int(step) if step.isdecimal() else step]
        here.append(deepcopy(here[0]))

    return change


SPINE = {"identifier": {"system": codes.SPINE_ASID, "value": "012345678910"}}
BROKEN: list[tuple[Callable[[Pointer], None], str, str]] = [
    (put("resourceType", "Patient"), "resourceType", "must be DocumentReference"),
    (put("status", "entered-in-error"), "status", "must be current or superseded"),
    (put("status", None), "status", "must be current or superseded"),
    (put("type", None), "type", "a pointer needs one"),
    (put("type.coding.0.system", "http://loinc.org"), "type.coding[0].system", "must be SNOMED CT"),
    (put("type.coding.0.code", codes.CARE_PLAN), "type.coding[0].code", "not a type of care plan"),
    (put("type.coding.0.display", "Sickle cell plan"), "type.coding[0]", "not the words"),
    (twice("type.coding"), "type.coding", "exactly one coding"),
    (twice("category"), "category", "exactly one"),
    (put("category.0.coding.0.display", "Care Plan"), "category[0].coding[0]", "not the words"),
    (put("subject", {}), "subject.identifier", "a pointer needs one"),
    (put("subject.identifier.system", codes.PLAN_NUMBER), "subject.identifier.system", "NHS"),
    (put("subject.identifier.value", "9990110213"), "subject.identifier.value", "not an NHS"),
    (put("subject.identifier.value", "999 011 0212"), "subject.identifier.value", "not an NHS"),
    (put("subject.display", "Ada Okonkwo"), "subject.display", "names nobody"),
    (twice("author"), "author", "exactly one"),
    (put("author.0.identifier.system", codes.ODS_SITE), "author[0].identifier.system", "ODS"),
    (put("author.0.identifier.value", "R9-X01"), "author[0].identifier.value", "letters and"),
    (put("custodian", None), "custodian.identifier", "a pointer needs one"),
    (put("custodian.identifier.value", "R" * 13), "custodian.identifier.value", "1 to 12"),
    (put("id", f"RX898-{BEFORE}"), "id", "the custodian's code"),
    (put("id", "R9X01-" + "1" * 70), "id", "1 to 64"),
    (put("masterIdentifier", None), "masterIdentifier.value", "must name the document"),
    (put("relatesTo", []), "relatesTo", "one or more"),
    (put("relatesTo.0.code", "follows"), "relatesTo[0].code", "not a relation"),
    (put("relatesTo.0.target.identifier", None), "relatesTo[0]", "must name by identifier"),
    (put("relatesTo.0.target.identifier.value", "RX898-1"), "relatesTo[0]", "same custodian"),
    (put("content", []), "content", "leads somewhere"),
    (put("content.0.attachment.contentType", "text/plain"), "content[0].attachment.contentType",
     "not a kind"),
    (put("content.0.attachment.url", "CarePlan/1"), "content[0].attachment.url", "whole address"),
    (put("content.0.attachment.data", "JVBERg=="), "content[0].attachment.data", "holds nothing"),
    (put("content.0.format", None), "content[0].format", "a pointer needs one"),
    (put("content.0.format.code", "urn:ihe:pcc:xds-ms:2007"), "content[0].format.code", "not one"),
    (put("content.0.format.display", "structured"), "content[0].format", "not the words"),
    (put("content.0.attachment.contentType", "application/pdf"), "content[0]", "not that of this"),
    (put("content.0.extension", None), "content[0].extension", "once whether content changes"),
    (twice("content.0.extension"), "content[0].extension", "once whether content changes"),
    (put("content.0.extension.0.valueCodeableConcept.coding.0.code", "stable"),
     "content[0].extension[0]", "static or dynamic"),
    (put("content.0.extension.0.valueCodeableConcept.coding.0.display", "dynamic"),
     "content[0].extension[0]", "static or dynamic"),
    (put("context", None), "context.practiceSetting", "a pointer needs one"),
    (put("context.practiceSetting.coding.0.code", "708196005"),
     "context.practiceSetting.coding[0].code", "not a setting known here"),
    (put("content.0.attachment.url", "ssp://plan.example.org/fhir/1"), "context", "one ASID"),
    (put("context.related", [SPINE, SPINE]), "context", "one ASID"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "at", "why"), BROKEN)
def test_a_broken_one_is_refused_for_its_reason_and_no_other(
    change: Callable[[Pointer], None], at: str, why: str
) -> None:
    tree = deepcopy(ada())
    change(tree)
    (found,) = problems(tree)
    assert found.path == f"DocumentReference.{at}"
    assert why in found.problem


def test_a_proxied_address_with_its_system_is_taken() -> None:
    tree = ada(address="ssp://plan.example.org/fhir/1")
    tree["context"]["related"] = [SPINE]
    assert problems(tree) == []


@pytest.mark.parametrize("nonsense", [None, [], "a", 7, {}, {"content": [None, 3, [[]]]}])
def test_nonsense_is_judged_without_crashing(nonsense: Any) -> None:
    assert problems(nonsense)


def test_many_slips_are_all_told() -> None:
    tree = ada()
    del tree["type"], tree["subject"], tree["content"][0]["extension"]
    assert [one.path.partition(".")[2] for one in problems(tree)] == [
        "type",
        "subject.identifier",
        "content[0].extension",
    ]


def test_every_rule_says_where_it_stands_and_every_source_is_used() -> None:
    assert {rule.source for rule in RULES} == set(Source)
    assert all(rule.problem for rule in RULES)
