"""The facts that the journeys type are the facts of the ordinary case, and none is left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from careplan.plan.codec import to_plain
from tests import make
from tests.journeys.facts import MONTHS, UNITS, facts_of, folded

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "adult-ss.yaml"

NO_HOME = {
    "consent.emergency_qr": "a link that is live is the consent, and turning it off takes it back",
    "consent.ambulance": "no field yet: sharing with ambulance services is not built",
    "consent.gp": "no field yet: sharing with the GP practice is not built",
    "signed.on": "the day on which the clinician presses, not a field: the journey's own day",
    "patient_answer.on": "the day on which the person presses, not a field: the journey's own day",
}
"""Facts of the file that no field of the plan holds, and why."""

ACTS = {
    "signed.by": "the clinician who signs",
    "signed.valid_to": "typed when signing",
    "patient_answer.answer": "given after the signature",
    "expected_checks": "what the rules find: tested with the rules",
}
"""What people do to the plan. `test_whole_path` does it and compares it there."""

ELSEWHERE: dict[str, tuple[str, object]] = {
    "identity.language.interpreter": ("about_me.interpreter", False),
    "identity.language.spoken": ("about_me.spoken_language", "en"),
    "identity.ethnicity.code": ("background.ethnicity", "N"),
    "sickle.usual_course.days": ("my_sickle.usual_days", 5),
    "sickle.usual_course.ed_visits_12m": ("my_sickle.ed_visits_12m", 3),
    "sickle.usual_course.admissions_12m": ("my_sickle.admissions_12m", 2),
    "sickle.pain_scale.usual_day": ("my_sickle.usual_day_score", 2),
    "sickle.pain_scale.can_cope": ("my_sickle.can_cope_score", 5),
    "pain_plan.first_dose.max_doses": ("pain_plan.steps[3].max_doses", 3),
    "pain_plan.second_choice.max_doses": ("pain_plan.steps[4].max_doses", 2),
    "pain_plan.second_choice.counts_towards_max": ("pain_plan.steps[4].counts_towards_max", True),
    "pain_plan.adjuncts[].as_needed": ("pain_plan.adjuncts[2].as_needed", True),
    "pain_plan.adjuncts[].route": ("pain_plan.adjuncts[0].routes", ["IV", "oral"]),
    "pain_plan.does_not_work[].evidence": ("pain_plan.did_not_work[0].evidence", "documented 2019"),
    "pain_plan.oxygen_target.low": ("pain_plan.oxygen_low", 94),
    "pain_plan.oxygen_target.high": ("pain_plan.oxygen_high", 98),
    "allergies.state": ("allergies.state", "list"),
    "complications.acute_chest_syndrome.had": ("complications.events[0].had", "yes"),
    "complications.acute_chest_syndrome.count": ("complications.events[0].count", 1),
    "complications.acute_chest_syndrome.exchange": ("complications.events[0].exchange", "yes"),
    "complications.stroke_or_tia.had": ("complications.events[1].had", "no"),
    "complications.splenic.hyposplenism": ("complications.events[2].had", "yes"),
    "complications.splenic.splenectomy": ("complications.events[3].had", "no"),
    "complications.gallstones.had": ("complications.events[4].had", "yes"),
    "complications.icu_admission.had": ("complications.events[5].had", "yes"),
    "transfusion.antibodies": ("transfusion.antibody_state", "none found"),
    "transfusion.baseline_hb": ("transfusion.baseline_hb", "82"),
    "venous_access.ultrasound": ("my_veins.ultrasound", False),
    "venous_access.tries": ("my_veins.tries", 2),
    "contacts[].first": ("my_people.contacts[0].first", True),
}
"""Short and yes-or-no facts, which words alone cannot prove: where each stands, and as what."""

_SPELT_OUT = {r"\b(\d+) h\b(?! )": r"\1 hours", r"\b(\d+) min\b": r"\1 minutes"}


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    if not CASE.is_file():
        pytest.skip(f"the case files are not beside this project: {CASE}")
    found: dict[str, Any] = yaml.safe_load(CASE.read_text("utf-8"))
    return found


def test_every_fact_of_the_case_is_typed(case: dict[str, Any]) -> None:
    plan = make.ada()
    words = [one for fact in facts_of(plan) for one in fact.words]
    steps = [f"{one.max_doses} in {one.max_within}" for one in plan.pain_plan.steps]
    known = folded(" | ".join([*words, *steps]))
    lost = {
        path: told
        for path, told in _leaves(case)
        if path not in NO_HOME | ACTS | ELSEWHERE and not _typed(told, known)
    }
    assert lost == {}


def test_short_facts_stand_where_they_belong(case: dict[str, Any]) -> None:
    plan = to_plain(make.ada())
    assert {path: _at(plan, home) for path, (home, _) in ELSEWHERE.items()} == {
        path: value for path, (_, value) in ELSEWHERE.items()
    }
    assert {*ELSEWHERE} - {path for path, _ in _leaves(case)} == set()


def test_what_has_no_home_is_named(case: dict[str, Any]) -> None:
    """A fact that finds its home must leave the list, and one that comes new must join it."""
    assert {*NO_HOME, *ACTS} - {path for path, _ in _leaves(case)} == set()


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            name = "on" if key is True else key  # what YAML 1.1 makes of a bare "on"
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, f"{path}[]")
    else:
        yield path, value


def _typed(told: Any, known: str) -> bool:
    words = f"{told.day} {MONTHS[told.month - 1]} {told.year}" if isinstance(told, date) else told
    text = str(words)
    return any(folded(one) in known for one in (text, *_spelt_out(text)))


def _spelt_out(text: str) -> Iterator[str]:
    """ "6 h" is read as "6 hours", "2019-12" as "December 2019", "both thighs" as it stands."""
    for short, long in _SPELT_OUT.items():
        yield re.sub(short, long, text)
    if found := re.fullmatch(r"(\d{4})-(\d\d)", text):
        yield f"{MONTHS[int(found[2]) - 1]} {found[1]}"
    yield f"every {text}"
    yield UNITS.get(text, text)


def _at(plan: Any, path: str) -> object:
    """The plain value at "pain_plan.steps[3].max_doses"."""
    for part in re.findall(r"\w+", path):
        plan = plan[int(part)] if part.isdecimal() else plan.get(part)
    return plan
