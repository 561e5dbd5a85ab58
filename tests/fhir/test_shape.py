"""The shape of a document: order of elements, ids for life, references, doses digit for digit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from careplan.fhir import profiles, terminology
from careplan.fhir.answers import HOMES
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.fhir.conform import Severity, check
from careplan.fhir.frame import Unwritable
from careplan.plan import ahead, life, pain, sickle
from careplan.plan import medicines as meds
from careplan.plan.care_plan import AnswerBeside, AnswerKind, DoseStop, PatientAnswer, Version
from careplan.plan.codec import Unreadable
from careplan.plan.content import installed
from careplan.plan.dictionary import dictionary
from careplan.plan.values import Answer3, DecimalText, Dose, DoseUnit, PartialDate, Route
from tests import make

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'


def resources(version: Version, kind: str | None = None) -> list[Any]:
    tree = json.loads(to_bundle(version, WORDS, narrative=DIV))
    found = [entry["resource"] for entry in tree["entry"]]
    return [one for one in found if kind in (None, one["resourceType"])]


def with_section(**changes: Any) -> Version:
    version = make.a_version()
    plan = version.plan
    for name, section in changes.items():
        plan = plan.with_section(name, section)
    return replace(version, plan=plan)


def in_order(tree: dict[str, Any], model: Any) -> None:
    known = [name for name in model.elements_sequence() if name in tree]
    assert [name for name in tree if name != "resourceType"] == known, tree


@pytest.mark.parametrize("version", [make.a_version(), make.an_unsigned_version()])
def test_elements_stand_in_the_order_of_fhir(version: Version) -> None:
    for one in resources(version):
        in_order(one, get_fhir_model_class(one["resourceType"]))
        for dosage in one.get("dosageInstruction", []) + one.get("dosage", []):
            in_order(dosage, get_fhir_model_class("Dosage"))


def test_an_item_keeps_its_id_from_version_to_version() -> None:
    first, later = make.a_version(), make.a_version(number=4, record_id=make.an_id("record-4"))
    assert [one["id"] for one in resources(first)] == [one["id"] for one in resources(later)]
    assert str(make.an_id("first")) in {one["id"] for one in resources(first)}


def test_everything_the_composition_does_not_reach_is_a_provenance() -> None:
    tree = json.loads(to_bundle(make.a_version(), WORDS, narrative=DIV))
    by_url = {entry["fullUrl"]: entry["resource"] for entry in tree["entry"]}
    reached, todo = set(), [tree["entry"][0]["fullUrl"]]
    while todo:
        url = todo.pop()
        if url not in reached:
            reached.add(url)
            text = json.dumps(by_url[url])
            todo += [other for other in by_url if f'"reference": "{other}"' in text]
    left = {by_url[url]["resourceType"] for url in by_url if url not in reached}
    assert left == {"Provenance"}


def test_the_digits_of_a_dose_are_those_typed() -> None:
    step = pain.Step(
        make.an_id("odd"), pain.Stage.FIRST_DOSE, "fentanyl",
        dose=Dose(DoseUnit.MICROGRAM, DecimalText("0.05"), DecimalText("1234567.0001")),
        routes=(Route.INTRANASAL,),
    )  # fmt: skip
    version = with_section(pain_plan=pain.PainPlan(steps=(step,)))
    text = to_bundle(version, WORDS, narrative=DIV).decode()
    assert '"low":{"value":0.05,"unit":"microgram"' in text
    assert '"high":{"value":1234567.0001,' in text
    assert '"url":"amount","valueString":"0.05"' in text
    assert "fentanyl 0.05 to 1234567.0001 microgram" in text


def test_a_reading_of_nought_is_carried() -> None:
    normal = replace(make.ada().baselines, hbs_percent=make.reading("0"))
    version = with_section(baselines=normal)
    assert from_bundle(to_bundle(version, WORDS, narrative=DIV)) == version


def test_a_language_outside_the_list_is_carried_by_its_name() -> None:
    me = replace(make.ada().about_me, spoken_language="other", spoken_language_other="Edo")
    version = with_section(about_me=me)
    (patient,) = resources(version, "Patient")
    spoken = patient["communication"][0]["language"]
    assert spoken["text"] == "Edo"
    assert spoken["coding"][0]["system"] != "urn:ietf:bcp:47"
    assert from_bundle(to_bundle(version, WORDS, narrative=DIV)) == version


def test_two_routes_are_one_dosage() -> None:
    (request,) = [
        one
        for one in resources(make.a_version(), "MedicationRequest")
        if one["id"] == str(make.an_id("adj-1"))
    ]
    (dosage,) = request["dosageInstruction"]
    assert dosage["route"]["text"] == "IV or oral"


def test_a_medicine_not_to_be_given_says_so_with_its_reason() -> None:
    adjunct = pain.Adjunct(make.an_id("no"), "ibuprofen", given=False, reason="kidneys")
    version = with_section(pain_plan=pain.PainPlan(adjuncts=(adjunct,)))
    (request,) = resources(version, "MedicationRequest")
    assert request["doNotPerform"] is True
    assert request["reasonCode"] == [{"text": "kidneys"}]
    (plan,) = resources(version, "CarePlan")
    assert "activity" not in plan


def test_a_dose_is_a_draft_until_signed_and_stopped_when_stopped() -> None:
    stop = DoseStop("Dr Marsden", "Consultant", "St Anselm's", make.NOW, "020 7946 0100")
    states = [
        {one["status"] for one in resources(version, "MedicationRequest")}
        for version in (
            make.a_version(),
            make.a_version(signature=None),
            make.a_version(stop=stop),
        )
    ]
    assert states == [{"active"}, {"draft"}, {"stopped"}]


def section(version: Version, code: str) -> Any:
    (composition,) = resources(version, "Composition")
    return next(
        one
        for one in composition["section"]
        if any(coding["code"] == code for coding in one["code"]["coding"])
    )


def test_allergies_not_asked_about_are_never_silence() -> None:
    version = with_section(allergies=meds.Allergies(), my_allergies=meds.MyAllergies())
    found = section(version, "48765-2")
    kinds = {one["id"]: one["resourceType"] for one in resources(version)}
    entries = [kinds[one["reference"].removeprefix("urn:uuid:")] for one in found["entry"]]
    assert entries == ["QuestionnaireResponse"]


def test_no_known_allergy_is_a_dated_statement() -> None:
    none = meds.Allergies(meds.AllergyState.NONE_CONFIRMED, make.TODAY)
    version = with_section(allergies=none, my_allergies=meds.MyAllergies())
    (allergy,) = resources(version, "AllergyIntolerance")
    assert allergy["code"]["coding"][0]["code"] == "716186003"
    assert allergy["recordedDate"] == "2026-11-23"


def test_what_a_person_reports_replaces_no_known_allergy() -> None:
    none = meds.Allergies(meds.AllergyState.NONE_CONFIRMED, make.TODAY)
    (allergy,) = resources(with_section(allergies=none), "AllergyIntolerance")
    assert allergy["code"]["text"] == "co-amoxiclav"
    assert allergy["verificationStatus"]["coding"][0]["code"] == "unconfirmed"


def test_a_side_effect_is_not_an_allergy() -> None:
    for one in resources(make.a_version(), "AllergyIntolerance"):
        assert one["code"]["text"] != "morphine"


def test_refusal_of_blood_is_a_flag() -> None:
    blood = sickle.Transfusion(refusal=sickle.Refusal.ALL)
    version = with_section(transfusion=blood)
    (flag,) = resources(version, "Flag")
    assert flag["code"]["text"] == "Declines all blood products"
    assert section(version, "104605-1")["entry"] == [{"reference": f"urn:uuid:{flag['id']}"}]


def flags_of(version: Version) -> list[str]:
    return [one["code"]["text"] for one in resources(version, "Flag")]


def test_what_nobody_may_overlook_is_a_flag_among_the_alerts() -> None:
    sedated = make.an_event(sickle.Complication.OPIOID_OVERSEDATION)
    version = with_section(
        complications=sickle.Complications((sedated, sedated_no())),
        diagnosis=sickle.Diagnosis(genotype="HbSS", curative_kind="HSCT"),
        pregnancy=life.Pregnancy(pregnant=Answer3.YES),
        other_plan=ahead.OtherPlan(exists=Answer3.YES, leads=ahead.Leads.OTHER),
    )
    assert flags_of(version) == [
        "Has been over-sedated with an opioid",
        "Has had a curative treatment",
        "Pregnant",
        "Another plan exists, and the other plan leads",
    ]
    entries = section(version, "104605-1")["entry"]
    flags = [f"urn:uuid:{one['id']}" for one in resources(version, "Flag")]
    assert [one["reference"] for one in entries] == flags
    assert check(to_bundle(version, WORDS, narrative=DIV)) == []
    assert from_bundle(to_bundle(version, WORDS, narrative=DIV)) == version


def sedated_no() -> sickle.Event:
    no = make.an_event(sickle.Complication.OPIOID_OVERSEDATION, Answer3.NO)
    return replace(no, id=make.an_id("not sedated"))


def test_no_flag_is_raised_by_no_or_none() -> None:
    version = with_section(
        complications=sickle.Complications((sedated_no(),)),
        diagnosis=sickle.Diagnosis(genotype="HbSS", curative_kind="none"),
        pregnancy=life.Pregnancy(pregnant=Answer3.NO),
        other_plan=ahead.OtherPlan(exists=Answer3.UNKNOWN),
    )
    assert flags_of(version) == []


def test_pregnancy_is_flagged_to_an_emergency_only_with_the_persons_tick() -> None:
    for tick in (None, True):
        version = with_section(pregnancy=life.Pregnancy(pregnant=Answer3.YES, show_in_ed=tick))
        told = to_emergency_bundle(version, WORDS, narrative=DIV).decode()
        assert ("Pregnant" in told) is bool(tick)


def test_a_flag_is_missed_unless_its_document_came_before_it() -> None:
    sedated = make.an_event(sickle.Complication.OPIOID_OVERSEDATION)
    blood = sickle.Transfusion(refusal=sickle.Refusal.ALL)
    version = with_section(complications=sickle.Complications((sedated,)), transfusion=blood)
    assert from_bundle(without_flag(version, "over-sedation: yes")) == version
    with pytest.raises(Unreadable):
        from_bundle(without_flag(version, "refusal: all blood products"))


def without_flag(version: Version, alert: str) -> bytes:
    tree = json.loads(to_bundle(version, WORDS, narrative=DIV))
    (flag,) = (one["resource"] for one in tree["entry"] if is_alert(one["resource"], alert))
    tree["entry"] = [one for one in tree["entry"] if one["resource"] is not flag]
    address = {"reference": f"urn:uuid:{flag['id']}"}
    for one in tree["entry"][0]["resource"]["section"]:
        one["entry"] = [entry for entry in one.get("entry", []) if entry != address]
    return json.dumps(tree).encode()


def is_alert(resource: dict[str, Any], alert: str) -> bool:
    if resource["resourceType"] != "Flag":
        return False
    return alert in [one["code"] for one in resource["code"].get("coding", [])]


def test_a_medicine_says_whether_it_is_taken() -> None:
    status = {
        None: "active",
        meds.MedicineStatus.KEPT_AT_HOME: "active",
        meds.MedicineStatus.STOPPED: "stopped",
        meds.MedicineStatus.NEVER_STARTED: "not-taken",
    }
    for said, expected in status.items():
        one = meds.RegularMedicine(
            make.an_id("one"), "sertraline", status=said, routes=(Route.ORAL,),
            started=PartialDate("2024"), stopped=PartialDate("2026-01"),
        )  # fmt: skip
        version = with_section(medicines=meds.Medicines((one,)), my_medicines=meds.MyMedicines())
        (statement,) = resources(version, "MedicationStatement")
        assert statement["status"] == expected
        assert statement["effectivePeriod"] == {"start": "2024", "end": "2026-01"}
        assert statement["dosage"][0]["route"]["text"] == "oral"
        assert from_bundle(to_bundle(version, WORDS, narrative=DIV)) == version


def test_somebody_who_does_not_agree_attests_to_nothing() -> None:
    answer = PatientAnswer(AnswerKind.DO_NOT_AGREE, make.NOW, "It is not enough.")
    (composition,) = resources(make.a_version(answer=answer), "Composition")
    assert [one["mode"] for one in composition["attester"]] == ["professional"]
    assert "It is not enough." in json.dumps(composition)


def test_each_parent_answers_beside_the_child_and_attests_to_nothing() -> None:
    beside = (
        AnswerBeside("Abena Mensah", "mother", AnswerKind.AGREE, make.NOW, None, True),
        AnswerBeside(
            "Samuel Mensah", "father", AnswerKind.DO_NOT_AGREE, make.NOW, "Too much.", True
        ),
        AnswerBeside("Grace Owusu", "grandmother", AnswerKind.AGREE, make.NOW),
    )
    own = PatientAnswer(AnswerKind.AGREE, make.NOW, "OK.", helped_by="Abena Mensah")
    version = make.a_version(answer=own, beside=beside)
    assert from_bundle(to_bundle(version, WORDS, narrative=DIV)) == version
    (composition,) = resources(version, "Composition")
    assert len(composition["attester"]) == 2
    assert "Too much." in json.dumps(composition)


def test_a_complication_that_was_not_had_is_refuted() -> None:
    found = resources(make.a_version(), "Condition")
    (stroke,) = [one for one in found if one["id"] == str(make.an_id("stroke-or-tia"))]
    assert stroke["verificationStatus"]["coding"][0]["code"] == "refuted"


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a bell": ("about_me", {"known_as": "A\x07da"}, "U+0007"),
    "half a character": ("about_me", {"known_as": "A\ud800"}, "U+D800"),
    "blank": ("about_me", {"known_as": "  "}, "blank"),
    "nothing": ("about_me", {"known_as": ""}, "blank"),
    "no character": ("about_me", {"known_as": "A\uffff"}, "U+FFFF"),
    "a code with spaces": ("diagnosis", {"genotype": "HbSS "}, "not a code"),
    "a number too large": ("my_sickle", {"usual_days": 2**31}, "too large"),
    "a number in another form": (
        "transfusion",
        {"target_hbs": DecimalText("30.0")},
        "not a number",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_fhir_cannot_carry_is_refused_by_name(name: str) -> None:
    where, change, problem = REFUSED[name]
    changed = replace(make.ada().section(where), **change)
    with pytest.raises(Unwritable, match=problem.replace("+", r"\+")) as refusal:
        resources(with_section(**{where: changed}))
    assert refusal.value.path == f"{where}.{next(iter(change))}"


def test_two_things_with_one_id_are_refused() -> None:
    same = meds.RegularMedicine(make.an_id("first"), "folic acid")
    with pytest.raises(Unwritable, match="same id"):
        resources(with_section(medicines=meds.Medicines((same,))))


def test_an_unsafe_narrative_is_refused() -> None:
    with pytest.raises(Unwritable, match="narrative"):
        to_bundle(make.a_version(), WORDS, narrative="<div>no namespace</div>")


def test_both_documents_name_each_other() -> None:
    version = make.a_version()
    record = json.loads(to_bundle(version, WORDS, narrative=DIV))
    emergency = json.loads(to_emergency_bundle(version, WORDS, narrative=DIV))
    assert emergency["identifier"]["value"] in json.dumps(record)
    assert emergency["entry"][0]["resource"]["relatesTo"][0]["code"] == "transforms"
    assert record["identifier"]["value"] in json.dumps(emergency)


def test_every_field_has_one_home() -> None:
    assert {*WORDS.fields} >= HOMES


def test_our_files_of_codes_and_questions_are_those_of_the_dictionary() -> None:
    for name, resource in terminology.files(*map(dictionary, installed())).items():
        kept = (profiles.FOLDER / name).read_text(encoding="utf-8")
        assert kept == terminology.text_of(resource), f"{name}: run careplan.fhir.terminology"


def test_every_code_system_of_ours_in_a_document_is_described() -> None:
    own = {
        resource["url"]
        for resource in terminology.files(*map(dictionary, installed())).values()
        if resource["resourceType"] == "CodeSystem"
    }
    text = to_bundle(make.a_version(), WORDS, narrative=DIV).decode()
    used = {part.split('"')[0] for part in text.split('"system":"')[1:]}
    assert {one for one in used if "/CodeSystem/" in one and "my-sickle" in one} <= own


def test_the_profiles_are_themselves_well_built() -> None:
    for path in profiles.FOLDER.glob("*-*.json"):
        judged = check(path.read_bytes())
        assert [one for one in judged if one.severity is Severity.ERROR] == [], path.name
