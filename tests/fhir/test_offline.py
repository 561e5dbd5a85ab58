"""The signed card's Bundle: what must be on it is, what must never be is not, the rest is named."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings

from careplan.fhir.offline import NoRoom, project
from careplan.fhir.pain import step_words
from careplan.keys.health_cards import letters_of, new_card_key
from careplan.plan.care_plan import CarePlan, Version
from careplan.plan.dictionary import dictionary
from careplan.plan.medicines import Allergies, AllergyState, MyAllergies
from careplan.plan.pain import Stage
from careplan.plan.surfaces import emergency
from careplan.summary.allergies import unchecked
from tests import make
from tests.people.everybody import PEOPLE
from tests.stores import seeded
from tests.strategies import versions
from tests.summary import others, walk

WORDS = dictionary()
KEY = new_card_key(seeded("offline"))
EVERYONE = {
    **{key: case.version() for key, case in PEOPLE.items()},
    "unsigned": make.an_unsigned_version(),
    "stopped": others.a_stopped_version(),
    "flags": make.a_version(others.every_flag()),
    "everything": others.everything_at_once(),
}
# What a code may be about without one of these names: all that it leaves out is one of them.
HARMLESS = {"reactions", "who signed it", "second choice", "whom to ask for", "STOP details",
            "the patient’s answer", "what happened before", "the national standard"}  # fmt: skip


def fits(bundle: dict[str, Any]) -> bool:
    """As in the service, with an address longer than most."""
    subject = {"fhirVersion": "4.0.1", "fhirBundle": bundle}
    kind = ["https://smarthealth.cards#health-card"]
    card = {"iss": "https://sickle.example-trust.nhs.uk", "nbf": 1795424400, "exp": 1858000000,
            "vc": {"type": kind, "credentialSubject": subject, "rid": "kRv3mVbQk1c"}}  # fmt: skip
    quick = letters_of(card, KEY, pack=zlib.compress)
    return quick <= 1195 or (quick < 1260 and letters_of(card, KEY) <= 1195)


def anything(_bundle: dict[str, Any]) -> bool:
    return True


def made(version: Version, how: Any = fits) -> dict[str, Any]:
    return project(version, WORDS, fits=how).bundle


def of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = (entry["resource"] for entry in bundle["entry"])
    return [one for one in found if one["resourceType"] == kind]


def texts(tree: Any) -> list[str]:
    if isinstance(tree, dict):
        return [text for value in tree.values() for text in texts(value)]
    if isinstance(tree, list):
        return [text for value in tree for text in texts(value)]
    return [tree]


def said(bundle: dict[str, Any]) -> str:
    return " | ".join(texts(bundle))


@pytest.mark.parametrize("key", EVERYONE)
def test_what_must_be_there_is(key):
    version = EVERYONE[key]
    bundle, plan = made(version), emergency(version, WORDS).plan
    text = said(bundle)
    assert (version.plan.identity.legal_name or "") in text
    _holds_allergens_and_first_dose(text, plan)
    assert plan.care_team.phone_24h is None or plan.care_team.phone_24h in text
    assert WORDS.words("genotypes", plan.diagnosis.genotype or "") in text
    assert f"{version.plan_number}, version {version.number}" in text
    (care_plan,) = of(bundle, "CarePlan")
    due = plan.review.review_due
    assert care_plan.get("period") == ({"end": due.isoformat()} if due else None)


def _holds_allergens_and_first_dose(text: str, plan: CarePlan) -> None:
    for name in (one.substance for one in plan.allergies.entries):
        assert name in text
    for name in (one.substance for one in unchecked(plan)):
        assert name in text
    for step in plan.pain_plan.stage(Stage.FIRST_DOSE):
        assert step_words(step) in text


@pytest.mark.parametrize("key", PEOPLE)
def test_the_seven_keep_every_stop_line(key):
    found = project(EVERYONE[key], WORDS, fits=fits)
    assert set(found.left_out) <= HARMLESS


@pytest.mark.parametrize("key", EVERYONE)
def test_what_must_never_be_there_is_not(key):
    version = EVERYONE[key]
    text = said(made(version, anything))
    shown = {walk.expected(p, v, WORDS) for p, v in walk.must(version.plan, "offline", WORDS)}
    # Who signed and who stopped it is said, wherever else that name may stand.
    if version.signature:
        shown.add(version.signature.name)
    if version.stop:
        shown |= {version.stop.name, version.stop.organisation}
    for path, value in walk.never(version.plan, "offline", WORDS):
        words = walk.expected(path, value, WORDS)
        hidden = words and len(words) > 4 and not any(words in (one or "") for one in shown)
        if hidden and isinstance(value, str):
            assert str(words) not in text, (path, words)
    number = version.plan.identity.nhs_number
    assert number is None or number not in text.replace(" ", "")


@pytest.mark.parametrize("key", EVERYONE)
@pytest.mark.parametrize("how", [fits, anything])
def test_it_is_the_smallest_fhir_there_is(key, how):
    """Valid R4, and nothing that a card in a code may not hold."""
    bundle = made(EVERYONE[key], how)
    Bundle.model_validate(bundle)
    assert bundle["type"] == "collection"
    for at, entry in enumerate(bundle["entry"]):
        assert entry["fullUrl"] == f"resource:{at}"
        assert not {"id", "meta", "text", "identifier"} & set(entry["resource"])
    _no_words_in_concepts(bundle)


def _no_words_in_concepts(tree: Any) -> None:
    if isinstance(tree, list):
        for one in tree:
            _no_words_in_concepts(one)
    if isinstance(tree, dict):
        assert not ("coding" in tree and "text" in tree)
        assert not ("system" in tree and "display" in tree)
        for value in tree.values():
            _no_words_in_concepts(value)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(words=WORDS))
def test_no_allergen_and_no_first_dose_is_ever_dropped(version):
    for how in (anything, _OnlyOnce()):
        text = said(made(version, how))
        _holds_allergens_and_first_dose(text, emergency(version, WORDS).plan)


class _OnlyOnce:
    """Room for the least, and for nothing more."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _bundle: dict[str, Any]) -> bool:
        self.asked += 1
        return self.asked == 1


def test_without_a_live_signature_there_is_no_dose():
    for version in (make.an_unsigned_version(), others.a_stopped_version()):
        bundle = made(version, anything)
        assert of(bundle, "MedicationRequest") == []
        assert "10 mg" not in said(bundle)
    assert "DOSE STOPPED. Do not use the dose on earlier copies: ring" in said(bundle)


def test_that_nobody_asked_is_said_and_is_no_allergy():
    unasked = make.ada().with_section("allergies", Allergies())
    unasked = unasked.with_section("my_allergies", MyAllergies())
    bundle = made(make.a_version(unasked), _OnlyOnce())
    assert of(bundle, "AllergyIntolerance") == []
    assert "ALLERGIES NOT ASKED. Ask before giving anything." in said(bundle)


def test_that_there_are_none_is_said_in_words_and_by_its_code():
    none = Allergies(state=AllergyState.NONE_CONFIRMED)
    plan = make.ada().with_section("allergies", none).with_section("my_allergies", MyAllergies())
    version = make.a_version(plan)
    assert "NO KNOWN ALLERGIES" in said(made(version, _OnlyOnce()))
    (one,) = of(made(version, anything), "AllergyIntolerance")
    assert one["code"]["coding"][0]["code"] == "716186003"


def test_each_allergen_stands_in_words_and_a_sure_code_beside_it():
    (one,) = of(made(make.a_version(_allergic_to("Latex")), anything), "AllergyIntolerance")
    assert one["code"]["coding"] == [{"system": "http://snomed.info/sct", "code": "111088007"}]
    assert one["note"][0]["text"].startswith("Latex")
    (one,) = of(made(make.a_version(_allergic_to("blue dye")), anything), "AllergyIntolerance")
    assert "code" not in one
    assert one["note"][0]["text"].startswith("blue dye")


def _allergic_to(substance: str):
    plan = make.ada()
    (entry,) = plan.allergies.entries[:1]
    listed = replace(plan.allergies, entries=(replace(entry, substance=substance),))
    return plan.with_section("allergies", listed).with_section("my_allergies", MyAllergies())


def test_a_dose_for_each_kilogram_stands_with_its_weight():
    request = of(made(EVERYONE["kofi"]), "MedicationRequest")[0]
    assert "mg/kg" in request["dosageInstruction"][0]["text"]
    assert request["note"][0]["text"].startswith("Weighed 26.4 kg on 6 October 2026")


def test_the_dose_is_in_the_very_words_of_the_emergency_document():
    (step,) = make.ada().pain_plan.stage(Stage.FIRST_DOSE)
    (request, *_) = of(made(make.a_version()), "MedicationRequest")
    assert request["dosageInstruction"] == [{"text": step_words(step)}]


def test_a_second_choice_says_that_it_is_one():
    first, second = of(made(EVERYONE["ada"], anything), "MedicationRequest")
    assert "note" not in first
    assert second["note"] == [{"text": "SECOND CHOICE"}]


def test_who_signed_it_and_when_is_a_sentence():
    """A date and a name alone could be anything: who agreed, who wrote it, who was born."""
    for key in PEOPLE:
        signature = EVERYONE[key].signature
        assert signature is not None
        plan = of(made(EVERYONE[key], anything), "CarePlan")[0]
        [line] = [one["text"] for one in plan["note"] if signature.name in one["text"]]
        assert line.startswith("Signed ")


def test_what_has_no_room_at_all_is_said_by_name():
    with pytest.raises(NoRoom, match="morphine 10 mg"):
        project(make.a_version(), WORDS, fits=lambda _bundle: False)


def test_what_weighs_most_stays_longest():
    """With room for one thing more, a refusal of blood is it."""
    least = len(json.dumps(made(EVERYONE["delroy"], _OnlyOnce())))
    bundle = made(EVERYONE["delroy"], lambda one: len(json.dumps(one)) <= least + 70)
    assert "STOP: Declines all blood products." in said(bundle)
