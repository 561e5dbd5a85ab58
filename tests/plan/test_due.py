"""What falls due: on the day, the day before, and never from a fact that is not there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from careplan.plan.ahead import Infection, Vaccine
from careplan.plan.care_plan import CarePlan
from careplan.plan.drugs import drugs
from careplan.plan.due import Due, coming, due, due_rows, next_day
from careplan.plan.safety import Facts
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3, DoseUnit, PartialDate
from tests.make import TODAY, a_signature, a_version, ada, an_id, mg, reading
from tests.people.everybody import PEOPLE
from tests.plan.rules.kit import DAY, aged, first, had, having, med, taking, with_history

C = Complication


def facts(plan: CarePlan, today: date = TODAY, **more: Any) -> Facts:
    version = a_version(plan, signature=a_signature(plan))
    return Facts(plan, today, drugs(), version=version, **more)


def of(kind: str, plan: CarePlan, today: date = TODAY, **more: Any) -> list[Due]:
    return [one for one in coming(facts(plan, today, **more)) if one.kind == kind]


def day_of(kind: str, plan: CarePlan, today: date = TODAY) -> date | str | None:
    """Its day, "missing" where it is not on record, None where it is not asked at all."""
    found = of(kind, plan, today)
    return (found[0].on or "missing") if found else None


def vaccinated(*given: tuple[str, str | None]) -> CarePlan:
    entries = tuple(
        Vaccine(an_id(f"{name}{on}"), name, on=PartialDate(on) if on else None)
        for name, on in given
    )
    return ada().with_section("infection", Infection(vaccines=entries))


@pytest.mark.parametrize(
    ("given", "today", "on"),
    [
        ("2025-10-15", TODAY, date(2026, 9, 1)),
        ("2026-10-01", TODAY, date(2027, 9, 1)),
        ("2026-09-01", date(2027, 2, 1), date(2027, 9, 1)),
        ("2025-10-15", date(2027, 2, 1), date(2026, 9, 1)),
        ("2025-10-15", date(2026, 7, 1), date(2026, 9, 1)),
        ("2026", TODAY, date(2026, 9, 1)),
    ],
)
def test_influenza_by_the_season(given, today, on):
    assert day_of("influenza", vaccinated(("influenza", given)), today) == on


@pytest.mark.parametrize(
    ("given", "on"),
    [
        ((("PPV23", "2024-02-11"),), date(2029, 2, 11)),
        ((("PPV23", "2016"), ("PPV23", "2021-06")), date(2026, 6, 1)),
        ((("MenACWY", "2024"),), "missing"),
        ((("PPV23", None),), None),
        ((), None),
    ],
)
def test_pneumococcal_every_five_years(given, on):
    assert day_of("PPV23", vaccinated(*given)) == on


def test_a_vaccine_given_once_is_not_asked_again():
    assert day_of("MenACWY", vaccinated(("MenACWY", "2010"))) is None
    assert day_of("MenACWY", vaccinated(("PPV23", "2024"))) == "missing"


@pytest.mark.parametrize(
    ("years", "genotype", "last", "on"),
    [
        (9, "HbSS", date(2026, 7, 14), date(2027, 7, 14)),
        (9, "HbSS", None, "missing"),
        (2, "HbSb0", None, "missing"),
        (16, "HbSS", None, "missing"),
        (17, "HbSS", None, None),
        (1, "HbSS", None, None),
        (9, "HbSC", None, None),
        (9, None, None, None),
    ],
)
def test_brain_scans_of_children(years, genotype, last, on):
    plan = having(aged(years), diagnosis={"genotype": genotype}, complications={"tcd_on": last})
    assert day_of("TCD", plan) == on


@pytest.mark.parametrize(
    ("years", "genotype", "kind", "on"),
    [
        (30, "HbSS", "eyes", date(2027, 5, 1)),
        (17, "HbSS", "eyes", None),
        (17, "HbSC", "eyes-HbSC", date(2027, 5, 1)),
        (9, "HbSC", "eyes-HbSC", None),
    ],
)
def test_eye_checks(years, genotype, kind, on):
    plan = with_history(had(C.RETINOPATHY, Answer3.NO, last_check=PartialDate("2026-05")))
    assert day_of(kind, having(aged(years, plan), diagnosis={"genotype": genotype})) == on


def test_an_echo_only_where_there_is_something_to_follow():
    on = PartialDate("2026-05-30")
    yes = with_history(had(C.PULMONARY_HYPERTENSION, last_check=on))
    no = with_history(had(C.PULMONARY_HYPERTENSION, Answer3.NO, last_check=on))
    assert day_of("echo", yes) == date(2027, 5, 30)
    assert day_of("echo", no) is None


def test_a_blood_count_on_hydroxycarbamide():
    assert day_of("blood-count", ada()) == date(2027, 2, 2)
    assert day_of("blood-count", taking(med("hydroxycarbamide"))) == "missing"
    assert day_of("blood-count", taking(med("folic acid"))) is None


def test_weighing_a_child_or_for_a_dose_per_kilogram():
    plan = having(aged(9), baselines={"weight": reading("26.4", date(2026, 10, 6))})
    assert day_of("weight", plan) == date(2027, 1, 6)
    assert day_of("weight", ada()) is None
    assert day_of("weight", first(dose=mg("0.1", DoseUnit.MG_PER_KG))) == date(2027, 9, 8)
    assert day_of("weight", having(aged(9), baselines={"weight": None})) == "missing"


@pytest.mark.parametrize(
    ("born", "days"),
    [
        (date(2010, 12, 1), [date(2026, 12, 1), date(2028, 12, 1)]),
        (date(2010, 9, 8), [date(2028, 9, 8)]),
        (date(1997, 3, 14), []),
    ],
)
def test_who_may_act_for_them_at_each_birthday_no_signature_followed(born, days):
    assert [one.on for one in of("proxies", having(identity={"date_of_birth": born}))] == days


def test_the_plan_itself_and_the_number():
    assert day_of("review", ada()) == date(2027, 9, 8)
    assert day_of("signature", ada()) is None  # the same day: said once
    assert day_of("phone", ada()) == date(2027, 1, 30)


def test_review_tasks_since_the_signature():
    plan = with_history(had(C.ICU_ADMISSION, last=PartialDate("2026-10-20")))
    (one,) = of("happened-icu-admission", plan)
    assert one.on == date(2026, 10, 20)
    assert one.overdue
    assert "Intensive care (2026-10-20) since the plan was signed" in one.staff


def test_only_what_is_near_and_the_longest_overdue_first():
    shown = due(facts(vaccinated(("influenza", "2024-10-01"))))
    days = [one.on for one in shown]
    assert days[0] == date(2026, 9, 1)
    assert None in days
    assert all(one is None or one <= TODAY + 28 * DAY for one in days)
    assert [one.overdue for one in shown] == [True] + [False] * (len(shown) - 1)


def test_the_day_itself_is_due_and_the_next_is_overdue():
    (same,) = of("review", ada(), date(2027, 9, 8))
    (after,) = of("review", ada(), date(2027, 9, 9))
    assert (same.overdue, same.person) == (
        False,
        "A new look at your plan is due on 8 September 2027.",
    )
    assert (after.overdue, after.person) == (
        True,
        "A new look at your plan was due on 8 September 2027.",
    )


def test_the_first_day_beside_review_and_signature():
    assert next_day(facts(ada())) == date(2027, 1, 30)
    assert next_day(Facts(CarePlan(), TODAY, drugs())) is None


def test_every_row_has_its_source_and_words_for_both():
    rows, _ = due_rows()
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert row.staff
        assert row.person
        assert row.source


@pytest.mark.parametrize("key", PEOPLE)
def test_the_seven_are_told_in_whole_sentences(key):
    case = PEOPLE[key]
    told = due(Facts(case.plan, TODAY, drugs(), version=case.version()))
    for one in told:
        assert one.staff.endswith(".")
        assert one.person.endswith(".")
        assert "{" not in one.person
