"""What is not understood is refused by name, and nothing is lost in silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.fhir.conform import check
from careplan.plan.codec import Unreadable
from careplan.plan.dictionary import dictionary
from tests import make

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'
ADA = to_bundle(make.a_version(), WORDS, narrative=DIV)
KEPT = Path(__file__).parent / "kept"


def changed(change: Callable[[Any], object]) -> bytes:
    tree = json.loads(ADA)
    change(tree)
    return json.dumps(tree).encode()


def find(tree: Any, kind: str, nth: int = 0) -> Any:
    found = [one["resource"] for one in tree["entry"]]
    return [one for one in found if one["resourceType"] == kind][nth]


def test_the_order_of_members_and_spaces_say_nothing() -> None:
    tree = json.loads(ADA)
    assert from_bundle(json.dumps(tree, sort_keys=True, indent=1).encode()) == make.a_version()


def test_another_narrative_is_still_the_same_plan() -> None:
    data = changed(lambda t: find(t, "Composition")["text"].update(div=DIV.replace("give", "do")))
    assert from_bundle(data) == make.a_version()


def test_improved_words_of_ours_are_still_the_same_plan() -> None:
    def reword(tree: Any) -> None:
        find(tree, "QuestionnaireResponse")["item"][0]["item"][0]["text"] = "Better words"
        find(tree, "Composition")["section"][0]["title"] = "Better words"
        dose = find(tree, "MedicationRequest", 3)["dosageInstruction"][0]
        dose["text"] = dose["text"].replace("earliest repeat:", "not again before")

    assert from_bundle(changed(reword)) == make.a_version()


def test_a_document_from_before_a_code_was_known_is_still_the_same_plan() -> None:
    def older(tree: Any) -> None:
        find(tree, "MedicationRequest")["medicationCodeableConcept"].pop("coding")
        find(tree, "Condition")["code"]["coding"].pop()

    assert from_bundle(changed(older)) == make.a_version()


def test_a_vital_sign_of_no_day_says_so_and_older_ones_that_did_not_are_read() -> None:
    version = make.a_version()
    weight = replace(version.plan.baselines.weight, on=None)  # type: ignore[type-var]
    plan = replace(version.plan, baselines=replace(version.plan.baselines, weight=weight))
    undated = replace(version, plan=plan)
    tree = json.loads(to_bundle(undated, WORDS, narrative=DIV))
    (told,) = (e["resource"] for e in tree["entry"] if "_effectiveDateTime" in e["resource"])
    assert told["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"
    assert from_bundle(json.dumps(tree).encode()) == undated
    del told["_effectiveDateTime"]
    assert from_bundle(json.dumps(tree).encode()) == undated


def _no_dose(tree: Any) -> None:
    """Everywhere the same, so that only the nought itself can be what is wrong."""
    request = find(tree, "MedicationRequest", 3)
    text = json.dumps(request).replace('"10"', '"0"').replace("10 mg", "0 mg")
    request.clear()
    request.update(json.loads(text.replace('"value": 10', '"value": 0')))


REFUSED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a dose of nothing": (_no_dose, "steps[3].dose"),
    "an unknown element": (lambda t: find(t, "Patient").update(shoe=4), "resource.shoe"),
    "another dose": (
        lambda t: find(t, "MedicationRequest", 3)["dosageInstruction"][0]["doseAndRate"][0][
            "doseQuantity"
        ].update(value=100),
        "doseQuantity.value",
    ),
    "another dose in words": (
        lambda t: find(t, "MedicationRequest", 3)["dosageInstruction"][0].update(
            text="morphine 100 mg subcutaneous; earliest repeat: every 30 minutes"
        ),
        "dosageInstruction[0].text",
    ),
    "another dose in the exact text": (
        lambda t: find(t, "MedicationRequest", 3)["dosageInstruction"][0]["extension"][0][
            "extension"
        ][1].update(valueString="100"),
        "MedicationRequest",
    ),
    "a decimal with another form": (
        lambda t: find(t, "Observation").update(valueQuantity={"value": 82.10}),
        "Observation",
    ),
    "a dose nobody may substitute, substituted": (
        lambda t: find(t, "MedicationRequest")["substitution"].update(allowedBoolean=True),
        "substitution.allowedBoolean",
    ),
    "a resource without a place": (
        lambda t: find(t, "Goal")["meta"].pop("tag"),
        "meta.tag",
    ),
    "a resource too many": (
        lambda t: t["entry"].append(
            {"resource": {"resourceType": "Goal", "meta": find(t, "Goal")["meta"]}}
        ),
        "Bundle.entry",
    ),
    "an answer to no question": (
        lambda t: find(t, "QuestionnaireResponse")["item"][0]["item"].append(
            {"linkId": "about_me.shoe_size", "answer": [{"valueInteger": 4}]}
        ),
        "shoe_size",
    ),
    "two answers to one question": (
        lambda t: find(t, "QuestionnaireResponse")["item"][0]["item"][0]["answer"].append(
            {"valueString": "they/them"}
        ),
        "answer",
    ),
    "a script in the narrative": (
        lambda t: find(t, "Composition")["text"].update(
            div=DIV.replace("<p>", "<script>x</script><p>")
        ),
        "narrative",
    ),
    "another condition": (
        lambda t: find(t, "Composition")["extension"][1].update(valueCode="thalassaemia"),
        "extension",
    ),
    "a time without a zone": (lambda t: t.update(timestamp="2026-09-10T18:05:00"), "timestamp"),
    "a version number in words": (
        lambda t: find(t, "Composition")["extension"][0].update(valueString="three"),
        "extension",
    ),
    "not a Bundle": (lambda t: t.update(resourceType="Patient"), "resourceType"),
    "somebody else's document": (lambda t: t.pop("meta"), "meta.tag"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_and_says_where(name: str) -> None:
    change, where = REFUSED[name]
    with pytest.raises(Unreadable) as refusal:
        from_bundle(changed(change))
    if where not in ("MedicationRequest", "Observation"):
        assert where in refusal.value.path
    assert refusal.value.path.startswith(("Bundle", "resourceType"))


def test_it_refuses_an_emergency_document_which_is_not_the_whole_plan() -> None:
    data = to_emergency_bundle(make.a_version(), WORDS, narrative=DIV)
    with pytest.raises(Unreadable, match="not the whole plan"):
        from_bundle(data)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        from_bundle(data)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for name, value in members:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


PLACES = list(places(json.loads(ADA)))
LABELS = {"display", "title", "text", "div", "coding"}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(PLACES),
    st.sampled_from(["gone", "null", "text", "number", "list", "object", "twice", "true"]),
)
def test_no_change_anywhere_goes_unnoticed(place: tuple[Any, ...], how: str) -> None:
    """Taken away or replaced: refused, or another plan; the same plan only for labels."""
    tree = json.loads(ADA)
    owner = tree
    for step in place[:-1]:
        owner = owner[step]
    name, before = place[-1], owner[place[-1]]
    if how == "gone":
        del owner[name]
    elif how == "twice" and isinstance(owner, list):
        owner.append(before)
    else:
        instead = {"text": "x9", "number": 77, "list": [], "object": {}, "true": True}
        owner[name] = instead.get(how)
    if tree == json.loads(ADA):
        return
    try:
        version = from_bundle(json.dumps(tree).encode())
    except Unreadable:
        return
    assert version != make.a_version() or LABELS & {*map(str, place)}


@pytest.mark.parametrize("release", ["1", "2"])
def test_a_document_of_every_release_can_still_be_read(release: str) -> None:
    """Records are kept for good: what wrote them may change, they do not."""
    data = (KEPT / f"record-release-{release}.json").read_bytes()
    version = from_bundle(data)
    assert version.plan.pain_plan.steps
    assert version.signature
    assert check(data) == []
    if release == "2":
        assert version.plan.other_plan.where == "the regional shared record"
        assert version.plan.medicines.entries[-1].keep_private is True
        assert version.plan.infection.vaccines[0].product == "Pneumovax"
        assert version.beside[0].words == "She should ring me first."
