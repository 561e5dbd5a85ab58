"""Whatever a person's plan holds, the record gives back."""

from __future__ import annotations

import pytest

from careplan.fhir.bundle import from_bundle, to_bundle
from careplan.plan.care_plan import CarePlan
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.dictionary import dictionary
from tests.people.case import Case
from tests.people.everybody import PEOPLE

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_everybody_comes_back_whole(case: Case) -> None:
    version = case.version()
    assert from_bundle(to_bundle(version, dictionary(), narrative=DIV)) == version
    assert from_plain(CarePlan, to_plain(case.plan)) == case.plan
