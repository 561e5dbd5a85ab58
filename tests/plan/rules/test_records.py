"""R24, R25, R30, R31 and R32: values, a number that answers, and a type."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from careplan.plan.medicines import MedicineStatus
from careplan.plan.safety import Severity, months_later
from careplan.plan.sickle import BloodPressure, Diagnosis
from tests.make import TODAY, ada, reading
from tests.plan.rules.kit import DAY, found, having, med, severities, taking

B, W = Severity.BLOCK, Severity.WARN


@pytest.mark.parametrize("target", [94, None])
def test_r24_no_saturation_when_well(target):
    plan = having(baselines={"spo2_on_air": None}, pain_plan={"oxygen_low": target})
    plan = having(plan, pain_plan={"oxygen_high": target})
    (one,) = found(plan, "R24")
    assert one.severity is Severity.INFORM
    assert ("pain_plan.oxygen_low" in one.paths) is (target is not None)
    assert "darker skin" in one.text


def test_r24_is_silent_where_it_is_recorded():
    assert found(ada(), "R24") == []


@pytest.mark.parametrize(
    ("name", "value", "fires"),
    [
        ("haemoglobin", "8.2", True),
        ("haemoglobin", "19.9", True),
        ("haemoglobin", "20", False),
        ("haemoglobin", "82", False),
        ("creatinine", "0.6", True),
        ("creatinine", "4.9", True),
        ("creatinine", "5", False),
    ],
)
def test_r25_another_units_range(name, value, fires):
    assert severities(having(baselines={name: reading(value)}), "R25") == [B] * fires


@pytest.mark.parametrize(
    ("upper", "lower", "fires"), [(108, 64, False), (64, 64, True), (64, 108, True)]
)
def test_r25_pressures_the_wrong_way_round(upper, lower, fires):
    pressure = BloodPressure(upper, lower, TODAY)
    assert severities(having(baselines={"blood_pressure": pressure}), "R25") == [B] * fires


@pytest.mark.parametrize(
    ("on", "fires"),
    [(TODAY, False), (TODAY + DAY, True), (date(1997, 3, 13), True)],
)
def test_r25_a_day_that_cannot_be(on, fires):
    weight = {"weight": reading("61.5", on)}
    assert severities(having(baselines=weight), "R25") == [B] * fires
    assert severities(having(transfusion={"last_on": on}), "R25") == [B] * fires


def test_r25_born_tomorrow():
    assert B in severities(having(identity={"date_of_birth": TODAY + DAY}), "R25")


@pytest.mark.parametrize(("days", "fires"), [(0, False), (1, True)])
def test_r25_older_than_twelve_months(days, fires):
    on = months_later(TODAY, -12) - timedelta(days=days)
    plan = having(baselines={"haemoglobin": reading("82", on), "creatinine": reading("54", on)})
    findings = found(plan, "R25")
    assert [one.severity for one in findings] == [W] * fires
    assert all("haemoglobin" in one.text and "creatinine" in one.text for one in findings)


def test_r25_a_weight_is_no_laboratory_result():
    old = months_later(TODAY, -24)
    assert found(having(baselines={"weight": reading("61.5", old)}), "R25") == []


@pytest.mark.parametrize("drug", ["crizanlizumab", "Oxbryta"])
@pytest.mark.parametrize(
    ("status", "fires"),
    [
        (None, True),
        (MedicineStatus.TAKING, True),
        (MedicineStatus.STOPPED, False),
        (MedicineStatus.NEVER_STARTED, False),
    ],
)
def test_r30_taken_now_or_history(drug, status, fires):
    assert severities(taking(med(drug, status=status)), "R30") == [W] * fires


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({}, False),
        ({"phone_24h": None}, True),
        ({"phone_24h": " "}, True),
        ({"phone_24h_tested_on": None}, True),
        ({"phone_24h_tested_on": TODAY - 90 * DAY}, False),
        ({"phone_24h_tested_on": TODAY - 91 * DAY}, True),
        ({"phone_24h_hours": "Monday to Friday, 9 to 5"}, True),
        ({"phone_24h_hours": "office hours"}, True),
        ({"phone_24h_hours": "24 hours, switchboard out of hours"}, False),
        ({"phone_24h_hours": "day and night; daytime the nurses"}, False),
        ({"phone_24h_hours": "always"}, False),
    ],
)
def test_r31_a_number_that_answers(changes, fires):
    assert severities(having(care_team=changes), "R31") == [W] * fires


@pytest.mark.parametrize(
    ("diagnosis", "path"),
    [
        (Diagnosis(), "diagnosis.genotype"),
        (Diagnosis(""), "diagnosis.genotype"),
        (Diagnosis("AS"), "diagnosis.genotype"),
        (Diagnosis("other"), "diagnosis.genotype_other"),
        (Diagnosis("other", "  "), "diagnosis.genotype_other"),
        (Diagnosis("other", "Sickle cell TRAIT"), "diagnosis.genotype_other"),
        (Diagnosis("other", "Hb AS"), "diagnosis.genotype_other"),
        (Diagnosis("HbSS"), None),
        (Diagnosis("not-confirmed"), None),
        (Diagnosis("other", "HbS-Quebec-CHORI"), None),
        (Diagnosis("other", "HbSS with alpha thalassaemia trait"), None),
        (Diagnosis("other", "same as my mother"), None),
    ],
)
def test_r32_a_plan_needs_a_sickle_type(diagnosis, path):
    findings = found(ada().with_section("diagnosis", diagnosis), "R32")
    assert [one.paths for one in findings] == ([(path,)] if path else [])
    assert all(one.severity is Severity.BLOCK for one in findings)
