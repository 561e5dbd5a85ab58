"""People harder to print than Ada: no blood, a child, long texts; a stopped dose; every banner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from careplan.plan import ahead, sickle
from careplan.plan.care_plan import CarePlan, DoseStop, Version
from careplan.plan.values import Answer3, PartialDate
from tests import make
from tests.people.everybody import PEOPLE


def a_stopped_version() -> Version:
    stop = DoseStop(
        "Dr Helena Marsden",
        "Consultant haematologist",
        "St Anselm's Hospital",
        datetime(2026, 11, 20, 8, 15, tzinfo=UTC),
        "020 7946 0100",
    )
    return make.a_version(number=4, stop=stop, reason="dose stopped")


def kofi_version() -> Version:
    """Per-kilogram doses, a single first dose, a second one that goes with it."""
    return PEOPLE["kofi"].version()


def delroy() -> CarePlan:
    """Declines blood, hyperhaemolysis, over-sedated before, no NSAID: every stop flag at once."""
    return PEOPLE["delroy"].plan


def mama() -> CarePlan:
    """Yorùbá diacritics, very long texts, eight antibodies."""
    return PEOPLE["mama"].plan


def mama_version() -> Version:
    return PEOPLE["mama"].version()


def cured(plan: CarePlan | None = None) -> CarePlan:
    """After gene therapy."""
    plan = plan or make.ada()
    diagnosis = replace(
        plan.diagnosis,
        curative_kind="exa-cel",
        curative_on=PartialDate("2025-03"),
        curative_centre="Queensbridge Hospital",
    )
    return plan.with_section("diagnosis", diagnosis)


def with_other_plan(leads: ahead.Leads | None, exists: Answer3 | None = Answer3.YES) -> Version:
    other = ahead.OtherPlan(exists, "Universal Care Plan", date(2025, 12, 1), leads)
    return make.a_version(make.ada().with_section("other_plan", other))


def every_flag() -> CarePlan:
    """No blood, hyperhaemolysis, over-sedated before, no NSAID, and pregnant."""
    return delroy().with_section("pregnancy", PEOPLE["luzia"].plan.pregnancy)


def everything_at_once() -> Version:
    """Nobody is like this: every banner and every kind of flag on one page."""
    plan = cured(every_flag())
    plan = plan.with_section(
        "transfusion", replace(plan.transfusion, last_on=date(2026, 11, 8), antibodies=())
    )
    plan = plan.with_section(
        "other_plan", ahead.OtherPlan(Answer3.YES, "Universal Care Plan", leads=ahead.Leads.OTHER)
    )
    return make.a_version(plan)


def had(kind: sickle.Complication, **more: object) -> sickle.Event:
    made = sickle.Event(make.an_id(f"had {kind}"), kind, Answer3.YES)
    return replace(made, **more)  # type: ignore[arg-type]
