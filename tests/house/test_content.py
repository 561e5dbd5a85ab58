"""The condition's files: complete, sourced, plain, and in step with the plan and its rules."""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from careplan.plan.care_plan import SECTIONS
from careplan.plan.dictionary import CONDITIONS, SURFACES, Carry, dictionary, read_toml
from careplan.plan.drugs import drugs
from careplan.plan.safety import RULES, rule_table
from careplan.plan.sickle import Complication
from careplan.plan.values import unit_words

FILES = sorted(CONDITIONS.glob("*/*.toml"))
WORDS = dictionary()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_says_where_it_is_from_and_who_signed_it_off(path):
    content = read_toml(path)
    assert content["source"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", content["dated"])
    assert content["clinical_sign_off"]


def class_fields(cls: Any, path: str) -> list[tuple[str, Any, bool]]:
    """Each field of a class and of the classes in it: path, bare type, whether it is a list."""
    found = []
    for name, hint in get_type_hints(cls).items():
        kind, many = hint, False
        if get_origin(kind) in (Union, UnionType):
            (kind,) = (one for one in get_args(kind) if one is not type(None))
        if get_origin(kind) is tuple:
            kind, many = get_args(kind)[0], True
        inner = f"{path}.{name}"
        if inner in WORDS.fields:
            found.append((inner, kind, many))
        if is_dataclass(kind):
            found += class_fields(kind, inner)
    return found


ALL = [one for name, cls in SECTIONS.items() for one in class_fields(cls, name)]
FITTING = {
    "str": {"line", "text", "phone", "nhs_number", "ods", "registration", "choice", "choices"},
    "int": {"number"},
    "bool": {"yes_no"},
    "date": {"date"},
    "DecimalText": {"decimal"},
    "PartialDate": {"partial_date"},
    "Answer3": {"answer3"},
    "Dose": {"dose"},
    "Interval": {"interval"},
    "Reading": {"reading"},
    "BloodPressure": {"blood_pressure"},
}


@pytest.mark.parametrize(("path", "kind", "many"), ALL, ids=[path for path, _, _ in ALL])
def test_a_field_is_typed_as_its_class_is(path, kind, many):
    field = WORDS.field(path)
    known = FITTING.get(kind.__name__)
    if known is None and is_dataclass(kind):
        known = {"list"} if many else {"group"}
    if known is None:
        assert issubclass(kind, StrEnum)
        known = {"choices"} if many else {"choice"}
    assert field.type in known
    if field.type in ("choice", "choices"):
        assert many is (field.type == "choices")
        assert field.options or issubclass(kind, StrEnum)


def test_free_text_has_a_limit():
    for field in WORDS.fields.values():
        if field.type in ("line", "text", "list"):
            assert field.max, field.path


def test_measurements_have_a_unit_people_can_read():
    for field in WORDS.fields.values():
        if field.type in ("reading", "blood_pressure"):
            assert field.unit, field.path
            assert not re.search(r"\bu(mol|g)|\[|\*", unit_words(field.unit))


def test_every_list_of_options_is_used():
    used = {field.options for field in WORDS.fields.values() if field.options}
    assert used == set(WORDS.options)


def test_complications_have_words_for_each_kind():
    assert set(WORDS.options["complications"]) == {str(kind) for kind in Complication}


def test_codes_are_for_life_so_they_are_plain():
    for codes in WORDS.options.values():
        for code in codes:
            assert re.fullmatch(r"[A-Za-z0-9+-]+", code) or code in SECTIONS


def test_every_surface_row_is_used():
    assert {field.surface for field in WORDS.fields.values()} == set(WORDS.surfaces)


def test_ethnicity_and_private_facts_stay_in_the_record():
    for path in ("background.ethnicity", "background.self_described", "about_me.religion"):
        shown = {surface for surface in SURFACES if WORDS.carries(path, surface) is not Carry.NEVER}
        assert shown == {"record", "export"}


def test_what_saves_a_life_is_on_every_emergency_surface():
    for path in (
        "allergies.entries",
        "my_allergies.entries",
        "pain_plan.steps.dose",
        "diagnosis.genotype",
    ):
        for surface in ("emergency", "page", "a4", "card"):
            assert WORDS.carries(path, surface) is Carry.MUST


def test_rules_and_their_table_are_the_same():
    assert {name for name, row in rule_table().items() if "kept_by" not in row} == set(RULES)


def test_each_name_of_a_medicine_means_one_thing():
    table = drugs()
    for name, ingredients in table.names.items():
        assert table.ingredients(name) == ingredients


def test_british_words_and_no_nhs_in_the_name():
    assert "NHS" not in WORDS.condition["plan_title"]
    for path in FILES:
        text = path.read_text("utf-8")
        assert not re.search(
            r"\bhematolog|\banemia|\bhemoglobin|emergency room", text, re.IGNORECASE
        )
