"""R29: a spleen that is gone, a small child, and what counts as protection or as a reason."""

from __future__ import annotations

import pytest

from careplan.plan.medicines import MedicineStatus
from careplan.plan.safety import Severity
from careplan.plan.sickle import Complication
from careplan.plan.values import Answer3
from tests.make import TODAY
from tests.plan.rules.kit import (
    DAY,
    aged,
    allergic,
    found,
    had,
    having,
    med,
    severities,
    taking,
    with_history,
)

C = Complication
W = Severity.WARN
HOME = MedicineStatus.KEPT_AT_HOME
NO_SPLEEN = allergic("latex", with_history(had(C.SPLENECTOMY)))


@pytest.mark.parametrize(
    ("medicine", "fires"),
    [
        (med("folic acid"), True),
        (med("penicillin V"), False),
        (med("erythromycin", reason="instead of penicillin"), False),
        (med("penicillin V", status=MedicineStatus.STOPPED), True),
        (med("doxycycline", status=HOME, reason="penicillin allergy"), False),
        (med("doxycycline", status=HOME), True),
        (med("ciprofloxacin", status=HOME, reason="no daily antibiotic"), False),
    ],
)
def test_r29_after_a_splenectomy(medicine, fires):
    assert severities(taking(medicine, plan=NO_SPLEEN), "R29") == [W] * fires


@pytest.mark.parametrize(("reason", "fires"), [("declines it", False), (" ", True), (None, True)])
def test_r29_a_reason_settles_it(reason, fires):
    plan = having(taking(plan=NO_SPLEEN), infection={"no_antibiotic_reason": reason})
    assert bool(found(plan, "R29")) is fires


def test_r29_a_child_until_the_fifth_birthday():
    plan = aged(5, taking())
    assert found(plan, "R29") == []
    assert severities(plan, "R29", TODAY - DAY) == [W]


@pytest.mark.parametrize("answer", [Answer3.NO, Answer3.UNKNOWN])
def test_r29_no_splenectomy_no_claim(answer):
    assert found(taking(plan=with_history(had(C.SPLENECTOMY, answer))), "R29") == []
    assert found(taking(plan=with_history(had(C.HYPOSPLENISM))), "R29") == []


@pytest.mark.parametrize(("allergy", "fires"), [("penicillin", True), ("latex", False)])
def test_r29_penicillin_beside_an_allergy_to_it(allergy, fires):
    plan = allergic(allergy, taking(med("penicillin V")))
    assert severities(plan, "R29") == [W] * fires
