"""What changed between two plans, in words a person can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplan.plan.care_plan import SECTIONS, CarePlan
from careplan.plan.changes import Change, compare
from careplan.plan.dictionary import dictionary
from careplan.plan.medicines import AllergyState
from careplan.plan.pain import Relation
from careplan.plan.people import Professional
from careplan.plan.values import Answer3, PartialDate
from tests.make import ada, an_id, lines, mg, reading
from tests.strategies import plans

WORDS = dictionary()


def sentences(old: CarePlan, new: CarePlan) -> list[str]:
    return [change.sentence for change in compare(old, new, WORDS)]


def ada_with(section: str, **changes: Any) -> CarePlan:
    return ada().with_section(section, replace(ada().section(section), **changes))


def with_step(number: int, **changes: Any) -> CarePlan:
    steps = list(ada().pain_plan.steps)
    steps[number] = replace(steps[number], **changes)
    return ada_with("pain_plan", steps=tuple(steps))


def test_nothing_changed_says_nothing():
    assert compare(ada(), ada(), WORDS) == ()


def test_a_milligram_more_is_told_with_the_name_of_its_step():
    (change,) = compare(ada(), with_step(3, dose=mg("11")), WORDS)
    assert change.sentence == "Doses, first dose, morphine, Dose: “10 mg” became “11 mg”"
    assert (change.section, change.path) == ("pain_plan", "pain_plan.steps.dose")


def test_another_medicine_in_the_same_step():
    said = sentences(ada(), with_step(3, drug="oxycodone"))
    assert said == ["Doses, first dose, morphine, Medicine: “morphine” became “oxycodone”"]


def test_a_part_taken_away():
    said = sentences(ada(), with_step(3, max_doses=None))
    assert said == ["Doses, first dose, morphine, Most doses: took away “3”"]


def test_a_choice_and_a_yes_no_in_words():
    changed = with_step(4, relation=Relation.TOGETHER, counts_towards_max=False)
    assert sentences(ada(), changed) == [
        (
            "Doses, second choice, morphine, How it stands to the first dose: "
            "“instead of the first dose” became “together with the first dose”"
        ),
        "Doses, second choice, morphine, Counts towards the most doses: “yes” became “no”",
    ]


def test_a_step_taken_away_and_one_added():
    steps = ada().pain_plan.steps
    without = ada_with("pain_plan", steps=steps[1:])
    assert sentences(ada(), without) == [
        "Doses: took away “home, paracetamol, 1 g, oral, every 6 hours, most doses: 4, 24 h”"
    ]
    assert sentences(without, ada())[0].startswith("Doses: added “home, paracetamol, 1 g, oral")


def test_doses_in_another_order_are_told():
    steps = ada().pain_plan.steps
    swapped = ada_with("pain_plan", steps=(*steps[:3], steps[4], steps[3]))
    (change,) = compare(ada(), swapped, WORDS)
    assert change.label == "Doses, order"
    assert change.before is not None
    assert change.after is not None
    assert change.before.index("first dose, morphine") < change.before.index("second choice")
    assert change.after.index("second choice") < change.after.index("first dose, morphine")


def test_another_order_and_a_new_step_are_both_told():
    steps = ada().pain_plan.steps
    more = replace(steps[0], id=an_id("new"), drug="codeine")
    swapped = ada_with("pain_plan", steps=(more, *reversed(steps)))
    assert [one.label for one in compare(ada(), swapped, WORDS)] == ["Doses", "Doses, order"]


def test_one_line_of_own_words():
    helps = ada().what_helps.helps
    changed = ada_with("what_helps", helps=(*helps[:2], replace(helps[2], text="My own blanket")))
    assert sentences(ada(), changed) == [
        "Things that help me, What helps: “Let me keep my own warm drink” became “My own blanket”"
    ]


def test_a_list_that_was_empty():
    changed = ada_with("what_helps", please_do_not=())
    assert sentences(ada(), changed) == [
        "Please do not: took away “Talk about me at the end of the bed”"
    ]
    assert sentences(CarePlan(), CarePlan().with_section(
        "what_helps", replace(CarePlan().what_helps, helps=lines("x", "Tea"))
    )) == ["Things that help me: added “Tea”"]  # fmt: skip


def test_units_are_for_people():
    base = ada().baselines
    pressure = replace(base.blood_pressure, systolic=110) if base.blood_pressure else None
    changed = ada_with(
        "baselines", reticulocytes=reading("290"), creatinine=reading("60"),
        blood_pressure=pressure,
        spo2_on_air=reading("95"), ferritin=reading("300"), egfr=reading("90"),
    )  # fmt: skip
    text = "\n".join(sentences(ada(), changed))
    for said in (
        "290 ×10⁹/L",
        "60 micromol/L",
        "110/64 mmHg",
        "95% on",
        "300 microgram/L",
        "1.73 m²",
    ):
        assert said in text
    for code in ("10*9", "umol", "mm[Hg]", "ug/L"):
        assert code not in text


def test_a_new_date_of_the_same_value():
    changed = ada_with("baselines", weight=reading("61.5", date(2026, 11, 1)))
    assert sentences(ada(), changed) == [
        "Weight: “61.5 kg on 8 September 2026” became “61.5 kg on 1 November 2026”"
    ]


def test_codes_are_said_in_words():
    changed = ada_with("transfusion", group="A-neg", special=("irradiated",))
    assert sentences(ada(), changed) == [
        "Blood group: “O RhD positive” became “A RhD negative”",
        "Special requirements: “Rh and K matched, HbS negative” became “irradiated”",
    ]


def test_an_event_is_called_by_its_name():
    events = list(ada().complications.events)
    events[1] = replace(events[1], had=Answer3.YES, last=PartialDate("2019-12"))
    assert sentences(ada(), ada_with("complications", events=tuple(events))) == [
        "History, Stroke or TIA, Has it happened: “no” became “yes”",
        "History, Stroke or TIA, Last time: added “December 2019”",
    ]


def test_a_group_that_comes_or_goes():
    changed = ada_with("care_team", nurse=None)
    assert "Specialist nurse, Name: took away “Bola Akande”" in sentences(ada(), changed)
    named = ada_with("care_team", nurse=Professional("Bola Akande-Jones"))
    assert "Specialist nurse, Name: “Bola Akande” became “Bola Akande-Jones”" in sentences(
        ada(), named
    )


def test_allergies_asked_about_at_last():
    changed = ada_with("allergies", state=AllergyState.NONE_CONFIRMED)
    assert sentences(ada(), changed) == ["Allergies: “list” became “none confirmed”"]


def test_not_sure_is_an_answer_that_is_told():
    blank = ada_with("my_sickle", triggers=())
    unsure = ada_with("my_sickle", triggers=(), unsure=("triggers",))
    assert sentences(blank, unsure) == ["What sets off a crisis: added “not sure”"]
    assert sentences(unsure, ada()) == [
        "What sets off a crisis: added “cold, dehydration, period, stress”",
        "What sets off a crisis: took away “not sure”",
    ]


def test_two_items_with_one_id_both_count():
    steps = ada().pain_plan.steps
    twin = replace(steps[0], drug="codeine")
    both = ada_with("pain_plan", steps=(steps[0], twin, *steps[1:]))
    assert len(compare(ada(), both, WORDS)) == 1


def test_from_nothing_everything_is_told():
    changes = compare(CarePlan(), ada(), WORDS)
    filled = {name for name in SECTIONS if ada().section(name) != SECTIONS[name]()}
    assert len(filled) > 20
    assert {change.section for change in changes} == filled
    assert all(change.after for change in changes)
    back = compare(ada(), CarePlan(), WORDS)
    assert len(back) == len(changes)


def in_order(changes: tuple[Change, ...]) -> bool:
    places = [list(SECTIONS).index(change.section) for change in changes]
    return places == sorted(places)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_every_difference_is_said_in_words(plan):
    changes = compare(ada(), plan, WORDS)
    assert compare(plan, plan, WORDS) == ()
    assert in_order(changes)
    for change in changes:
        assert change.label.strip(" ,")
        assert change.before or change.after
        assert "None" not in change.sentence or "None" in str(plan)


def settled(section: Any) -> Any:
    """Being unsure of two things has no order; everything else a person wrote has."""
    if not hasattr(section, "unsure"):
        return section
    return replace(section, unsure=tuple(sorted(section.unsure)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(), plans())
def test_a_section_that_differs_is_never_passed_over(old, new):
    told = {change.section for change in compare(old, new, WORDS)}
    differ = {name for name in SECTIONS if settled(old.section(name)) != settled(new.section(name))}
    assert told == differ


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(), st.randoms(use_true_random=False))
def test_no_list_changes_its_order_in_silence(plan, chance):
    steps = list(plan.pain_plan.steps)
    chance.shuffle(steps)
    shuffled = plan.with_section("pain_plan", replace(plan.pain_plan, steps=tuple(steps)))
    assert bool(compare(plan, shuffled, WORDS)) is (plan != shuffled)
