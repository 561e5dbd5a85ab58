"""What is let in from other systems, whom it is about, and what refuses it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from careplan.fhir.arriving import MAX_BYTES, Unfit, our_version, read_arrival
from careplan.fhir.as_written import as_written
from careplan.fhir.bare_xhtml import bare, plain
from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.fhir.frame import Kind
from careplan.fhir.outcome import IssueType
from careplan.plan.dictionary import dictionary
from careplan.summary.narrative import narrative, record_narrative
from tests.arrivals import DIV, NHS, a_care_plan, a_document, a_patient, sent, with_resource
from tests.people.case import Case
from tests.people.everybody import PEOPLE
from tests.stores import NOW

EXAMPLES = Path(os.environ.get("SHL_EXAMPLES", ""))
PATIENT = "urn:uuid:00000000-0000-4000-8000-000000000001"


def arrives(tree: dict[str, Any]) -> Any:
    return read_arrival(sent(tree), tree["resourceType"], at=NOW)


def refused(data: bytes, kind: str = "Bundle") -> Unfit:
    with pytest.raises(Unfit) as problem:
        read_arrival(data, kind, at=NOW)
    return problem.value


@pytest.mark.parametrize("tree", [a_care_plan(), a_document()], ids=["plan", "document"])
def test_whom_it_is_about(tree: dict[str, Any]) -> None:
    found = arrives(tree)
    assert (found.nhs_number, found.born, found.ours) == ("9990110212", date(1997, 3, 14), None)


def test_what_its_sender_calls_it() -> None:
    assert arrives(a_document()).identifier.startswith("Bundle|https://records")
    assert arrives(a_care_plan()).identifier.endswith("|plan-1")
    problem = refused(sent(a_care_plan(identifier=[{"value": "no system"}])), "CarePlan")
    assert problem.issues[0].type is IssueType.REQUIRED
    assert "CarePlan.identifier" in str(problem)


@pytest.mark.parametrize(
    ("patient", "number", "born"),
    [
        (a_patient(number="9990110213"), None, date(1997, 3, 14)),
        (a_patient(born="1997"), "9990110212", None),
        ({"resourceType": "Patient", "id": "p1"}, None, None),
        (
            {
                **a_patient(),
                "identifier": [
                    {"system": NHS, "value": "9990110212"},
                    {"system": NHS, "value": "9990110220"},
                ],
            },
            None,
            date(1997, 3, 14),
        ),
    ],
    ids=["wrong check digit", "half a birth date", "nobody", "two numbers"],
)
def test_half_a_proof_is_none(patient: dict[str, Any], number: str | None, born: Any) -> None:
    tree = a_document()
    tree["entry"][1]["resource"] = patient
    found = arrives(tree)
    assert (found.nhs_number, found.born) == (number, born)


def test_a_subject_known_by_number_alone() -> None:
    subject = {"identifier": {"system": NHS, "value": "9990110212"}}
    found = arrives(a_care_plan(subject=subject, contained=[_medicine()]))
    assert (found.nhs_number, found.born) == ("9990110212", None)


def _medicine() -> dict[str, Any]:
    return {
        "resourceType": "Medication",
        "id": "m1",
        "code": {"text": "Morphine"},
    }


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_our_own_documents_come_in_and_are_known(case: Case) -> None:
    version, words = case.version(), dictionary()
    for document, kind in (
        (to_bundle(version, words, narrative=record_narrative(version, words)), Kind.RECORD),
        (to_emergency_bundle(version, words, narrative=narrative(version, words)), Kind.EMERGENCY),
    ):
        found = read_arrival(document, "Bundle", at=NOW)
        assert found.ours is kind
        assert found.nhs_number == case.plan.identity.nhs_number
        assert found.born == case.plan.identity.date_of_birth
        ours = our_version(document)
        assert ours is not None
        assert ours[0] is kind
        assert ours[1].plan.allergies == case.plan.allergies or kind is Kind.EMERGENCY


def test_a_document_that_only_claims_to_be_ours_is_anybodys() -> None:
    words, version = dictionary(), PEOPLE["ada"].version()
    document = json.loads(to_bundle(version, words, narrative=record_narrative(version, words)))
    tag = document["meta"]["tag"][0]
    assert our_version(sent(a_document(meta={"tag": [tag]}))) is None
    assert arrives(a_document(meta={"tag": [tag]})).ours is Kind.RECORD


@pytest.mark.skipif(not EXAMPLES.name, reason="the specifications' examples are not here")
def test_another_systems_summary_comes_in() -> None:
    data = (EXAMPLES / "IPS_IG-bundle-01.json").read_bytes()
    assert read_arrival(data, "Bundle", at=NOW).born == date(1972, 5, 1)
    said = as_written(data)
    assert [one.title for one in said.things["allergies"]]
    assert said.others


# --- what is refused -------------------------------------------------------------------------


def _deep() -> bytes:
    return b'{"resourceType":"Bundle","entry":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


NOT_FHIR = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "another kind": sent(a_care_plan()),
    "no kind": b"{}",
    "twice": b'{"resourceType":"Bundle","type":"document","type":"batch"}',
    "UTF-16": sent(a_document()).decode().encode("utf-16"),
    "Latin": '{"resourceType":"Bundle","é":1}'.encode("latin-1"),
    "half a letter": b'{"resourceType":"Bundle","language":"\\ud800"}',
    "not a number": b'{"resourceType":"Bundle","total":NaN}',
    "deep": _deep(),
    "large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("data", NOT_FHIR.values(), ids=NOT_FHIR)
def test_what_is_not_fhir_at_all(data: bytes) -> None:
    problem = refused(data)
    assert problem.not_fhir
    assert problem.issues[0].says


def _section(div: str) -> dict[str, Any]:
    text = {"status": "generated", "div": div}
    return with_resource(a_document(), 0, section=[{"title": "X", "text": text}])


def _organisations(*parts: tuple[str, str]) -> dict[str, Any]:
    made = [
        {
            "resourceType": "Organization",
            "id": name,
            "name": name,
            "partOf": {"reference": f"Organization/{of}"},
        }
        for name, of in parts
    ]
    return a_document(*made)


AGAINST_RULES = {
    "unknown element": (a_document(colour="red"), "colour"),
    "missing": (with_resource(a_document(), 0, status=None), "status"),
    "a batch": (a_document(type="batch"), "only a document"),
    "no composition": (
        a_document(entry=[{"fullUrl": PATIENT, "resource": a_patient()}]),
        "begins with its Composition",
    ),
    "no identifier": (a_document(identifier={"value": "1"}), "Bundle.identifier"),
    "second person": (a_document(a_patient("9990110220") | {"id": "p2"}), "one person"),
    "somebody else's allergy": (
        with_resource(a_document(), 2, patient={"reference": "Patient/another"}),
        "not about",
    ),
    "somebody else's elsewhere": (
        with_resource(a_document(), 2, encounter={"reference": "https://x.example/Patient/p1"}),
        "not about",
    ),
    "a subject that is nowhere": (
        with_resource(
            a_document(), 2, patient={"reference": "urn:uuid:00000000-0000-4000-8000-00000000000f"}
        ),
        "not about",
    ),
    "itself": (_organisations(("one", "one")), "the resource it stands in"),
    "a circle": (_organisations(("one", "two"), ("two", "one")), "circle"),
    "written tomorrow": (a_document(timestamp="2026-12-24T10:00:00Z"), "future"),
    "born tomorrow": (with_resource(a_document(), 1, birthDate="2027-01-01"), "future"),
    "dated next year": (with_resource(a_document(), 0, date="2027"), "future"),
    "a script": (_section(DIV.format("<script>alert(1)</script>")), "runs"),
    "a handler": (_section(DIV.format('<p onclick="x()">Press</p>')), "runs"),
    "a link that runs": (_section(DIV.format('<a href="javascript:x()">Press</a>')), "runs"),
    "a frame": (_section(DIV.format('<iframe src="https://x.example"></iframe>')), "runs"),
    "an entity": (_section(f"<!DOCTYPE div [<!ENTITY x 'x'>]>{DIV.format('&x;')}"), "runs"),
    "too exact": (
        a_document(
            {
                "resourceType": "Observation",
                "id": "o1",
                "status": "final",
                "code": {"text": "Weight"},
                "valueQuantity": {"value": "NUMBER"},
            }
        ),
        "not safe",
    ),
}


@pytest.mark.parametrize(("tree", "says"), AGAINST_RULES.values(), ids=AGAINST_RULES)
def test_what_breaks_a_rule(tree: dict[str, Any], says: str) -> None:
    data = sent(tree).replace(b'"NUMBER"', b"1.2345678901234567890123")
    data = data.replace(b'"status": null, ', b"")
    problem = refused(data)
    assert not problem.not_fhir
    assert says in str(problem)
    assert all(one.says for one in problem.issues)


def test_parts_that_lead_up_and_no_further_are_fine() -> None:
    arrives(_organisations(("one", "two")))
    provenance = {
        "resourceType": "CarePlan",
        "id": "cp",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": PATIENT},
        "activity": [{"reference": {"reference": "MedicationRequest/mr"}}],
    }
    request = {
        "resourceType": "MedicationRequest",
        "id": "mr",
        "status": "active",
        "intent": "plan",
        "medicationCodeableConcept": {"text": "Morphine"},
        "subject": {"reference": "Patient/p1"},
        "basedOn": [{"reference": "CarePlan/cp"}],
    }
    arrives(a_document(provenance, request))


@pytest.mark.parametrize("piece", ["<", "< ", "<a on", " on", "&", "<!", "javascript "], ids=repr)
def test_a_long_narrative_is_read_in_no_time(piece: str) -> None:
    text = piece * (900_000 // len(piece))
    began = time.monotonic()
    refused_or_not = _section(text)
    with contextlib.suppress(Unfit):
        read_arrival(sent(refused_or_not), "Bundle", at=NOW)
    plain(text)
    bare(text)
    assert time.monotonic() - began < 5


def test_a_long_chain_of_parts_is_followed_in_no_time() -> None:
    many = 6_000
    parts = tuple((f"o{one}", f"o{one + 1}") for one in range(many))
    began = time.monotonic()
    arrives(_organisations(*parts))
    problem = refused(sent(_organisations(*parts, (f"o{many}", "o0"))))
    assert time.monotonic() - began < 15
    assert "circle" in str(problem)


# --- what people are shown -------------------------------------------------------------------


def test_every_value_is_listed_letter_for_letter() -> None:
    data = sent(a_care_plan()).replace(b'"value": 2.5', b'"value": 2.50')
    said = as_written(data)
    (medicine,) = said.things["medicines"]
    assert (medicine.title, medicine.stands) == ("Morphine oral solution", "active")
    rows = dict(medicine.rows)
    assert rows["dosage, text"] == "2.50 mL"
    assert rows["dosage, dose and rate, dose quantity, value"] == "2.50"
    assert said.others == (("Patient", 1),)


def test_a_refuted_allergy_says_so_beside_its_name() -> None:
    (allergy,) = as_written(sent(a_document())).things["allergies"]
    assert (allergy.title, allergy.stands) == ("Penicillin", "active, refuted")
    assert dict(allergy.rows)["reaction, manifestation, text"] == "Rash, 1998"


def test_a_medicine_by_reference_has_its_name() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "id": "ms",
        "status": "active",
        "subject": {"reference": PATIENT},
        "medicationReference": {"reference": "Medication/m1"},
    }
    said = as_written(sent(a_document(statement, _medicine())))
    assert [one.title for one in said.things["medicines"]] == ["Morphine"]


def test_narrative_keeps_its_words_and_shape_and_nothing_that_acts() -> None:
    div = DIV.format(
        '<h1 id="x" class="nhsuk-warning">Stop</h1><p style="display:none">a &lt;b&gt; &nbsp;'
        '<a href="https://x.example">here</a></p><img src="#i" alt="a chart"/>'
        '<table><tr><td colspan="2" width="9">2.50</td></tr></table><br/>'
    )
    made = bare(div)
    assert made is not None
    assert "<p><strong>Stop</strong></p>" in made
    assert "a &lt;b&gt; " in made
    assert "here" in made
    assert "[a chart]" in made
    assert '<td colspan="2">2.50</td>' in made
    for gone in ("href", "style", "class", "id=", "<img", "<a"):
        assert gone not in made


def test_what_cannot_be_made_safe_is_shown_as_text() -> None:
    for div in (DIV.format("<font>Big</font>"), "<div>no end", "a < b & c"):
        assert bare(div) is None
    assert plain("<p>One</p><p>Two &amp; <b>three</b></p>") == "One\nTwo & three"
