"""R26 to R28: what an alert is, how long a banner stands, and a refusal beside a plan."""

from __future__ import annotations

import pytest

from careplan.plan.ahead import WarningSign
from careplan.plan.safety import Severity
from careplan.plan.sickle import Antibody, Complication, Refusal
from careplan.plan.values import Answer3
from tests.make import TODAY, an_id, lines
from tests.plan.rules.kit import DAY, found, had, having, severities, with_history

C = Complication
B, W = Severity.BLOCK, Severity.WARN
FOUND = (Antibody(an_id("jkb"), "anti-Jkb"), Antibody(an_id("fya"), "anti-Fya", historical=True))
NO_ALERT = {"special": (), "special_other": None, "lab_phone": None, "hyperhaemolysis": None}


@pytest.mark.parametrize(
    ("alert", "fires"),
    [
        ({}, True),
        ({"programme": "top-up"}, True),
        ({"hyperhaemolysis": Answer3.NO}, True),
        ({"special": ("rh-k",)}, False),
        ({"special_other": "order early"}, False),
        ({"lab_phone": "020 7946 0195"}, False),
        ({"hyperhaemolysis": Answer3.YES}, False),
    ],
)
def test_r26_antibodies_and_an_alert(alert, fires):
    blood = {**NO_ALERT, **alert}
    assert severities(having(transfusion={**blood, "antibodies": FOUND}), "R26") == [W] * fires
    assert found(having(transfusion=blood), "R26") == []


@pytest.mark.parametrize(
    ("event", "said", "fires"),
    [
        (Answer3.YES, None, True),
        (Answer3.YES, Answer3.YES, False),
        (Answer3.NO, None, False),
        (Answer3.UNKNOWN, None, False),
    ],
)
def test_r26_hyperhaemolysis_in_the_history(event, said, fires):
    plan = with_history(had(C.HYPERHAEMOLYSIS, event))
    assert severities(having(plan, transfusion={"hyperhaemolysis": said}), "R26") == [W] * fires


@pytest.mark.parametrize(
    ("target", "fires"), [("110", False), ("110.5", True), ("120", True), (None, False)]
)
def test_r26_a_high_target(target, fires):
    assert severities(having(transfusion={"target_hb": target}), "R26") == [W] * fires


@pytest.mark.parametrize(
    ("days", "programme", "fires"),
    [
        (0, None, True),
        (28, "none", True),
        (29, "none", False),
        (-1, "none", False),
        (5, "automated-exchange", False),
        (5, "top-up", False),
    ],
)
def test_r27_twenty_eight_days(days, programme, fires):
    last = TODAY - days * DAY
    plan = having(transfusion={"last_on": last, "programme": programme})
    assert severities(plan, "R27") == [Severity.INFORM] * fires


def test_r27_no_day_no_claim():
    assert found(having(transfusion={"last_on": None}), "R27") == []


@pytest.mark.parametrize(
    ("blood", "fires"),
    [
        ({"refusal": Refusal.ALL, "programme": "top-up"}, True),
        ({"refusal": Refusal.ALL, "programme": "none"}, False),
        ({"refusal": Refusal.ALL, "programme": None}, False),
        ({"refusal": Refusal.SOME, "programme": "top-up"}, True),
        (
            {
                "refusal": Refusal.SOME,
                "programme": "top-up",
                "accepts": lines("yes", "red cells"),
            },
            False,
        ),
        ({"refusal": Refusal.SOME, "programme": "top-up", "refusal_detail": "no platelets"}, False),
        ({"refusal": Refusal.NONE, "programme": "top-up"}, False),
        ({"refusal": None, "programme": "top-up"}, False),
    ],
)
def test_r28_a_programme(blood, fires):
    assert severities(having(transfusion=blood), "R28") == [B] * fires


@pytest.mark.parametrize(
    ("words", "fires"),
    [
        ("Exchange transfusion and call haematology", True),
        ("Top-up with two units of blood", True),
        ("PCA. No transfusion.", False),
        ("PCA without exchange", False),
        ("Group and save, call haematology", False),
    ],
)
def test_r28_words_of_the_plan(words, fires):
    plan = having(transfusion={"refusal": Refusal.ALL})
    assert bool(found(having(plan, pain_plan={"escalation_action": words}), "R28")) is fires
    signs = (WarningSign(an_id("sign"), "pale", hospital=words),)
    assert bool(found(having(plan, warning_signs={"entries": signs}), "R28")) is fires
