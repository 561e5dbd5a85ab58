"""A record of another install becomes a plan here, and says the same when it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from careplan.accounts.people import Who
from careplan.acts.bringing_in import Brought, CannotBring, bring_in
from careplan.acts.drafting import EMPTY, all_drafts, save_section
from careplan.acts.exporting import Form, NothingPublished, export
from careplan.acts.linking import link_in_clinic, show_code
from careplan.acts.publishing import publish_words
from careplan.acts.signing import sign_plan, signing_page
from careplan.acts.signing_in import who_is
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import Kind as Deed
from careplan.fhir.bundle import from_bundle, to_bundle, to_emergency_bundle
from careplan.plan.care_plan import CarePlan, DoseStop, Version
from careplan.plan.codec import to_plain
from careplan.plan.dictionary import dictionary
from careplan.plan.people import Review
from careplan.plan.person import Identity, Sex
from careplan.store.directory import Kind as Finds
from careplan.store.patients import face_of, find_patient, patient_of
from careplan.store.received import Settled, brought_plan
from careplan.store.trail import events_of
from careplan.summary.narrative import record_narrative
from tests import make
from tests.acts.worlds import Clinic, reasons_for
from tests.people.case import Case
from tests.people.everybody import PEOPLE
from tests.stores import NOW, TODAY
from tests.visitors import ADA_ON_PAPER, Staff, a_clinician, a_hospital, a_person
from tests.web.test_second_condition import SECOND, clinical


def record(version: Version) -> bytes:
    words = dictionary(version.condition)
    return to_bundle(version, words, narrative=record_narrative(version, words))


@pytest.fixture
def doctor(world: World) -> Staff:
    team = a_hospital(world, "Royal Infirmary")
    return a_clinician(world, team_id=team, email="infirmary@example.org")


def brought(world: World, doctor: Staff, document: bytes, at: datetime = NOW) -> Brought:
    return bring_in(world, document=document, team_id=doctor.team_id, at=at)


def sign(world: World, by: Who, patient_id: UUID) -> Version:
    mine: dict[str, Any] = {"by": by, "patient_id": patient_id, "at": NOW, "today": TODAY}
    page = signing_page(world, **mine)
    return sign_plan(
        world,
        **mine,
        fingerprint=page.fingerprint,
        expires_on=page.longest,
        reasons=reasons_for(page),
    )


def as_their_own(world: World, doctor: Staff, identity: Identity) -> Who:
    """The person makes an account and shows its code in clinic, where it takes up the plan."""
    name, born = identity.legal_name or "", identity.date_of_birth
    person = a_person(world, email="theirs@example.org", legal_name=name, date_of_birth=born)
    link(world, doctor, person, identity)
    return who_is(world, email="theirs@example.org")


def link(world: World, doctor: Staff, person: Who, identity: Identity = ADA_ON_PAPER) -> None:
    code = show_code(world, by=person, patient_id=UUID(person.patient_id), at=NOW)
    link_in_clinic(
        world, by=doctor.who, typed=code, identity=identity, method="photo_id", at=NOW, today=TODAY
    )


def same_plan(world: World, doctor: Staff, version: Version) -> None:
    """Import, sign, publish own words, export: at each step the plan is what it was."""
    document = record(version)
    patient_id = brought(world, doctor, document).patient_id
    sign(world, doctor.who, patient_id)
    number = version.plan_number
    exported = export(world, person=number, form=Form.RECORD, at=NOW)
    assert from_bundle(exported).plan == version.plan
    person = as_their_own(world, doctor, version.plan.identity)
    publish_words(world, by=person, patient_id=patient_id, at=NOW)
    again = from_bundle(export(world, person=number, form=Form.RECORD, at=NOW))
    checked = replace(
        version.plan.identity,
        sex_registered=version.plan.identity.sex_registered or Sex.NOT_KNOWN,
        checked_on=TODAY,
        checked_by=doctor.who.name,
    )
    assert again.plan == from_bundle(document).plan.with_section("identity", checked)
    assert (again.patient_id, again.plan_number) == (version.patient_id, number)
    assert again.number == 2
    assert again.signature is not None
    assert again.signature.name == doctor.who.name


def test_a_dose_stopped_elsewhere_is_told_until_somebody_signs(world: World, doctor: Staff) -> None:
    stop = DoseStop("Dr Noor Shah", "Consultant", "Royal Elsewhere", NOW, "020 7946 0999")
    version = replace(make.a_version(), stop=stop)
    patient_id = brought(world, doctor, record(version)).patient_id
    mine: dict[str, Any] = {"by": doctor.who, "patient_id": patient_id, "at": NOW, "today": TODAY}
    assert signing_page(world, **mine).ground.stopped_elsewhere == stop
    sign(world, doctor.who, patient_id)
    assert signing_page(world, **mine).ground.stopped_elsewhere is None


@pytest.mark.parametrize("case", PEOPLE.values(), ids=PEOPLE)
def test_everybody_is_the_same_after_the_journey(world: World, doctor: Staff, case: Case) -> None:
    if world.store.dialect != "sqlite" and case.key != "ada":
        pytest.skip("the second database is asked once, for the plan that holds most")
    version, due = case.version(), case.plan.review.review_due
    if due is None or due <= TODAY:  # nobody can sign what is overdue already
        later = case.plan.with_section("review", Review(date(2027, 3, 1)))
        version = replace(version, plan=later)
    same_plan(world, doctor, version)


def test_a_plan_for_the_second_condition_too(world: World, doctor: Staff) -> None:
    plan = replace(clinical(), identity=make.ada().identity, about_me=make.ada().about_me)
    same_plan(world, doctor, make.a_version(plan, condition=SECOND))


def test_nothing_is_published_by_it(world: World, doctor: Staff) -> None:
    version = make.a_version()
    patient_id = brought(world, doctor, record(version)).patient_id
    with pytest.raises(NothingPublished):
        export(world, person=version.plan_number, form=Form.FHIR, at=NOW)
    with world.store.read() as tx:
        patient, face = patient_of(tx, patient_id), face_of(tx, patient_id)
        kept = brought_plan(tx, patient_id)
        events = [one.event for one in events_of(tx, patient_id, limit=9)]
    assert patient is not None
    assert (patient.current_version, patient.team_id) == (None, doctor.team_id)
    assert patient.standing.unlinked
    assert face is not None
    assert (face.legal_name, face.nhs_number) == (ADA_ON_PAPER.legal_name, "9990110212")
    assert kept is not None
    assert (kept.document, kept.state) == (record(version), Settled.BROUGHT)
    assert [(one.kind, one.actor) for one in events] == [(Deed.IMPORTED, SYSTEM)]


def test_drafts_say_whose_they_are_and_that_they_were_brought(world: World, doctor: Staff) -> None:
    version = make.a_version()
    patient_id = brought(world, doctor, record(version)).patient_id
    drafts = all_drafts(world, by=doctor.who, patient_id=patient_id)
    assert version.signature is not None
    pain = drafts["pain_plan"]
    assert (pain.by_name, pain.body["brought"]) == (version.signature.name, True)
    assert drafts["what_helps"].by_name == "Ada"
    assert "background" in drafts
    assert "growing_up" not in drafts, "what nobody wrote in is not begun"


def test_the_team_elsewhere_sees_nothing_of_it(clinic: Clinic, doctor: Staff) -> None:
    version = make.a_version(replace(make.ada(), identity=replace(ADA_ON_PAPER, nhs_number=None)))
    made = brought(clinic.world, doctor, record(version))
    with pytest.raises(LookupError):
        all_drafts(clinic.world, by=clinic.doctor, patient_id=made.patient_id)


def test_what_they_wrote_anew_takes_the_drafts_place(world: World, doctor: Staff) -> None:
    version = make.a_version()
    patient_id = brought(world, doctor, record(version)).patient_id
    person = a_person(world)
    write(world, person, "what_matters", {"what_matters": "My garden."})
    link(world, doctor, person)
    person = who_is(world, email="ada@example.org")
    assert person.patient_id == str(patient_id)
    drafts = all_drafts(world, by=person, patient_id=patient_id)
    assert drafts["what_matters"].body["plain"] == {"what_matters": "My garden."}
    assert drafts["what_helps"].body["plain"] == to_plain(version.plan.what_helps)


def test_a_plan_with_more_than_drafts_goes_on_and_nothing_is_lost(
    world: World, doctor: Staff
) -> None:
    version = make.a_version()
    brought(world, doctor, record(version))
    person = a_person(world)
    own = UUID(person.patient_id)
    write(world, person, "what_matters", {"what_matters": "My garden."})
    publish_words(world, by=person, patient_id=own, at=NOW)
    link(world, doctor, person)
    assert who_is(world, email="ada@example.org").patient_id == str(own)
    drafts = all_drafts(world, by=doctor.who, patient_id=own)
    assert drafts["what_matters"].body["plain"] == {"what_matters": "My garden."}
    assert drafts["what_helps"].body["plain"] == to_plain(version.plan.what_helps)
    assert drafts["pain_plan"].body["plain"] == to_plain(version.plan.pain_plan)
    with world.store.read() as tx:
        kept = brought_plan(tx, own)
    assert kept is not None
    assert kept.document == record(version)


def write(world: World, person: Who, section: str, plain: dict[str, Any]) -> None:
    save_section(
        world,
        by=person,
        patient_id=UUID(person.patient_id),
        section=section,
        body={**EMPTY, "plain": plain},
        based_on=0,
        at=NOW,
    )


def _without_name() -> Version:
    plan = make.ada()
    return make.a_version(replace(plan, identity=replace(plan.identity, legal_name=None)))


def _emergency() -> bytes:
    version = make.a_version()
    return to_emergency_bundle(
        version, dictionary(), narrative=record_narrative(version, dictionary())
    )


def _another_condition() -> bytes:
    document = record(make.a_version())
    changed = document.replace(b'"valueCode":"sickle_cell"', b'"valueCode":"gout"')
    assert changed != document
    return changed


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (_emergency, "not the whole plan"),
        (lambda: b"{}", "a Bundle was expected"),
        (lambda: b"", "not JSON"),
        (lambda: record(make.a_version())[:-9], "not JSON"),
        (lambda: record(make.a_version()).replace(b'"code":"crisis', b'"code":"', 1)[1:], "JSON"),
        (_another_condition, "no content for"),
        (lambda: record(_without_name()), "whose plan it is"),
        (lambda: b"[" * 100_000, "nested too deeply"),
        (lambda: b" " * 2_000_001, "larger than"),
    ],
    ids=["emergency", "not ours", "empty", "cut", "broken", "condition", "nobody", "deep", "large"],
)
def test_what_cannot_be_brought_leaves_nothing(
    clinic: Clinic, document: Any, says: str, request: pytest.FixtureRequest
) -> None:
    if "postgres" in request.node.name and says != "not JSON":
        pytest.skip("nothing of this reaches the database")
    before = clinic.everything()
    team = UUID(clinic.doctor.team_id or "")
    with pytest.raises(CannotBring, match=says):
        bring_in(clinic.world, document=document(), team_id=team, at=NOW)
    assert clinic.everything() == before


def test_nobody_is_brought_twice_or_into_anothers_numbers(clinic: Clinic) -> None:
    elsewhere = UUID(clinic.elsewhere.team_id or "")
    plan = make.ada()
    other = replace(plan, identity=replace(plan.identity, nhs_number=None))

    def bring(plan: CarePlan, **changes: object) -> Brought:
        document = record(make.a_version(plan, **changes))
        return bring_in(clinic.world, document=document, team_id=elsewhere, at=NOW)

    with pytest.raises(CannotBring, match="NHS number"):
        bring(plan)
    with pytest.raises(CannotBring, match="here already"):
        bring(other, patient_id=clinic.patient_id)
    first = bring(other)
    with pytest.raises(CannotBring, match="here already"):
        bring(other)
    with pytest.raises(CannotBring, match="plan number"):
        bring(other, patient_id=make.an_id("somebody else"))
    with pytest.raises(CannotBring, match="no such team"):
        bring_in(clinic.world, document=record(make.a_version()), team_id=first.patient_id, at=NOW)


def test_the_command(clinic: Clinic, tmp_path: Path, app: Any) -> None:
    runner, file = app.test_cli_runner(), tmp_path / "record.json"
    plan = make.ada()
    version = make.a_version(replace(plan, identity=replace(plan.identity, nhs_number=None)))
    file.write_bytes(record(version))
    team = "Royal Elsewhere red cell team"
    said = runner.invoke(args=["import", str(file), "--team", "No such team"])
    assert said.exit_code == 1
    assert team in said.output
    said = runner.invoke(args=["import", str(file), "--team", team])
    assert said.exit_code == 0, said.output
    assert version.plan_number in said.output
    with clinic.world.store.read() as tx:
        patient = patient_of(tx, version.patient_id)
    assert patient is not None
    assert str(patient.team_id) == clinic.elsewhere.team_id
    said = runner.invoke(args=["import", str(file), "--team", team])
    assert said.exit_code == 1
    assert "here already" in said.output


def test_a_number_that_nobody_had_checked_finds_nobody_here_either(
    world: World, doctor: Staff
) -> None:
    case = PEOPLE["ada"]
    version = replace(case.version(), plan=case.own_words(), signature=None, answer=None)
    assert version.plan.identity.nhs_number is not None
    came = brought(world, doctor, record(version))
    with world.store.read() as tx:
        assert find_patient(tx, Finds.NHS_NUMBER, version.plan.identity.nhs_number) is None
        face = face_of(tx, came.patient_id)
    assert face is not None
    assert face.nhs_number == version.plan.identity.nhs_number, "it is still what they typed"
