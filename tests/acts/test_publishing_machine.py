"""Any order of writing, publishing, signing, answering and stopping, with any text people type.

After every step: what was signed is the same bytes, what was published never changed, and no
emergency document holds a dose unless it is signed and not stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.publishing import answer_plan, stop_dose
from careplan.acts.sharing import Shared
from careplan.acts.signing import Blocked, clinical_bytes
from careplan.acts.world import london_day
from careplan.audit.events import Kind
from careplan.fhir.bundle import from_bundle
from careplan.plan.care_plan import CLINICAL, OWN_WORDS, SECTIONS, AnswerKind, Version
from careplan.plan.dictionary import dictionary
from careplan.plan.lifecycle import NotNow
from careplan.plan.medicines import MyAllergies
from careplan.plan.pain import Stage
from careplan.render.paper import DoesNotFit
from careplan.store.signatures import signature_of
from careplan.store.tables import patient
from careplan.store.versions import KeptVersion, history_of, version_of
from tests import make
from tests.acts.worlds import ADA, Clinic, a_clinic, decrypted
from tests.stores import NOW
from tests.strategies import Ids, _object, texts
from tests.visitors import ADA_ON_PAPER, a_person

REFUSALS = (Blocked, DoesNotFit, NotNow)
MARK = ".37"
"""Every dose in these plans ends so, and nothing else does."""


@st.composite
def own_words(draw: Any, ids: Ids) -> tuple[str, Any]:
    """One of the person's sections, filled in with anything the forms let through."""
    name = draw(st.sampled_from(OWN_WORDS))
    return name, _object(draw, SECTIONS[name], name, dictionary(), ids)


def dosed(number: int, monitoring: str) -> Any:
    """Ada's pain plan with doses of its own."""
    dose = make.mg(f"{number}{MARK}")
    steps = tuple(
        replace(one, dose=dose, ceiling=None) if one.stage is Stage.FIRST_DOSE else one
        for one in ADA.pain_plan.steps
    )
    return replace(ADA.pain_plan, steps=steps, monitoring=monitoring)


class Plan(RuleBasedStateMachine):
    """One person after another in the same database, each with a plan of their own."""

    clinic: Clinic
    numbers: count[int]

    @initialize()
    def begin(self) -> None:
        world, number = self.clinic.world, next(self.numbers)
        self.at = NOW + timedelta(days=number)
        person = a_person(world, at=self.at, email=f"person-{number}@example.org")
        patient_id = UUID(person.patient_id)
        code = show_code(world, by=person, patient_id=patient_id, at=self.at)
        link_in_clinic(
            world,
            by=self.clinic.doctor,
            typed=code,
            identity=replace(ADA_ON_PAPER, nhs_number=None),
            method="photo_id",
            at=self.at,
            today=london_day(self.at),
        )
        self.one = replace(self.clinic, ada=person)
        self.ids = Ids()
        self.kept: list[KeptVersion] = []
        self.names_were_put_to: dict[UUID, bytes] = {}
        self.drafts: dict[str, Any] = {}
        self.link: Shared | None = None
        self.done = list(reversed(self.one.deeds()))
        for name in CLINICAL:
            self._draft(name, ADA.section(name))
        self._draft("pain_plan", dosed(1, "every 30 minutes"))

    # --- what people do ------------------------------------------------------------------------

    @rule(data=st.data())
    def write_own_words(self, data: st.DataObject) -> None:
        self._draft(*data.draw(own_words(self.ids)))

    @rule(number=st.integers(2, 99), monitoring=texts(200))
    def write_medical_part(self, number: int, monitoring: str) -> None:
        self._draft("pain_plan", dosed(number, monitoring))

    @rule()
    def publish_words(self) -> None:
        version = self._act(Kind.OWN_WORDS_PUBLISHED, lambda at: self.one.publish(at=at))
        if version is not None:
            self._holds(version, OWN_WORDS)

    @rule()
    def sign(self) -> None:
        version = self._act(
            Kind.PLAN_SIGNED,
            lambda at: self.one.sign(at=at, today=london_day(at), expires_on=ADA.review.review_due),
        )
        if version is not None:
            self._holds(version, CLINICAL)
            assert (version.answer, version.stop) == (None, None)

    @precondition(lambda self: self.kept)
    @rule(kind=st.sampled_from(AnswerKind), words=st.none() | texts(120))
    def answer(self, kind: AnswerKind, words: str | None) -> None:
        version = self._act(
            Kind.PATIENT_ANSWERED,
            lambda at: answer_plan(
                self.one.world,
                by=self.one.ada,
                patient_id=self.one.patient_id,
                version_seen=len(self.kept),
                kind=kind,
                words=words,
                at=at,
            ),
        )
        if version is not None:
            assert version.answer is not None
            assert (version.answer.kind, version.answer.words) == (kind, words)

    @precondition(lambda self: self.kept)
    @rule()
    def stop(self) -> None:
        version = self._act(
            Kind.DOSE_STOPPED,
            lambda at: stop_dose(
                self.one.world,
                by=self.one.nurse,
                patient_id=self.one.patient_id,
                version_seen=len(self.kept),
                at=at,
            ),
        )
        assert version is None or version.stop is not None

    @precondition(lambda self: self.kept and self.link is None)
    @rule()
    def share(self) -> None:
        self.link = self.one.share(at=self.at)
        self.done.append(Kind.LINK_CREATED)

    # --- how it is done ------------------------------------------------------------------------

    def _draft(self, name: str, value: Any) -> None:
        self.one.save(name, value, at=self.at)
        self.drafts[name] = value
        self.done.append(Kind.DRAFT_SAVED)

    def _act(self, deed: Kind, act: Callable[[Any], Version]) -> Version | None:
        self.at += timedelta(minutes=7)
        before = self.one.everything()
        try:
            version = act(self.at)
        except REFUSALS:
            assert self.one.everything() == before
            return None
        self.done.append(deed)
        kept = self.one.current
        assert from_bundle(kept.record) == version
        assert version.number == kept.head.number == len(self.kept) + 1
        self.kept.append(kept)
        if version.signature is not None and deed is Kind.PLAN_SIGNED:
            self.names_were_put_to[version.signature.id] = clinical_bytes(version.plan)
        return version

    def _holds(self, version: Version, sections: tuple[str, ...]) -> None:
        for name in sections:
            drafted = self.drafts.get(name, SECTIONS[name]())
            published = version.plan.section(name)
            if name == "my_allergies":
                drafted, published = undated(drafted), undated(published)
            assert published == drafted

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def published_is_published(self) -> None:
        with self.one.world.store.read() as tx:
            patient_id = self.one.patient_id
            numbers = [head.number for head in history_of(tx, patient_id)]
            found = [version_of(tx, patient_id, number) for number in reversed(numbers)]
        assert numbers == list(range(len(self.kept), 0, -1))
        assert found == self.kept

    @invariant()
    def signed_is_signed(self) -> None:
        with self.one.world.store.read() as tx:
            for name, body in self.names_were_put_to.items():
                kept = signature_of(tx, self.one.patient_id, name)
                assert kept is not None
                assert kept.clinical == body
        for one in self.kept:
            version = from_bundle(one.record)
            if version.signature is not None:
                signed = self.names_were_put_to[version.signature.id]
                assert signed == clinical_bytes(version.plan)

    @invariant()
    def a_dose_is_shown_only_while_signed_and_not_stopped(self) -> None:
        for one in self.kept:
            assert (MARK in one.emergency.decode()) is from_bundle(one.record).shows_dose

    @invariant()
    def the_link_opens_the_newest(self) -> None:
        if self.link is not None:
            assert set(decrypted(self.one.world, self.link)) == {self.kept[-1].emergency}

    @invariant()
    def other_systems_find_the_newest(self) -> None:
        """Whatever act published it, and with the doors open that consents leave open."""
        this = patient.c.patient_id == self.one.patient_id
        with self.one.world.store.read() as tx:
            row = tx.run(select(patient).where(this)).one()
        newest = self.kept[-1].head.published_at if self.kept else None
        assert row.published_at == newest
        said = (row.open_to_ambulance, row.open_to_gp, row.open_to_emergency)
        assert said == (newest is not None, False, newest is not None)

    @invariant()
    def every_deed_is_written_down(self) -> None:
        assert list(reversed(self.one.deeds(1000))) == self.done
        assert self.one.chains_hold()


def undated(section: MyAllergies) -> MyAllergies:
    return replace(
        section, entries=tuple(replace(one, reported_on=None) for one in section.entries)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("people_in_turn", "steps"), [(6, 8)])
def test_any_order_of_deeds(world, people_in_turn: int, steps: int) -> None:
    class Here(Plan):
        clinic = a_clinic(world)
        numbers = count(1)

    on_postgres = world.store.dialect == "postgresql"
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=people_in_turn // (2 if on_postgres else 1),
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
