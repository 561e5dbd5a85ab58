"""Plain and back: nothing lost, nothing guessed, the same bytes every time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.plan.care_plan import SECTIONS, CarePlan, Version
from careplan.plan.codec import Unreadable, canonical, from_plain, to_plain
from careplan.plan.pain import PainPlan
from careplan.plan.person import Identity
from careplan.plan.sickle import Baselines, BloodPressure, Event
from careplan.plan.values import DecimalText, Dose, DoseUnit
from tests.make import a_version, ada, an_unsigned_version, mg
from tests.strategies import plans, versions

AN_ID = "6f3c1f0e-6a51-4c1e-9a58-3a1f7b1f2d10"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_any_plan_comes_back_whole(plan):
    plain = to_plain(plan)
    assert from_plain(CarePlan, json.loads(canonical(plain))) == plan
    assert canonical(to_plain(from_plain(CarePlan, plain))) == canonical(plain)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions())
def test_any_version_comes_back_whole_to_the_second(version):
    plain = to_plain(version)
    assert to_plain(from_plain(Version, plain)) == plain
    assert from_plain(Version, plain).plan == version.plan


@pytest.mark.parametrize("version", [a_version(), an_unsigned_version()])
def test_a_whole_version_comes_back(version):
    assert from_plain(Version, to_plain(version)) == version


def test_no_number_with_a_point_is_ever_plain():
    def walk(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list):
                walk(inner)
            assert not isinstance(inner, float)

    walk(to_plain(a_version()))


def test_what_is_blank_is_left_out():
    assert to_plain(PainPlan()) == {}


def test_false_and_nought_are_said():
    plain = to_plain(ada())
    assert plain["about_me"]["interpreter"] is False
    assert to_plain(from_plain(SECTIONS["my_sickle"], {"usual_days": 0})) == {"usual_days": 0}


@pytest.mark.parametrize("amount", ["0.5", "2.5", "10", "0.05"])
def test_a_dose_stays_as_typed(amount):
    plain = to_plain(mg(amount))
    assert plain == {"unit": "mg", "amount": amount}
    assert from_plain(Dose, plain).words == f"{amount} mg"


@pytest.mark.parametrize("amount", ["2.50", ".5", "5.0", "1,5", "00", "", "10 mg", "ten"])
def test_a_dose_that_can_be_misread_is_refused(amount):
    with pytest.raises(Unreadable) as refused:
        from_plain(Dose, {"unit": "mg", "amount": amount}, "first")
    assert refused.value.path == "first.amount"


@pytest.mark.parametrize("nought", [{"amount": "0"}, {"amount": "5", "amount_high": "0"}])
def test_a_reading_may_be_nought_and_a_dose_never(nought):
    with pytest.raises(Unreadable, match="first: a dose of nothing"):
        from_plain(Dose, {"unit": "mg"} | nought, "first")
    with pytest.raises(ValueError, match="a dose of nothing"):
        Dose(DoseUnit.MG, **{name: DecimalText(text) for name, text in nought.items()})
    hbs = {"hbs_percent": {"value": "0"}}
    assert to_plain(from_plain(Baselines, hbs)) == hbs


ILL_FORMED: list[tuple[type, Any, str]] = [
    (CarePlan, [], "CarePlan"),
    (CarePlan, None, "CarePlan"),
    (CarePlan, {"horoscope": {}}, "CarePlan.horoscope"),
    (CarePlan, {"identity": {"shoe_size": "7"}}, "CarePlan.identity.shoe_size"),
    (CarePlan, {"identity": "Ada"}, "CarePlan.identity"),
    (Identity, {"legal_name": 7}, "Identity.legal_name"),
    (Identity, {"legal_name": "half a \ud83d"}, "Identity.legal_name"),
    (Identity, {"date_of_birth": "14/03/1997"}, "Identity.date_of_birth"),
    (Identity, {"date_of_birth": "19970314"}, "Identity.date_of_birth"),
    (Identity, {"date_of_birth": "1997-02-29"}, "Identity.date_of_birth"),
    (Identity, {"date_of_birth": 19970314}, "Identity.date_of_birth"),
    (Identity, {"sex_registered": "F"}, "Identity.sex_registered"),
    (Baselines, {"weight": {"value": 61.5}}, "Baselines.weight.value"),
    (Baselines, {"weight": {}}, "Baselines.weight.value"),
    (BloodPressure, {"systolic": True, "diastolic": 64}, "BloodPressure.systolic"),
    (BloodPressure, {"systolic": 108.0, "diastolic": 64}, "BloodPressure.systolic"),
    (PainPlan, {"steps": {}}, "PainPlan.steps"),
    (PainPlan, {"steps": [{"id": AN_ID, "stage": "home"}]}, "PainPlan.steps[0].drug"),
    (PainPlan, {"steps": [{"id": AN_ID, "stage": "on"}]}, "PainPlan.steps[0].stage"),
    (PainPlan, {"steps": [{"id": AN_ID.upper(), "stage": "home"}]}, "PainPlan.steps[0].id"),
    (
        PainPlan,
        {"steps": [{"id": AN_ID, "stage": "home", "drug": "x", "routes": ["oral", "mouth"]}]},
        "PainPlan.steps[0].routes[1]",
    ),
    (
        PainPlan,
        {"steps": [{"id": AN_ID, "stage": "home", "drug": "x", "counts_towards_max": 1}]},
        "PainPlan.steps[0].counts_towards_max",
    ),
    (Event, {"id": AN_ID, "kind": "other", "had": "yes", "last": "2019-02-31"}, "Event.last"),
    (Dose, {"unit": "mcg", "amount": "10"}, "Dose.unit"),
]


@pytest.mark.parametrize(("kind", "plain", "path"), ILL_FORMED)
def test_what_is_not_understood_is_refused_by_its_path(kind, plain, path):
    with pytest.raises(Unreadable) as refused:
        from_plain(kind, plain)
    assert refused.value.path == path
    assert str(refused.value).startswith(f"{path}: ")


@given(st.data())
def test_an_unknown_element_anywhere_is_refused(data):
    plain = to_plain(ada())
    here, path = plain, "CarePlan"
    while inner := [key for key, value in here.items() if isinstance(value, dict)]:
        key = data.draw(st.sampled_from([None, *inner]))
        if key is None:
            break
        here, path = here[key], f"{path}.{key}"
    here["unheard_of"] = "x"
    with pytest.raises(Unreadable) as refused:
        from_plain(CarePlan, plain)
    assert refused.value.path == f"{path}.unheard_of"


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def test_bytes_do_not_depend_on_the_order_of_keys():
    plain = to_plain(ada())
    assert canonical(backwards(plain)) == canonical(plain)


def test_bytes_do_depend_on_the_order_of_doses():
    plain = to_plain(ada())
    before = canonical(plain)
    plain["pain_plan"]["steps"].reverse()
    assert canonical(plain) != before


def test_bytes_are_compact_utf8():
    assert canonical({"b": "Yorùbá", "a": [1, True]}) == '{"a":[1,true],"b":"Yorùbá"}'.encode()


def test_a_moment_is_written_in_utc():
    west_africa = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    here = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert to_plain(west_africa) == to_plain(here) == "2026-11-23T09:00:00Z"


def test_a_moment_without_a_zone_is_refused_both_ways():
    with pytest.raises(TypeError):
        to_plain(datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001 - the thing refused
    with pytest.raises(Unreadable):
        from_plain(datetime, "2026-11-23T09:00:00")


def test_a_kind_of_value_we_do_not_keep_is_refused():
    with pytest.raises(TypeError):
        to_plain(0.5)
