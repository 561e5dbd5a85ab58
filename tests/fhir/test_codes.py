"""Every code has its check digit and stands in one file. That proves form, never meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from careplan.fhir import codes
from careplan.plan.dictionary import dictionary

ROOM = Path(codes.__file__).parent

_MULTIPLY = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
_PERMUTE = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _PERMUTE.append([_PERMUTE[-1][digit] for digit in _PERMUTE[1]])


def verhoeff(code: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _MULTIPLY[check][_PERMUTE[place % 8][int(digit)]]
    return check == 0


def mod_ten(code: str) -> bool:
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(check)


SNOMED = [
    codes.CARE_PLAN,
    codes.NO_KNOWN_ALLERGY,
    codes.PREGNANT,
    *codes.GENOTYPES.values(),
    *codes.GENOTYPES_TO_CONFIRM.values(),
    *codes.EVENTS.values(),
    *codes.EVENTS_TO_CONFIRM.values(),
    *codes.SUBSTANCES.values(),
    *codes.SUBSTANCES_TO_CONFIRM.values(),
    *codes.ROUTES.values(),
    *codes.NRL_TYPES,
    *codes.NRL_SETTINGS,
]
LOINC = [
    *(code for several in codes.OBSERVATIONS.values() for code in several),
    *codes.SECTION_LOINC.values(),
    codes.SYSTOLIC,
    codes.DIASTOLIC,
]


def test_the_check_itself_works() -> None:
    assert verhoeff("127040003")
    assert not verhoeff("127040004")
    assert mod_ten("718-7")
    assert not mod_ten("718-8")


@pytest.mark.parametrize("code", SNOMED)
def test_a_snomed_code_is_well_formed(code: str) -> None:
    assert 6 <= len(code) <= 18
    assert verhoeff(code)


@pytest.mark.parametrize("code", LOINC)
def test_a_loinc_code_is_well_formed(code: str) -> None:
    assert mod_ten(code)


def test_no_code_stands_for_two_things() -> None:
    assert len(SNOMED) == len(set(SNOMED))


def test_what_is_to_be_confirmed_never_goes_out_as_a_code() -> None:
    assert not {*codes.GENOTYPES} & {*codes.GENOTYPES_TO_CONFIRM}
    assert not {*codes.EVENTS} & {*codes.EVENTS_TO_CONFIRM}
    assert not {*codes.SUBSTANCES} & {*codes.SUBSTANCES_TO_CONFIRM}


def test_every_code_of_ours_that_is_mapped_exists() -> None:
    options = dictionary().options
    assert {*codes.GENOTYPES, *codes.GENOTYPES_TO_CONFIRM} <= {*options["genotypes"]}
    assert {*codes.EVENTS, *codes.EVENTS_TO_CONFIRM} <= {*options["complications"]}


def test_every_baseline_has_its_code() -> None:
    words = dictionary()
    measured = {
        path.partition(".")[2]
        for path in words.sections["baselines"].fields
        if words.field(path).type in ("reading", "blood_pressure")
    }
    assert measured == {*codes.OBSERVATIONS}
    assert {*codes.OBSERVED} <= measured


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_codes_and_addresses_stand_nowhere_else(path: Path) -> None:
    if path.name == "codes.py":
        return
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\"(?:https?://|urn:(?!uuid:))[a-z]", text)
    assert not re.findall(r"\"\d{6,18}\"|\"\d{3,6}-\d\"", text)
