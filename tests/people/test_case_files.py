"""No fact of a case file is left behind: each stands in its field of the person's plan.

What stands elsewhere, or nowhere, is named here with its reason; a name too many fails as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from careplan.plan import ahead, sickle
from careplan.plan.care_plan import AnswerKind, CarePlan
from tests.journeys.facts import MONTHS, facts_of, folded
from tests.people.case import Case
from tests.people.everybody import PEOPLE
from tests.people.rows import ROWS, WORDS, happened, measured, splenic

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"

ACTS = (
    *("consent.", "expected_checks", "signed.", "patient_answer.", "review_due"),
    *("proxies[].writes", "proxies[].access", "private_words."),
)
"""What people do, and not a fact of the plan: a link or a consent, a signature, an answer, a
carer's leave to write, what the rules find. Words for nobody else are kept outside the plan."""

NO_HOME: Mapping[str, Mapping[str, str]] = {
    "luzia": {"pregnancy.shown_as": "what the other facts of the pregnancy are read as"},
    "mina": {
        "proxies[].name": "a carer whose access has ended is no contact: she has an account",
        "proxies[].relation": "as above",
        "proxies[].phone": "as above; no phone is kept for somebody who may not look",
    },
}
"""Facts of a file that no field of a plan holds, and why."""

SITES = {
    "both hips": "left-hip right-hip",
    "hips": "left-hip right-hip",
    "both shins": "left-shin right-shin",
    "both thighs": "left-thigh right-thigh",
    "knees": "left-knee right-knee",
    "legs": "left-leg right-leg",
    "hands": "left-hand right-hand",
    "arms": "left-arm right-arm",
    "ribs": "ribs-left ribs-right",
    "left shoulder": "left-shoulder",
    "lower back": "lower-back",
}
"""Places of a case file in the codes of the body map."""


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _no_antibodies(plan: CarePlan) -> list[str] | None:
    none = plan.transfusion.antibody_state is sickle.AntibodyState.NONE_FOUND
    return [] if none and not plan.transfusion.antibodies else None


def _antibodies(plan: CarePlan, *, historical: bool) -> frozenset[str]:
    return frozenset(
        one.name for one in plan.transfusion.antibodies if one.historical is historical
    )


def _decided(plan: CarePlan, kind: ahead.DecisionKind) -> bool:
    return any(one.kind is kind and one.exists == "yes" for one in plan.advance_decisions.entries)


def _info_needs(plan: CarePlan) -> frozenset[str]:
    ticked = [WORDS.words("info_needs", one).replace(",", "") for one in plan.about_me.info_needs]
    return frozenset({*ticked, (plan.about_me.info_needs_other or "")})


def _sites(plan: CarePlan) -> frozenset[str]:
    """Every name of a place that the ticked boxes amount to."""
    ticked = set(plan.usual_pain.sites)
    named = {place for place, codes in SITES.items() if set(codes.split()) <= ticked}
    return frozenset({*named, *ticked, *(plan.usual_pain.sites_other or "").split(", ")})


Told = Callable[[CarePlan], object]

SAME: Mapping[str, Told] = {
    "identity.language.interpreter": lambda plan: plan.about_me.interpreter,
    "identity.language.family_must_not_interpret": (
        lambda plan: plan.about_me.family_must_not_interpret
    ),
    "identity.language.spoken": lambda plan: plan.about_me.spoken_language,
    "identity.language.at_home": lambda plan: plan.about_me.home_language,
    "identity.ethnicity.code": lambda plan: plan.background.ethnicity,
    "sickle.usual_course.days": lambda plan: plan.my_sickle.usual_days,
    "sickle.usual_course.ed_visits_12m": lambda plan: plan.my_sickle.ed_visits_12m,
    "sickle.usual_course.admissions_12m": lambda plan: plan.my_sickle.admissions_12m,
    "sickle.pain_scale.usual_day": lambda plan: plan.my_sickle.usual_day_score,
    "sickle.pain_scale.can_cope": lambda plan: plan.my_sickle.can_cope_score,
    "pain_plan.oxygen_target.low": lambda plan: plan.pain_plan.oxygen_low,
    "pain_plan.oxygen_target.high": lambda plan: plan.pain_plan.oxygen_high,
    "allergies.state": lambda plan: str(plan.allergies.state),
    "allergies.date": lambda plan: plan.allergies.confirmed_on,
    "complications.tcd.velocity_cm_s": lambda plan: plan.complications.tcd_velocity,
    "complications.tcd.result": lambda plan: plan.complications.tcd_result,
    "transfusion.antibodies": _no_antibodies,
    "transfusion.antibodies[]": lambda plan: _antibodies(plan, historical=False),
    "transfusion.historical[]": lambda plan: _antibodies(plan, historical=True),
    "transfusion.hyperhaemolysis_flag": lambda plan: plan.transfusion.hyperhaemolysis == "yes",
    "transfusion.refusal": lambda plan: str(plan.transfusion.refusal).replace(
        "products", "components"
    ),
    "transfusion.interval_weeks": lambda plan: plan.transfusion.interval_weeks,
    "transfusion.baseline_hb": lambda plan: _number(plan.transfusion.baseline_hb),
    "transfusion.target_hbs": lambda plan: _number(plan.transfusion.target_hbs),
    "venous_access.ultrasound": lambda plan: plan.my_veins.ultrasound,
    "venous_access.tries": lambda plan: plan.my_veins.tries,
    "pregnancy.pregnant": lambda plan: plan.pregnancy.pregnant == "yes",
    "pregnancy.weeks": lambda plan: plan.pregnancy.weeks,
    "pregnancy.show_in_ed": lambda plan: plan.pregnancy.show_in_ed,
    "trauma.show_in_ed": lambda plan: plan.hard_times.show_in_ed,
    "advance_decisions.respect.exists": lambda plan: _decided(plan, ahead.DecisionKind.RESPECT),
    "advance_decisions.lpa_health.exists": (
        lambda plan: _decided(plan, ahead.DecisionKind.LPA_HEALTH)
    ),
    "advance_decisions.adrt.exists": lambda plan: _decided(plan, ahead.DecisionKind.ADRT),
    "other_plan.exists": lambda plan: plan.other_plan.exists == "yes",
    "other_plan.leads": lambda plan: str(plan.other_plan.leads).replace("plan", "one"),
    "transition.both_signed": lambda plan: plan.transition.both_agreed == "yes",
    "transition.ready": lambda plan: (
        f"{len(plan.growing_up.ready)} of {len(WORDS.options['readiness'])} items done"
    ),
    "identity.info_needs[]": _info_needs,
    "sickle.usual_pain_sites[]": _sites,
}
"""Short facts, which words alone cannot prove, and those that we tell in another order."""


@pytest.mark.parametrize("case", [one for one in PEOPLE.values() if one.file], ids=lambda c: c.key)
def test_every_fact_of_the_file_stands_in_its_field(case: Case) -> None:
    told, elsewhere = _file(case), NO_HOME.get(case.key, {})
    assert _rows_lost(told, case) == {}
    lost = {
        path: value
        for path, value in _leaves(told)
        if not path.startswith(ACTS) and path not in elsewhere and not _stands(path, value, case)
    }
    assert lost == {}


@pytest.mark.parametrize("case", [one for one in PEOPLE.values() if one.file], ids=lambda c: c.key)
def test_who_signed_and_what_was_answered(case: Case) -> None:
    told = _file(case)
    signed, answer = told["signed"], told["patient_answer"]
    assert case.signer.name == signed["by"]
    assert (case.signed_on, case.valid_to) == (signed["on"], signed["valid_to"])
    assert case.plan.review.review_due == told["review_due"]
    assert case.answer == AnswerKind(answer["answer"])
    assert case.answered_on == answer["on"]
    assert case.words == answer.get("words")
    assert bool(case.interpreter) == answer.get("interpreter", case.key == "amal")


@pytest.mark.parametrize("case", [one for one in PEOPLE.values() if one.file], ids=lambda c: c.key)
def test_the_rules_that_must_fire(case: Case) -> None:
    fires = {"W": "warn", "I": "inform"}
    told = {
        one["id"]: fires.get(one.get("severity", ""))
        for one in _file(case)["expected_checks"]
        if one.get("severity") != "none"
    }
    ours = {one.rule: one.severity for one in case.expected}
    assert set(ours) == set(told)
    assert {rule: ours[rule] for rule, severity in told.items() if severity} == {
        rule: severity for rule, severity in told.items() if severity
    }


def test_what_has_no_home_is_named() -> None:
    for key, named in NO_HOME.items():
        assert {*named} - {path for path, _ in _leaves(_file(PEOPLE[key]))} == set(), key


def _file(case: Case) -> dict[str, Any]:
    path = CASES / (case.file or "")
    if not path.is_file():
        pytest.skip(f"the case files are not beside this project: {path}")
    found: dict[str, Any] = _named(yaml.safe_load(path.read_text("utf-8")))
    return found


def _named(told: Any) -> Any:
    """What YAML makes of a bare "on" (true) and of a comma in a line of facts (a key of nothing),
    made whole again."""
    if isinstance(told, list):
        return [_named(one) for one in told]
    if not isinstance(told, dict):
        return told
    found: dict[str, Any] = {}
    for key, inner in told.items():
        if inner is None:
            before = next(reversed(found))
            found[before] = f"{found[before]}, {key}"
        else:
            found["on" if key is True else key] = _named(inner)
    return found


# --- lists, item by item ------------------------------------------------------------------------


def _rows_lost(told: Mapping[str, Any], case: Case) -> dict[str, object]:
    lost: dict[str, object] = {}
    for path, ours in ROWS.items():
        theirs = _at(told, path)
        if theirs is None or any(one.startswith(path) for one in NO_HOME.get(case.key, {})):
            continue
        given = theirs if isinstance(theirs, list) else [theirs]
        made = ours(case.plan)
        if len(made) != len(given):
            lost[path] = (given, made)
        for row, own in zip(given, made, strict=False):
            for key, value in row.items():
                if not f"{path}[].{key}".startswith(ACTS) and own.get(key) != value:
                    lost[f"{path}.{key}"] = (value, own.get(key))
    return lost


def _at(told: Any, path: str) -> Any:
    for part in path.split("."):
        told = (told or {}).get(part)
    return told


# --- facts, one by one --------------------------------------------------------------------------


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, f"{path}[]")
    else:
        yield path, value


def _stands(path: str, told: Any, case: Case) -> bool:
    plan = case.plan
    if any(path == one or path.startswith((f"{one}.", f"{one}[]")) for one in ROWS):
        return True  # compared item by item
    if path in SAME:
        ours = SAME[path](plan)
        return told in ours if isinstance(ours, frozenset) else ours == told
    parts = path.split(".")
    if parts[0] == "complications" and parts[1] != "tcd":
        row = splenic(plan) if parts[1] == "splenic" else happened(plan, parts[1].replace("_", "-"))
        return _same(row[parts[2]], told)
    if parts[0] == "baselines":
        return _same(measured(plan, parts[1])[parts[2]], told)
    return _in_words(told, plan)


def _same(ours: object, told: object) -> bool:
    return ours == told or (ours is not None and str(ours) == str(told))


def _in_words(told: Any, plan: CarePlan) -> bool:
    known = folded(" | ".join(word for fact in facts_of(plan) for word in fact.words))
    words = f"{told.day} {MONTHS[told.month - 1]} {told.year}" if isinstance(told, date) else told
    return isinstance(told, str | date) and folded(str(words)) in known
