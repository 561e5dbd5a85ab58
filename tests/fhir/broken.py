"""A good document broken in one way at a time: the edit, where it must be told, and in what words.

`where` begins with a kind of resource, meaning the first of that kind in the document, or with
`Bundle`. Each edit breaks one thing, so that a verdict of two errors is a wrong verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from careplan.fhir import codes

Edit = Callable[[Any], object]
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
OTHER = "urn:uuid:00000000-0000-4000-8000-00000000000{}".format


class Rule(StrEnum):
    """What kind of rule is broken."""

    COUNT = "how many"
    TYPE = "which type"
    UNKNOWN = "unknown element"
    BINDING = "required binding"
    INVARIANT = "invariant"
    REFERENCE = "reference"
    DOCUMENT = "document"
    PROFILE = "profile of ours, of UK Core or of R4"
    NARRATIVE = "narrative"


@dataclass(frozen=True, slots=True)
class Broken:
    """One way to break the document."""

    rule: Rule
    name: str
    edit: Edit
    where: str
    says: str


def find(tree: Any, kind: str, which: int = 0) -> Any:
    """The resource of this kind in the document, the first unless said otherwise."""
    return [e["resource"] for e in tree["entry"] if e["resource"].get("resourceType") == kind][
        which
    ]


def index_of(tree: Any, kind: str) -> int:
    kinds = [entry["resource"]["resourceType"] for entry in tree["entry"]]
    return kinds.index(kind)


def put(kind: str, **elements: Any) -> Edit:
    """Elements set in the first resource of a kind. A trailing underscore frees Python's words."""
    made = {name.removesuffix("_"): value for name, value in elements.items()}
    return lambda tree: find(tree, kind).update(made)


def drop(kind: str, name: str) -> Edit:
    return lambda tree: find(tree, kind).pop(name)


def within(kind: str, *steps: str | int) -> Callable[[Any], Any]:
    """The object at a place inside the first resource of a kind."""

    def reached(tree: Any) -> Any:
        here = find(tree, kind) if kind != "Bundle" else tree
        for step in steps:
            here = here[step]
        return here

    return reached


def add(tree: Any, resource: dict[str, Any], *, number: int = 1, linked: bool = True) -> None:
    """One more entry, led to from the first section of the Composition."""
    url = OTHER(number)
    tree["entry"].append({"fullUrl": url, "resource": {"id": url[9:], **resource}})
    if linked:
        find(tree, "Composition")["section"][0]["entry"].append({"reference": url})


def me(tree: Any) -> dict[str, str]:
    return {"reference": tree["entry"][index_of(tree, "Patient")]["fullUrl"]}


def the(tree: Any, kind: str) -> dict[str, str]:
    return {"reference": tree["entry"][index_of(tree, kind)]["fullUrl"]}


def narrative(div: str) -> Edit:
    return put("Composition", text={"status": "generated", "div": div})


def contained(**inside: Any) -> Edit:
    """A contained Organization in the first Goal, which its note's author refers to."""

    def edit(tree: Any) -> None:
        held = {"resourceType": "Organization", "id": "held", "name": "A ward", **inside}
        note = {"text": "Said on the ward", "authorReference": {"reference": "#held"}}
        find(tree, "Goal").update(contained=[held], note=[note])

    return edit


def _circle(tree: Any) -> None:
    for number, other in ((1, 2), (2, 1)):
        part = {"partOf": {"reference": OTHER(other)}, "name": "A ward"}
        add(tree, {"resourceType": "Organization", **part}, number=number)


def _two_people(tree: Any) -> None:
    add(tree, {"resourceType": "Patient"})


def _swap(tree: Any) -> None:
    tree["entry"][0], tree["entry"][1] = tree["entry"][1], tree["entry"][0]


def _twice(tree: Any) -> None:
    tree["entry"].append(tree["entry"][index_of(tree, "Goal")])


def _web_address(tree: Any) -> None:
    tree["entry"].append({"fullUrl": "https://example.org/Goal/7", "resource": _goal(tree)})
    section = find(tree, "Composition")["section"][0]["entry"]
    section.append({"reference": "https://example.org/Goal/7"})


def _goal(tree: Any) -> dict[str, Any]:
    return {**find(tree, "Goal"), "id": "8"}


def _history(tree: Any) -> None:
    url = "https://example.org/Goal/8/_history/8"
    tree["entry"].append({"fullUrl": url, "resource": _goal(tree)})
    find(tree, "Composition")["section"][0]["entry"].append({"reference": url})


def sign(code: str, **other: Any) -> Edit:
    """The first Observation made into a weight in kilogrammes, with something else instead."""
    loinc = {"coding": [{"system": codes.LOINC, "code": code}]}
    category = {"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "vital-signs"}]}
    weight = {"value": 61.5, "unit": "kg", "system": codes.UCUM, "code": "kg"}
    made = {"code": loinc, "category": [category], "valueQuantity": weight, **other}

    def edit(tree: Any) -> None:
        here = find(tree, "Observation")
        here.update(made)
        for name in [name for name, value in made.items() if value is None]:
            del here[name]

    return edit


_STONES = {"value": 9, "unit": "st", "system": codes.UCUM, "code": "[stone_av]"}
_SYSTOLIC = {
    "code": {"coding": [{"system": codes.LOINC, "code": codes.SYSTOLIC}]},
    "valueQuantity": {"value": 108, "unit": "mm[Hg]", "system": codes.UCUM, "code": "mm[Hg]"},
}
_EXT = "https://my-sickle-cell-plan.example/fhir/StructureDefinition"
_DOSE = within("MedicationRequest", "dosageInstruction", 0)
_REPEAT = {"frequency": 1, "period": 12, "periodUnit": "h"}

COUNTS = (
    ("no status", drop("Observation", "status"), "Observation.status", "missing"),
    ("no subject", drop("Goal", "subject"), "Goal.subject", "missing"),
    ("no intent", drop("CarePlan", "intent"), "CarePlan.intent", "missing"),
    ("no title", drop("Composition", "title"), "Composition.title", "missing"),
    ("no type of Bundle", lambda t: t.pop("type"), "Bundle.type", "missing"),
    ("no agent", drop("Provenance", "agent"), "Provenance.agent", "missing"),
    (
        "an agent who is nobody",
        lambda t: within("Provenance", "agent", 0)(t).pop("who"),
        "Provenance.agent[0].who",
        "missing",
    ),
    (
        "an extension without its address",
        lambda t: within("Patient", "extension", 0)(t).pop("url"),
        "Patient.extension[0].url",
        "missing",
    ),
    ("two birth dates", put("Patient", birthDate=["1997-03-14"]), "Patient.birthDate", "a list"),
    ("a name in no list", put("Patient", name={"text": "Ada"}), "Patient.name", "not a list"),
    ("an empty list", put("Goal", note=[]), "Goal.note", "empty list"),
    (
        "two values",
        put("Observation", valueString="much"),
        "Observation.value",
        "only one of valueQuantity, valueString",
    ),
)

TYPES = (
    (
        "text for a number",
        lambda t: within("Observation", "valueQuantity")(t).update(value="82"),
        "Observation.value.value",
        "not a number",
    ),
    ("a number for text", put("Goal", description={"text": 4}), "Goal.description.text", "text"),
    ("text for a truth", put("Patient", active="true"), "Patient.active", "true or false"),
    ("an object for text", put("Patient", gender={"a": 1}), "Patient.gender", "not a text"),
    ("text for an object", put("Goal", subject="Ada"), "Goal.subject", "not an object"),
    ("an empty object", put("Goal", outcomeCode=[{}]), "Goal.outcomeCode[0]", "empty object"),
    ("null", put("Goal", statusDate=None), "Goal.statusDate", "null"),
    ("no date", put("Patient", birthDate="soon"), "Patient.birthDate", "a date"),
    ("no day", put("Patient", birthDate="1997-02-30"), "Patient.birthDate", "no day"),
    (
        "a time without its zone",
        put("Composition", date="2026-09-10T18:05:00"),
        "Composition.date",
        "with its zone",
    ),
    (
        "a time without seconds",
        lambda t: t.update(timestamp="2026-09-10T18:05Z"),
        "Bundle.timestamp",
        "to the second",
    ),
    ("an id with a space", put("Goal", id="a goal"), "Goal.id", "not an id"),
    ("a code with two spaces", put("Goal", language="en  GB"), "Goal.language", "not a code"),
    (
        "an address with a space",
        lambda t: within("Organization", "identifier", 0)(t).update(system="the register"),
        "Organization.identifier[0].system",
        "not an address",
    ),
    (
        "a UUID of one digit",
        lambda t: within("Composition", "extension", 2)(t).update(valueUri="urn:uuid:1"),
        "Composition.extension[2].value",
        "not a UUID",
    ),
    (
        "a rank of nought",
        put("Patient", telecom=[{"system": "phone", "value": "1", "rank": 0}]),
        "Patient.telecom[0].rank",
        "no whole number from 1",
    ),
    (
        "a count with a fraction",
        lambda t: _DOSE(t).update(sequence=1.5),
        "MedicationRequest.dosageInstruction[0].sequence",
        "no whole number",
    ),
    ("no base64", put("Patient", photo=[{"contentType": "image/png", "data": "***"}]),
     "Patient.photo[0].data", "not base64"),
    (
        "a time of day that is none",
        lambda t: _DOSE(t).update(timing={"repeat": {"timeOfDay": ["25:00:00"]}}),
        "MedicationRequest.dosageInstruction[0].timing.repeat.timeOfDay[0]",
        "a time of day",
    ),
    ("a bell in a name", put("Patient", name=[{"text": "Ada\x07"}]), "Patient.name[0].text",
     "cannot carry"),
    ("blank text", put("Goal", description={"text": " "}), "Goal.description.text", "blank"),
    (
        "an extension beside nothing",
        put("Patient", _birthDate=["a"]),
        "Patient.birthDate",
        "do not match",
    ),
)  # fmt: skip

UNKNOWN = (
    ("an element of nobody", put("Patient", shoe=4), "Patient.shoe", "no such element"),
    (
        "one of nobody further in",
        lambda t: within("Patient", "name", 0)(t).update(nick="A"),
        "Patient.name[0].nick",
        "no such element",
    ),
    ("an element of R5", put("Condition", participant=[]), "Condition.participant", "no such"),
    ("a value of no type", put("Observation", valueMoney={"value": 1}), "Observation.valueMoney",
     "no such element"),
    ("an underscore beside an object", put("Goal", _subject={"id": "a"}), "Goal._subject",
     "no such element"),
    (
        "a name that is no FHIRPath",
        put("Goal", **{"a `b`": 1}),
        "Goal.`a ?b?`",
        "no such element",
    ),
    (
        "a resource of nobody",
        lambda t: add(t, {"resourceType": "Goall"}, linked=False),
        "Bundle.entry[{last}].resource",
        "no resource of FHIR R4",
    ),
    (
        "an abstract resource",
        lambda t: add(t, {"resourceType": "DomainResource"}, linked=False),
        "Bundle.entry[{last}].resource",
        "no resource of FHIR R4",
    ),
)  # fmt: skip

_CLINICAL = codes.CONDITION_CLINICAL

BINDINGS = (
    ("a status of nobody", put("Goal", lifecycleStatus="live"), "Goal.lifecycleStatus",
     "goal-status"),
    ("a plan that is live", put("CarePlan", status="live"), "CarePlan.status", "request-status"),
    ("a gender of nobody", put("Patient", gender="woman"), "Patient.gender",
     "administrative-gender"),
    ("a Bundle of paper", lambda t: t.update(type="paper"), "Bundle.type", "bundle-type"),
    (
        "a clinical status of nobody",
        put("Condition", clinicalStatus={"coding": [{"system": _CLINICAL, "code": "asleep"}]}),
        "Condition.clinicalStatus",
        "condition-clinical",
    ),
    (
        "a clinical status of another system",
        put("Condition", clinicalStatus={"coding": [{"system": "https://a.b", "code": "active"}]}),
        "Condition.clinicalStatus",
        "condition-clinical",
    ),
    (
        "a status in words alone",
        put("Condition", verificationStatus={"text": "sure"}),
        "Condition.verificationStatus",
        "no code",
    ),
    (
        "a carrier pigeon",
        put("Patient", telecom=[{"system": "pigeon", "value": "1"}]),
        "Patient.telecom[0].system",
        "contact-point-system",
    ),
    (
        "a use of nobody",
        lambda t: within("Organization", "identifier", 0)(t).update(use="daily"),
        "Organization.identifier[0].use",
        "identifier-use",
    ),
    ("a secret", put("Composition", confidentiality="TOP"), "Composition.confidentiality",
     "v3-Confidentiality"),
    (
        "an attester of nobody",
        lambda t: within("Composition", "attester", 0)(t).update(mode="moral"),
        "Composition.attester[0].mode",
        "attestation-mode",
    ),
    (
        "a narrative made up",
        put("Composition", text={"status": "made-up", "div": DIV}),
        "Composition.text.status",
        "narrative-status",
    ),
    (
        "a fortnight",
        lambda t: _DOSE(t).update(timing={"repeat": {**_REPEAT, "periodUnit": "fn"}}),
        "MedicationRequest.dosageInstruction[0].timing.repeat.periodUnit",
        "units-of-time",
    ),
    ("no language", put("Patient", language="the_english"), "Patient.language", "BCP 47"),
    (
        "no media type",
        put("Patient", photo=[{"contentType": "picture", "url": "https://a.b/c"}]),
        "Patient.photo[0].contentType",
        "mimetypes",
    ),
    (
        "a code that FHIR's own system has not",
        lambda t: within("Goal", "meta", "tag")(t).append(
            {"system": "http://hl7.org/fhir/goal-status", "code": "live"}
        ),
        "Goal.meta.tag[1]",
        "no code of",
    ),
    (
        "a stage of nobody",
        lambda t: within("MedicationRequest", "extension", 0, "extension", 0)(t).update(
            valueCode="bus"
        ),
        "MedicationRequest.extension[0].extension[0].value",
        "which is required here",
    ),
)  # fmt: skip

INVARIANTS = (
    ("a number without its kind", put("Patient", telecom=[{"value": "1"}]), "Patient.telecom[0]",
     "cpt-2"),
    (
        "an end before its beginning",
        put("CarePlan", period={"start": "2027-09-08", "end": "2026-09-08"}),
        "CarePlan.period",
        "per-1",
    ),
    (
        "a value, and why there is none",
        put("Observation", dataAbsentReason={"text": "lost"}),
        "Observation",
        "obs-6",
    ),
    (
        "a component of the same code",
        lambda t: find(t, "Observation").update(
            component=[{"code": find(t, "Observation")["code"], "valueString": "much"}]
        ),
        "Observation",
        "obs-7",
    ),
    ("a range of nothing", put("Observation", referenceRange=[{"text": "x"}, {"age": {
        "low": {"value": 1, "unit": "a"}}}]), "Observation.referenceRange[1]", "obs-3"),
    ("a contact who is nobody", put("Patient", contact=[{"gender": "female"}]),
     "Patient.contact[0]", "pat-1"),
    (
        "a unit without its system",
        lambda t: within("Observation", "valueQuantity")(t).pop("system"),
        "Observation.value",
        "qty-3",
    ),
    ("an allergy that may be over", drop("AllergyIntolerance", "clinicalStatus"),
     "AllergyIntolerance", "ait-1"),
    (
        "a length without its unit",
        lambda t: _DOSE(t).update(timing={"repeat": {**_REPEAT, "duration": 2}}),
        "MedicationRequest.dosageInstruction[0].timing.repeat",
        "tim-1",
    ),
    (
        "less than no time",
        lambda t: _DOSE(t).update(timing={"repeat": {**_REPEAT, "period": -1}}),
        "MedicationRequest.dosageInstruction[0].timing.repeat",
        "tim-5",
    ),
    (
        "a range upside down",
        lambda t: _DOSE(t).update(
            doseAndRate=[{"doseRange": {"low": {"value": 9}, "high": {"value": 10.0e-1}}}]
        ),
        "MedicationRequest.dosageInstruction[0].doseAndRate[0].dose",
        "rng-2",
    ),
    ("an organisation without a name", lambda t: add(t, {"resourceType": "Organization"}),
     "Bundle.entry[{last}].resource", "org-1"),
    (
        "a hospital's home number",
        put("Organization", telecom=[{"system": "phone", "value": "1", "use": "home"}]),
        "Organization.telecom[0]",
        "org-3",
    ),
    (
        "a section of nothing",
        lambda t: find(t, "Composition")["section"].append(
            {"title": "Nothing", "code": within("Composition", "section", 0)(t)["code"]}
        ),
        "Composition.section[{section}]",
        "cmp-1",
    ),
    (
        "a full section said to be empty",
        lambda t: within("Composition", "section", 0)(t).update(emptyReason={"text": "why"}),
        "Composition.section[0]",
        "cmp-2",
    ),
    (
        "an illness over and there",
        put("Condition", abatementDateTime="2020"),
        "Condition",
        "con-4",
    ),
    ("a stage of nothing", put("Condition", stage=[{"type": {"text": "x"}}]),
     "Condition.stage[0]", "con-1"),
    ("a measure without a target", put("Goal", target=[{"detailString": "none"}]),
     "Goal.target[0]", "gol-1"),
    ("a picture of no type", put("Patient", photo=[{"data": "AAAA"}]), "Patient.photo[0]",
     "att-1"),
    (
        "an extension with both",
        lambda t: within("Patient", "extension", 0)(t).update(
            extension=[{"url": "a", "valueCode": "b"}]
        ),
        "Patient.extension[0]",
        "ext-1",
    ),
    ("an id and nothing else", put("Goal", description={"id": "a"}), "Goal.description",
     "ele-1"),
    ("contained in the contained", contained(contained=[{"resourceType": "Basic", "id": "b",
     "code": {"text": "x"}}]), "Goal", "dom-2"),
    ("contained with a version", contained(meta={"versionId": "1"}), "Goal", "dom-4"),
    ("contained with a label", contained(meta={"security": [{"code": "R"}]}), "Goal", "dom-5"),
    (
        "contained for nobody",
        put("Goal", contained=[{"resourceType": "Organization", "id": "held", "name": "A"}]),
        "Goal.contained[0]",
        "dom-3",
    ),
    ("a total", lambda t: t.update(total=3), "Bundle", "bdl-1"),
    ("an address of a version", _history, "Bundle.entry[{last}]", "bdl-8"),
)  # fmt: skip

REFERENCES = (
    (
        "a plan for a practitioner",
        lambda t: find(t, "CarePlan").update(subject=the(t, "Practitioner")),
        "CarePlan.subject.reference",
        "leads to Practitioner; CarePlan.subject allows Patient, Group",
    ),
    (
        "out of the document",
        put("Goal", expressedBy={"reference": "Patient/9"}),
        "Goal.expressedBy.reference",
        "leads out",
    ),
    (
        "to another server",
        put("Goal", expressedBy={"reference": "https://example.org/fhir/Patient/9"}),
        "Goal.expressedBy.reference",
        "leads out",
    ),
    (
        "misspelt",
        put("Goal", expressedBy={"reference": "Patient-9"}),
        "Goal.expressedBy.reference",
        "is no reference",
    ),
    (
        "to a kind of nobody",
        put("Goal", expressedBy={"reference": "Person9/9"}),
        "Goal.expressedBy.reference",
        "is no reference",
    ),
    (
        "to nothing contained",
        put("Goal", expressedBy={"reference": "#me"}),
        "Goal.expressedBy.reference",
        "ref-1",
    ),
    (
        "to a contained thing of the wrong kind",
        lambda t: find(t, "Goal").update(
            contained=[{"resourceType": "Organization", "id": "held", "name": "A ward"}],
            expressedBy={"reference": "#held"},
        ),
        "Goal.expressedBy.reference",
        "leads to Organization",
    ),
    (
        "said to be another kind",
        lambda t: find(t, "Goal").update(expressedBy={**me(t), "type": "Practitioner"}),
        "Goal.expressedBy.type",
        "says Practitioner, leads to Patient",
    ),
    (
        "of a wrong kind by its word",
        put("Goal", expressedBy={"type": "Medication", "display": "a pill"}),
        "Goal.expressedBy",
        "leads to Medication",
    ),
    (
        "a part of itself",
        lambda t: find(t, "Organization").update(partOf=the(t, "Organization")),
        "Organization.partOf.reference",
        "back to itself",
    ),
    (
        "a goal for a goal",
        lambda t: find(t, "Goal").update(addresses=[the(t, "Goal")]),
        "Goal.addresses[0].reference",
        "leads to Goal",
    ),
)

DOCUMENTS = (
    ("no identifier", lambda t: t.pop("identifier"), "Bundle.identifier", "bdl-9"),
    (
        "an identifier without its system",
        lambda t: t["identifier"].pop("system"),
        "Bundle.identifier.system",
        "bdl-9",
    ),
    ("no time", lambda t: t.pop("timestamp"), "Bundle.timestamp", "bdl-10"),
    (
        "a second Composition",
        lambda t: add(t, {k: v for k, v in find(t, "Composition").items() if k != "id"}),
        "Bundle.entry[{last}]",
        "a second Composition",
    ),
    ("two entries at one address", _twice, "Bundle.entry[{last}].fullUrl", "bdl-7"),
    (
        "an entry without an address",
        lambda t: t["entry"].append({"resource": {"resourceType": "Binary",
                                                  "contentType": "text/css"}}),
        "Bundle.entry[{last}].fullUrl",
        "missing",
    ),
    ("an address of another id", _web_address, "Bundle.entry[{last}].fullUrl", "does not end"),
    (
        "what nothing leads to",
        lambda t: add(t, {"resourceType": "Organization", "name": "A ward"}, linked=False),
        "Bundle.entry[{last}]",
        "nothing leads here",
    ),
    ("two people", _two_people, "Bundle.entry", "about one Patient"),
)  # fmt: skip

PROFILES = (
    (
        "a prescription",
        put("MedicationRequest", intent="order"),
        "MedicationRequest.intent",
        "not the value",
    ),
    (
        "substitution allowed",
        put("MedicationRequest", substitution={"allowedBoolean": True}),
        "MedicationRequest.substitution.allowed",
        "not the value",
    ),
    (
        "no substitution (UK Core)",
        drop("MedicationRequest", "substitution"),
        "MedicationRequest.substitution",
        "at least 1",
    ),
    (
        "no allergy (UK Core)",
        drop("AllergyIntolerance", "code"),
        "AllergyIntolerance.code",
        "at least 1",
    ),
    (
        "no NHS number (UK Core)",
        lambda t: within("Patient", "identifier", 0)(t).pop("value"),
        "Patient.identifier[0].value",
        "at least 1",
    ),
    (
        "a statement's number of nobody (UK Core)",
        put("MedicationStatement", identifier=[{"value": "1"}]),
        "MedicationStatement.identifier[0].system",
        "at least 1",
    ),
    (
        "another kind of plan",
        put("CarePlan", category=[{"coding": [{"system": codes.SNOMED, "code": "1"}]}]),
        "CarePlan.category[0]",
        "not the value",
    ),
    ("no plan number", drop("Composition", "identifier"), "Composition.identifier", "at least 1"),
    (
        "no version number",
        lambda t: find(t, "Composition")["extension"].pop(0),
        "Composition.extension",
        "versionNumber",
    ),
    (
        "an extension of nobody",
        lambda t: within("Patient", "extension", 2)(t).update(url=f"{_EXT}/mystery"),
        "Patient.extension[2].url",
        "no extension",
    ),
    (
        "an unknown part of an extension",
        lambda t: within("MedicationRequest", "extension", 0, "extension")(t).append(
            {"url": "mood", "valueCode": "low"}
        ),
        "MedicationRequest.extension[0].extension[3].url",
        "not a part",
    ),
    (
        "a part of another type",
        lambda t: within("MedicationRequest", "extension", 0, "extension")(t).append(
            {"url": "ceiling", "valueInteger": 4}
        ),
        "MedicationRequest.extension[0].extension[3].value",
        "not a type",
    ),
    (
        "a weight of the laboratory",
        sign("29463-7", category=[{"text": "laboratory"}]),
        "Observation.category",
        "category vital-signs",
    ),
    ("a weight of no day", sign("29463-7", effectiveDateTime=None), "Observation.effective",
     "says when"),
    ("a weight of a month", sign("29463-7", effectiveDateTime="2026-09"), "Observation.effective",
     "vs-1"),
    ("a weight in stones", sign("29463-7", valueQuantity=_STONES), "Observation.value.code",
     "no unit of this vital sign"),
    ("a weight of no number", sign("29463-7", valueQuantity=None), "Observation", "vs-2"),
    (
        "half a blood pressure",
        sign("85354-9", valueQuantity=None, component=[_SYSTOLIC]),
        "Observation.component",
        "one diastolic",
    ),
    (
        "a dose's extension on a goal",
        put("Goal", extension=[{"url": f"{_EXT}/dose-as-written", "valueString": "1 g"}]),
        "Goal.extension[0].url",
        "does not belong here",
    ),
    (
        "a plan that is signed outside",
        lambda t: t.update(signature=_signature(t)),
        "Bundle.signature",
        "at most 0",
    ),
)  # fmt: skip


def _signature(tree: Any) -> dict[str, Any]:
    kind = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}
    return {"type": [kind], "when": "2026-09-10T18:05:00Z", "who": me(tree)}


NARRATIVES = (
    ("a script", narrative(DIV.replace("<p>", "<script>x</script><p>")), "Composition.text.div",
     "<script> is not allowed"),
    ("a handler", narrative(DIV.replace("<p>", "<p onclick='x'>")), "Composition.text.div",
     "onclick is not allowed"),
    ("a link that runs", narrative(DIV.replace("<p>", "<p><a href=' javascript:x'>x</a>")),
     "Composition.text.div", "a link to"),
    ("a frame", narrative(DIV.replace("<p>", "<iframe/><p>")), "Composition.text.div",
     "<iframe> is not"),
    ("a picture from elsewhere", narrative(DIV.replace("<p>", "<img src='https://a.b/c'/><p>")),
     "Composition.text.div", "a picture from"),
    ("a style that fetches", narrative(DIV.replace("<p>", "<p style='background:url(x)'>")),
     "Composition.text.div", "the style"),
    ("another doctype", narrative(f"<!DOCTYPE x>{DIV}"), "Composition.text.div", "document type"),
    ("an open tag", narrative(DIV.replace("</p>", "")), "Composition.text.div", "well-formed"),
    ("another namespace", narrative("<div><p>x</p></div>"), "Composition.text.div", "namespace"),
    ("nothing to read", narrative(DIV.replace("What to give", " ")), "Composition.text.div",
     "empty"),
)  # fmt: skip

_ALL: tuple[tuple[Rule, tuple[tuple[str, Any, str, str], ...]], ...] = (
    (Rule.COUNT, COUNTS),
    (Rule.TYPE, TYPES),
    (Rule.UNKNOWN, UNKNOWN),
    (Rule.BINDING, BINDINGS),
    (Rule.INVARIANT, INVARIANTS),
    (Rule.REFERENCE, REFERENCES),
    (Rule.DOCUMENT, DOCUMENTS),
    (Rule.PROFILE, PROFILES),
    (Rule.NARRATIVE, NARRATIVES),
)
BROKEN = tuple(Broken(rule, *one) for rule, several in _ALL for one in several)
