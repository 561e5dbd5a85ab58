"""R20, R21, R33, R35 and R36: signed, seen, overdue, overtaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from careplan.plan.ahead import Leads
from careplan.plan.care_plan import AnswerBeside, AnswerKind, CarePlan, PatientAnswer, Version
from careplan.plan.safety import Finding, Severity
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3
from tests.make import NOW, TODAY, a_version, ada, an_unsigned_version, clinical_bytes, mg
from tests.plan.rules.kit import DAY, first, found, had, having, with_history

C = Complication


def standing(rule: str, version: Version, today: date = TODAY, **more: Any) -> list[Finding]:
    return found(version.plan, rule, today, version=version, **more)


def test_r20_tells_of_an_edit_after_the_signature():
    signed = clinical_bytes(ada())
    edited = first(dose=mg("11"))
    same = found(ada(), "R20", clinical=signed, signed=signed)
    changed = found(edited, "R20", clinical=clinical_bytes(edited), signed=signed)
    never_signed = found(edited, "R20", clinical=clinical_bytes(edited))
    assert (same, never_signed) == ([], [])
    assert [one.severity for one in changed] == [Severity.INFORM]


def test_r20_own_words_are_not_part_of_it():
    plan = ada().with_section("about_me", replace(ada().about_me, known_as="Adaeze"))
    assert clinical_bytes(plan) == clinical_bytes(ada())


def test_r21_the_review_and_the_signature_hold_through_their_last_day():
    last = date(2027, 9, 8)
    assert standing("R21", a_version(), last) == []
    late = standing("R21", a_version(), last + DAY)
    assert [one.text for one in late] == [
        "The review was due on 8 September 2027.",
        "The signature ran out on 8 September 2027.",
    ]
    assert all(one.settled and one.severity is Severity.WARN for one in late)


def test_r21_who_signed_has_left():
    (one,) = standing("R21", a_version(), signer_left=True)
    assert one.text == "Dr Helena Marsden, who signed, is no longer in the team."
    assert found(ada(), "R21", signer_left=True) == []


@pytest.mark.parametrize(
    ("born", "told"),
    [
        (date(2010, 9, 8), []),
        (date(2010, 9, 9), ["Turned 16 on 9 September 2026, since the signature."]),
        (date(2008, 11, 23), ["Turned 18 on 23 November 2026, since the signature."]),
        (date(2008, 11, 24), []),
        (None, []),
    ],
)
def test_r33_a_birthday(born, told):
    version = a_version(having(identity={"date_of_birth": born}))
    findings = standing("R33", version)
    assert [one.text for one in findings] == told
    assert all(one.severity is Severity.INFORM for one in findings)


@pytest.mark.parametrize(
    ("kind", "last", "fires"),
    [
        (C.ACUTE_CHEST_SYNDROME, "2026-10", True),
        (C.ICU_ADMISSION, "2026-09-09", True),
        (C.ICU_ADMISSION, "2026-09-08", False),
        (C.ACUTE_CHEST_SYNDROME, "2026-09", False),
        (C.ACUTE_CHEST_SYNDROME, "2026", False),
        (C.ACUTE_CHEST_SYNDROME, None, False),
        (C.GALLSTONES, "2026-10", False),
    ],
)
def test_r33_chest_syndrome_and_intensive_care(kind, last, fires):
    plan = with_history(had(kind, last=last))
    assert bool(standing("R33", a_version(plan))) is fires


@pytest.mark.parametrize(
    ("now", "before", "fires"),
    [
        ({"pregnant": Answer3.YES}, None, True),
        ({"pregnant": Answer3.YES}, Answer3.NO, True),
        ({"pregnant": Answer3.YES}, Answer3.YES, False),
        ({"pregnant": Answer3.NO}, None, False),
    ],
)
def test_r33_a_pregnancy_that_was_not_so_when_signed(now, before, fires):
    was = having(pregnancy={"pregnant": before})
    version = a_version(having(pregnancy=now))
    assert bool(standing("R33", version, was=was)) is fires


@pytest.mark.parametrize(
    ("said", "fires"),
    [
        ({"weeks": 4, "weeks_on": TODAY}, True),
        ({"weeks": 20, "weeks_on": TODAY}, False),
        ({"due_on": date(2027, 8, 1)}, True),
        ({"due_on": date(2027, 3, 8)}, False),
        ({}, False),
    ],
)
def test_r33_a_pregnancy_by_its_weeks(said, fires):
    plan = having(pregnancy={"pregnant": Answer3.YES, **said})
    assert bool(standing("R33", a_version(plan))) is fires


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [("SE1 7EH", "M13 9WL", True), ("SE1 7EH", "se5 9RS", False), (None, "M13 9WL", False)],
)
def test_r33_another_area_by_the_letters_of_the_postcode(before, now, fires):
    was = having(about_me={"postcode": before})
    version = a_version(having(about_me={"postcode": now}))
    assert bool(standing("R33", version, was=was)) is fires


def test_r33_before_any_signature_there_is_nothing_since():
    plan = with_history(had(C.ICU_ADMISSION, last="2026-10"))
    assert standing("R33", replace(an_unsigned_version(), plan=plan)) == []


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            {"exists": Answer3.YES, "where": "a shared record", "updated_on": date(2025, 12, 1)},
            "1 December 2025; this one was signed on 8 September 2026. Which leads: not decided.",
        ),
        ({"exists": Answer3.YES, "leads": Leads.THIS}, "Which leads: this plan."),
        ({"exists": Answer3.NO}, None),
        ({"exists": Answer3.UNKNOWN}, None),
        ({}, None),
    ],
)
def test_r35_another_plan(other, words):
    findings = standing("R35", a_version(having(other_plan=other)))
    assert [one.text.endswith(words) for one in findings] == ([True] if words else [])
    assert all(one.severity is Severity.WARN for one in findings)


def test_r35_another_plan_with_us():
    assert len(found(ada(), "R35", another_plan=True)) == 1


def answered(kind: AnswerKind | None, *beside: AnswerBeside) -> Version:
    answer = PatientAnswer(kind, NOW) if kind else None
    return a_version(answer=answer, beside=beside)


def parent(kind: AnswerKind, *, in_their_place: bool = True) -> AnswerBeside:
    at = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)
    return AnswerBeside("Abena", "mother", kind, at, in_their_place=in_their_place)


AGREE, NO = AnswerKind.AGREE, AnswerKind.DO_NOT_AGREE


@pytest.mark.parametrize(
    ("version", "settled"),
    [
        (answered(None), [True]),
        (answered(AGREE), []),
        (answered(AnswerKind.AGREE_EXCEPT), []),
        (answered(NO), [False]),
        (answered(None, parent(AGREE)), []),
        (answered(None, parent(AGREE, in_their_place=False)), [True]),
        (answered(AGREE, parent(NO)), [False]),
        (an_unsigned_version(), []),
    ],
)
def test_r36_seen_and_agreed(version, settled):
    findings = standing("R36", version)
    assert [one.settled for one in findings] == settled
    assert all(one.severity is Severity.WARN for one in findings)


def test_r36_nothing_published_yet():
    assert found(CarePlan(), "R36") == []
