"""The door to the rules: each has its row, blocks come first, and sums of days are right."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.due import coming
from careplan.plan.safety import (
    RULES,
    Facts,
    Severity,
    age_on,
    check,
    months_later,
    rule_table,
)
from tests.make import TODAY, a_version, ada
from tests.plan.rules.kit import DRUGS, allergic
from tests.strategies import plans


def test_the_ordinary_adult_raises_nothing():
    assert check(Facts(ada(), TODAY, DRUGS)) == ()


def test_every_rule_is_in_the_table_with_its_source():
    assert set(RULES) == {name for name, row in rule_table().items() if "kept_by" not in row}
    for row in rule_table().values():
        assert row["severity"] in set(Severity)
        assert row["title"]
        assert row["source"]


def test_blocks_come_first():
    plan = allergic("codeine", CarePlan(pain_plan=ada().pain_plan))
    order = [list(Severity).index(one.severity) for one in check(Facts(plan, TODAY, DRUGS))]
    assert order == sorted(order)
    assert {0, 1} < set(order)


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2008, 11, 23), date(2026, 11, 22), 17),
        (date(2008, 11, 23), date(2026, 11, 23), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (None, date(2026, 11, 23), None),
    ],
)
def test_age_in_whole_years(born, today, age):
    assert age_on(born, today) == age


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 10, 6), 3, date(2027, 1, 6)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_later(day, months, later):
    assert months_later(day, months) == later


@settings(max_examples=12, deadline=None)
@given(plans())
def test_whatever_is_in_a_plan_every_rule_answers(plan):
    """A rule that broke would close the desk; and each finding has its row and some words."""
    facts = Facts(plan, TODAY, DRUGS, b"now", b"then", version=a_version(plan), was=plan)
    for one in check(facts):
        assert one.text.strip()
        assert one.rule in rule_table()
        assert all(path.partition(".")[0] in SECTIONS for path in one.paths)
    assert all(one.staff and one.person for one in coming(facts))
