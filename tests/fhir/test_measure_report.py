"""A page of the measures as FHIR: valid, the same figures, and no count for what is held back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from careplan.fhir import wire
from careplan.fhir.bundle import to_bundle
from careplan.fhir.conform import Severity, check
from careplan.fhir.counted_facts import CountedFacts, counted_facts
from careplan.fhir.measure_report import INTERVAL, to_measure_report
from careplan.measures.figures import view
from careplan.measures.measures import FAMILY_OF, OF_VISITS, Measure
from careplan.measures.rows import Served
from careplan.measures.sheet import Period, make_sheet
from careplan.measures.splits import Split, Who
from careplan.plan.care_plan import CarePlan
from tests import make
from tests.fhir.test_reading import DIV, WORDS
from tests.measures.a_row import a_row, many_rows

MONTH = Period(since=date(2026, 9, 1), until=date(2026, 11, 1))
VISITS = make_sheet(
    [row.case() for row in many_rows(5, people=80, visits=300)], about="visits", period=MONTH
)
SERVICE = make_sheet(
    [
        Served(person=one, who=Who(sex="female" if one % 2 else "male"), days=one % 60).case()
        for one in range(60)
    ],
    about="service",
    period=MONTH,
)


def report_of(sheet, measure, by=()):
    found = view(sheet, measure, by)
    return found, to_measure_report(found, sheet, whose="Everyone", on=MONTH.until)


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("by", [(), (Split.SEX,), (Split.ETHNIC_GROUP, Split.SEX)])
def test_every_view_is_what_fhir_says(measure, by):
    sheet = VISITS if FAMILY_OF[measure] in OF_VISITS else SERVICE
    _found, data = report_of(sheet, measure, by)
    entries = wire.loads(data)["entry"]
    assert [entry["resource"]["resourceType"] for entry in entries] == ["Measure", "MeasureReport"]
    for entry in entries:
        judged = check(wire.dumps(entry["resource"]))
        assert [one for one in judged if one.severity is Severity.ERROR] == []


def test_the_figures_are_those_of_the_page():
    found, data = report_of(VISITS, Measure.WITHIN_30, (Split.ETHNIC_GROUP,))
    report = json.loads(data)["entry"][1]["resource"]
    assert report["measure"] == json.loads(data)["entry"][0]["resource"]["url"]
    assert report["period"] == {"start": "2026-09-01", "end": "2026-10-31"}
    (group,) = report["group"]
    told = [one for one in group["stratifier"][0]["stratum"] if "population" in one]
    for row, stratum in zip(found.rows, told, strict=True):
        counts = {one["code"]["coding"][0]["code"]: one["count"] for one in stratum["population"]}
        assert counts == {
            "initial-population": row.n + row.missing,
            "denominator": row.n,
            "numerator": row.yes,
        }
        assert stratum["measureScore"]["value"] == pytest.approx(row.value, abs=0.05)
        (interval,) = stratum["measureScore"]["extension"]
        assert interval["url"] == INTERVAL
        assert "Wilson" in interval["extension"][-1]["valueString"]


def test_what_is_held_back_says_so_and_has_no_count():
    rows = [a_row(one, ethnic_category="N") for one in range(30)]
    rows += [a_row(50 + one, ethnic_category="H") for one in range(6)]
    rows += [a_row(70 + one, ethnic_category="A") for one in range(7)]
    sheet = make_sheet([row.case() for row in rows], about="visits", period=MONTH)
    _found, data = report_of(sheet, Measure.WITHIN_30, (Split.ETHNIC_GROUP,))
    strata = json.loads(data)["entry"][1]["resource"]["group"][0]["stratifier"][0]["stratum"]
    held = [one for one in strata if "population" not in one]
    assert [one["value"]["text"] for one in held] == ["Asian or Asian British", "White"]
    for one in held:
        (why,) = one["measureScore"]["extension"]
        assert why["valueCode"] == "masked"
        assert "value" not in one["measureScore"]


def test_a_sheet_of_nobody_has_no_score():
    sheet = make_sheet([], about="visits", period=MONTH)
    _found, data = report_of(sheet, Measure.BELIEVED)
    (group,) = json.loads(data)["entry"][1]["resource"]["group"]
    assert list(group) == ["measureScore"]


def test_only_the_counted_facts_come_out_of_a_record():
    version = make.a_version()
    about_me = replace(version.plan.about_me, postcode="SE1 7EH")
    there = replace(version, plan=replace(version.plan, about_me=about_me))
    assert counted_facts(to_bundle(there, WORDS, narrative=DIV)) == CountedFacts(
        born=date(1997, 3, 14),
        sex="female",
        language="en",
        interpreter=False,
        ethnicity="N",
        postcode="SE1 7EH",
    )
    empty = replace(version, plan=CarePlan(), signature=None)
    assert counted_facts(to_bundle(empty, WORDS, narrative=DIV)) == CountedFacts()
