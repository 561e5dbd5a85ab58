"""The case files say which rules fire for each person, and on which day: those, and no other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from careplan.plan.drugs import drugs
from careplan.plan.safety import Facts, Finding, check
from tests.make import TODAY, clinical_bytes
from tests.people.case import Case
from tests.people.everybody import PEOPLE

DAY = timedelta(days=1)


def fired(case: Case, today: date) -> list[Finding]:
    """As the team's page asks it: signed, answered, and no word changed since."""
    clinical = clinical_bytes(case.plan)
    facts = Facts(case.plan, today, drugs(), clinical, clinical, version=case.version())
    return list(check(facts))


def expected(case: Case, today: date) -> set[tuple[str, str]]:
    due = (one for one in case.expected if one.first_on is None or one.first_on <= today)
    return {(one.rule, one.severity) for one in due}


@pytest.mark.parametrize("key", PEOPLE)
def test_exactly_the_expected_rules_fire(key: str) -> None:
    case = PEOPLE[key]
    found = {(one.rule, one.severity.value) for one in fired(case, TODAY)}
    assert found == expected(case, TODAY)


@pytest.mark.parametrize(
    ("key", "rule", "from_day"),
    [("kofi", "R7", date(2027, 1, 6)), ("mama", "R31", date(2026, 12, 30))],
)
def test_a_rule_with_a_day_fires_from_it_and_not_before(key, rule, from_day) -> None:
    case = PEOPLE[key]
    assert (rule, from_day) in {(one.rule, one.first_on) for one in case.expected}
    for day in (from_day - DAY, from_day):
        found = {(one.rule, one.severity.value) for one in fired(case, day)}
        assert found == expected(case, day)


def test_a_banner_for_days_after_a_transfusion_goes_on_the_day() -> None:
    last = date(2026, 12, 6)
    assert "R27" in {one.rule for one in fired(PEOPLE["mina"], last)}
    assert "R27" not in {one.rule for one in fired(PEOPLE["mina"], last + DAY)}
