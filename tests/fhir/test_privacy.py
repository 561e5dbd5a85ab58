"""The emergency document holds nothing an emergency department may not see: sought by value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings

from careplan.fhir.bundle import to_bundle, to_emergency_bundle
from careplan.plan.care_plan import SECTIONS, DoseStop, Version
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import Carry, dictionary
from tests import make
from tests.strategies import versions

WORDS = dictionary()
DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'


def facts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text of the plan with its field's path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from facts(item, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from facts(item, path)
    elif isinstance(value, str) and not path.endswith((".id", ".unsure")):
        yield path, value


def field_of(path: str) -> str:
    while path not in WORDS.fields:
        path = path.rpartition(".")[0]
    return path


def hidden(version: Version) -> dict[str, str]:
    """Texts that only fields of "never" hold, and which are long enough to be looked for."""
    all_facts = [
        (field_of(path), text)
        for name in SECTIONS
        for path, text in facts(to_plain(version.plan.section(name)), name)
    ]
    shown = {
        text for path, text in all_facts if WORDS.carries(path, "emergency") is not Carry.NEVER
    }
    return {
        text: path
        for path, text in all_facts
        if WORDS.carries(path, "emergency") is Carry.NEVER
        and len(text) > 3
        and not any(text in one for one in shown)
    }


def emergency(version: Version) -> str:
    return to_emergency_bundle(version, WORDS, narrative=DIV).decode()


def test_the_record_holds_them_so_that_looking_for_them_means_something() -> None:
    version = make.a_version()
    record = to_bundle(version, WORDS, narrative=DIV).decode()
    looked_for = hidden(version)
    assert len(looked_for) > 15
    assert [path for text, path in looked_for.items() if text not in record] == []


def values(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from values(item)
    elif isinstance(tree, str):
        yield tree


def test_no_hidden_fact_of_an_ordinary_plan_is_in_the_emergency_document() -> None:
    version = make.a_version()
    written = "\n".join(values(json.loads(emergency(version))))
    looked_for = hidden(version)
    looked_for.pop("every day")  # the team's own interval reads the same
    assert [path for text, path in looked_for.items() if text in written] == []


def test_the_ones_that_would_hurt_most() -> None:
    document = emergency(make.a_version())
    for text in ("Igbo", "EthnicCategory", "Wellfield", "Y99001", "07700 900142", "GMC", "NMC"):
        assert text not in document
    assert '"gender"' not in document
    assert "Ada agreed" not in document


def test_codes_of_hidden_choices_are_not_there() -> None:
    document = emergency(make.a_version())
    for path, field in WORDS.fields.items():
        if WORDS.carries(path, "emergency") is Carry.NEVER:
            assert f'"linkId":"{path}"' not in document
            assert field.label not in ("", None)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions())
def test_no_field_of_never_has_an_element(version: Version) -> None:
    document = emergency(version)
    for path in WORDS.fields:
        if WORDS.carries(path, "emergency") is Carry.NEVER:
            assert f'"linkId":"{path}"' not in document
            assert f'"code":"{path}"' not in document


def test_a_stopped_dose_is_in_no_emergency_document() -> None:
    stop = DoseStop("Dr Marsden", "Consultant", "St Anselm's", make.NOW, "020 7946 0100")
    document = emergency(make.a_version(stop=stop))
    assert "morphine 10 mg" not in document
    assert "doseQuantity" not in document
    assert "Do not use the dose on earlier copies: ring 020 7946 0100" in document


def test_without_a_signature_there_is_no_dose() -> None:
    document = emergency(replace(make.a_version(), signature=None))
    assert "doseQuantity" not in document
    assert "dosageInstruction" not in document or '"doNotPerform":true' in document
