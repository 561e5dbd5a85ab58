"""The invented people come in through the acts, once, and fit any day they are seeded on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from careplan.acts.demo_people import others
from careplan.acts.drafting import all_drafts
from careplan.acts.opening import Opened, Reader, chip_of, open_link
from careplan.acts.reading import overview, who_looked
from careplan.acts.seeding import (
    ANSWERED,
    BEGUN,
    DEMO_CLINICIAN,
    DEMO_NURSE,
    DEMO_PASSWORD,
    DEMO_PATIENT,
    SIGNED,
    WRITTEN_AS_IF,
    HalfSeeded,
    demo_plan,
    seed,
)
from careplan.acts.sharing import links
from careplan.acts.signing_in import sign_in, who_is
from careplan.acts.world import World
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import AnswerKind
from careplan.plan.drugs import drugs
from careplan.plan.lifecycle import Tone, standing
from careplan.plan.person import Identity
from careplan.plan.safety import Facts, check, months_later
from careplan.sharing.links import Kind
from careplan.store.chains import Whole, verify_all
from careplan.store.directory import Kind as Number
from careplan.store.patients import find_patient
from careplan.store.tables import metadata
from careplan.store.versions import current_version
from tests.acts.worlds import token_of

DAYS = st.dates(date(2025, 11, 23), date(2028, 11, 23))
AWKWARD = [date(2026, 11, 23), date(2028, 2, 29), date(2027, 3, 28), date(2026, 10, 25)]
"""As written; a leap day; the nights when clocks change."""


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def seeded_on(world: World, day: date) -> bool:
    return seed(world, at=noon(day), today=day, done=lambda section: [f"{section}-page"])


def everything(world: World) -> dict[str, list[str]]:
    with world.store.read() as tx:
        return {
            table.name: sorted(map(repr, tx.run(select(table)).all()))
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("day", AWKWARD)
def test_ada_is_there_on_whatever_day(world: World, day: date) -> None:
    assert seeded_on(world, day)

    ada = who_is(world, email=DEMO_PATIENT)
    patient_id, at = UUID(ada.patient_id), noon(day)
    found = overview(world, by=ada, patient_id=patient_id, at=at)
    version = found.current
    assert version is not None
    assert (version.number, version.shows_dose) == (3, True)
    assert version.answer is not None
    assert version.answer.kind is AnswerKind.AGREE
    shift = day - WRITTEN_AS_IF
    wanted = demo_plan(shift)
    checked = version.plan.identity.checked_on
    assert checked == SIGNED + shift
    assert version.plan.with_section("identity", Identity()).with_section(
        "my_allergies", wanted.my_allergies
    ) == wanted.with_section("identity", Identity())
    assert chip_of(found.patient, day).tone is Tone.OK
    for one in links(world, by=ada, patient_id=patient_id, at=at):
        answer = None if one.link.kind is Kind.FULL_PRINT else "14/3/1997"
        reader = Reader(answer, "ED nurse", at, day)
        opened = open_link(world, reader, token=token_of(one), again=None, zipped=True)
        assert isinstance(opened, Opened)
    assert all(one.at <= at for one in who_looked(world, by=ada, patient_id=patient_id))
    with world.store.read() as tx:
        assert isinstance(verify_all(tx), Whole)
        assert find_patient(tx, Number.NHS_NUMBER, "9990110212") == patient_id


def test_seeding_again_changes_nothing(world: World) -> None:
    assert seeded_on(world, WRITTEN_AS_IF)
    before = everything(world)
    assert not seeded_on(world, WRITTEN_AS_IF)
    assert not seeded_on(world, WRITTEN_AS_IF + timedelta(days=400))
    assert everything(world) == before


@pytest.mark.parametrize("email", [DEMO_PATIENT, DEMO_CLINICIAN, DEMO_NURSE])
def test_everybody_invented_can_sign_in(world: World, email: str) -> None:
    seeded_on(world, WRITTEN_AS_IF)
    assert sign_in(world, email=email, password=DEMO_PASSWORD, at=noon(WRITTEN_AS_IF))


def test_every_section_is_there_to_be_gone_on_with(world: World) -> None:
    """Nothing of it is half-typed, and the task list knows which pages are done."""
    seeded_on(world, WRITTEN_AS_IF)
    ada = who_is(world, email=DEMO_PATIENT)
    drafts = all_drafts(world, by=ada, patient_id=UUID(ada.patient_id))
    for name, draft in drafts.items():
        assert draft.body["typed"] == {}
        assert draft.body["done"] == ([] if name == "identity" else [f"{name}-page"])


@settings(deadline=None)
@given(DAYS)
def test_no_day_makes_the_plan_break_a_rule(day: date) -> None:
    shift = day - WRITTEN_AS_IF
    plan, signed = demo_plan(shift), SIGNED + shift
    assert check(Facts(plan, signed, drugs())) == ()
    due = plan.review.review_due
    assert due is not None
    assert day < due <= months_later(signed, 12)
    assert plan.identity.date_of_birth == date(1997, 3, 14)
    assert BEGUN + shift < signed < ANSWERED + shift <= day


@settings(deadline=None)
@given(DAYS)
def test_nothing_of_it_lies_in_the_future_but_the_review(day: date) -> None:
    plan = demo_plan(day - WRITTEN_AS_IF)
    dates = [
        plan.pain_plan.opioid_reviewed,
        plan.care_team.phone_24h_tested_on,
        *(one.on for one in plan.pain_plan.previous_response),
        *(one.last_fbc for one in plan.medicines.entries),
        plan.baselines.weight.on if plan.baselines.weight else None,
    ]
    assert all(one is None or one <= day for one in dates)


def test_a_run_that_was_cut_off_is_named_and_nothing_is_added_to_it(world: World) -> None:
    def cut_off(_section: str) -> list[str]:
        raise KeyboardInterrupt

    day = AWKWARD[0]
    with pytest.raises(KeyboardInterrupt):
        seed(world, at=noon(day), today=day, done=cut_off)
    left = everything(world)
    with pytest.raises(HalfSeeded):
        seeded_on(world, day)
    assert everything(world) == left


@pytest.mark.parametrize("day", AWKWARD[1:2])
def test_everybody_is_there_under_their_own_number(world: World, day: date) -> None:
    """Signed by their own clinician; Mama's review is overdue from the first day."""
    assert seed(world, at=noon(day), today=day, done=lambda _: [], everybody=True)
    with world.store.read() as tx:
        for person in others(day - WRITTEN_AS_IF):
            number = person.plan.identity.nhs_number
            patient_id = find_patient(tx, Number.NHS_NUMBER, number or "")
            assert patient_id is not None, person.email
            kept = current_version(tx, patient_id)
            assert kept is not None
            version = from_bundle(kept.record)
            assert version.signature is not None
            assert version.answer is not None
            assert version.shows_dose
            assert version.plan.about_me == person.plan.about_me, "their own words are in it"
            assert version.signature.name == person.signer.name
            assert version.answer.kind is person.answer
            overdue = person.answer is AnswerKind.DO_NOT_AGREE
            assert standing(version, day).tone is (Tone.WARN if overdue else Tone.OK)
