"""In clinic: a code on the person's phone, a clinician who checks, and a plan that has a team."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from careplan.accounts.clinic_codes import LIFETIME
from careplan.accounts.people import Role, Who
from careplan.acts.drafting import section_draft
from careplan.acts.linking import (
    CodeNotGood,
    NumberTaken,
    find_by_code,
    link_in_clinic,
    show_code,
)
from careplan.acts.signing_in import TRIES, TooManyTries
from careplan.acts.world import NotAllowed, NotThere
from careplan.audit.events import Kind
from careplan.store.directory import Kind as Found
from careplan.store.lists import search_team
from careplan.store.patients import face_of, find_patient, patient_of, set_face
from careplan.store.trail import events_of
from tests.stores import NOW, TODAY
from tests.visitors import ADA_ON_PAPER, a_clinician, a_person, linked_patient, sure

NUMBER = "9990110212"


def a_code(world, person, at=NOW):
    return show_code(world, by=person, patient_id=UUID(person.patient_id), at=at)


def link(world, staff, typed, identity=ADA_ON_PAPER, at=NOW):
    return link_in_clinic(
        world,
        by=staff.who,
        typed=typed,
        identity=identity,
        method="photo_id",
        at=at,
        today=TODAY,
    )


def events(world, person, limit=10):
    with world.store.read() as tx:
        return [kept.event for kept in events_of(tx, UUID(person.patient_id), limit=limit)]


def test_it_works(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)

    found = find_by_code(world, by=staff.who, typed=code, at=NOW)
    patient_id = link(world, staff, code)

    assert found.patient_id == patient_id == UUID(person.patient_id)
    assert found.identity.legal_name == person.name
    with world.store.read() as tx:
        assert sure(patient_of(tx, patient_id)).team_id == staff.team_id
        assert find_patient(tx, Found.NHS_NUMBER, NUMBER) == patient_id
        assert search_team(tx, staff.team_id, "okonkwo", today=TODAY)


def test_the_identity_is_now_the_teams_who_checked_it(world):
    staff, person = a_clinician(world), a_person(world)
    link(world, staff, a_code(world, person))

    own = UUID(person.patient_id)
    kept = sure(section_draft(world, by=staff.who, patient_id=own, section="identity"))

    assert kept.by_name == staff.who.name
    assert kept.body["plain"]["checked_on"] == TODAY.isoformat()
    assert kept.body["plain"]["checked_by"] == staff.who.name
    assert kept.body["plain"]["nhs_number"] == ADA_ON_PAPER.nhs_number


def test_what_lists_show_besides_stays(world):
    staff, person = a_clinician(world), a_person(world)
    own = UUID(person.patient_id)
    with world.store.begin() as tx:
        set_face(
            tx, own, replace(sure(face_of(tx, own)), known_as="Ada", phone_24h="020 7946 0100")
        )

    link(world, staff, a_code(world, person))

    with world.store.read() as tx:
        face = sure(face_of(tx, own))
    assert (face.known_as, face.phone_24h) == ("Ada", "020 7946 0100")


def test_the_person_sees_who_looked_and_who_linked(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)
    find_by_code(world, by=staff.who, typed=code, at=NOW)
    link(world, staff, code)

    assert [event.kind for event in events(world, person, limit=4)] == [
        Kind.PLAN_LINKED,
        Kind.IDENTITY_CHECKED,
        Kind.READ_BY_TEAM,
        Kind.CLINIC_CODE_MADE,
    ]


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}-{2}", "{3}"])
def test_a_code_is_read_however_it_is_typed(world, typed):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)
    typed = typed.format(code, code[:4], code[4:], code.lower())

    assert find_by_code(world, by=staff.who, typed=typed, at=NOW).patient_id


@pytest.mark.parametrize("typed", ["", "ABCD-EFGH", "x" * 10_000, "😀" * 8, "' OR 1=1"])
def test_a_code_nobody_was_shown_is_not_good(world, typed):
    staff = a_clinician(world)
    a_code(world, a_person(world))

    with pytest.raises(CodeNotGood):
        find_by_code(world, by=staff.who, typed=typed, at=NOW)
    with pytest.raises(CodeNotGood):
        link(world, staff, typed)


def test_a_code_lives_for_a_quarter_of_an_hour(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)

    assert find_by_code(world, by=staff.who, typed=code, at=NOW + LIFETIME - timedelta(seconds=1))
    with pytest.raises(CodeNotGood):
        find_by_code(world, by=staff.who, typed=code, at=NOW + LIFETIME)
    with pytest.raises(CodeNotGood):
        link(world, staff, code, at=NOW + LIFETIME)


def test_a_code_links_once(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)
    link(world, staff, code)

    with pytest.raises(CodeNotGood):
        link(world, staff, code)
    with pytest.raises(CodeNotGood):
        find_by_code(world, by=staff.who, typed=code, at=NOW)


def test_a_number_that_is_anothers_stops_it_and_the_code_still_stands(world):
    staff = a_clinician(world)
    linked_patient(world, staff)
    other = a_person(world, email="bo@example.org", legal_name="Bo Mensah")
    code = a_code(world, other)

    with pytest.raises(NumberTaken):
        link(world, staff, code, replace(ADA_ON_PAPER, legal_name="Bo Mensah"))

    with world.store.read() as tx:
        assert sure(patient_of(tx, UUID(other.patient_id))).team_id is None
    assert link(world, staff, code, replace(ADA_ON_PAPER, nhs_number=None))


def test_somebody_without_a_number_is_linked_too(world):
    staff, person = a_clinician(world), a_person(world)

    assert link(world, staff, a_code(world, person), replace(ADA_ON_PAPER, nhs_number=None))


def test_guessing_codes_is_counted(world):
    staff = a_clinician(world)
    for _ in range(TRIES):
        with pytest.raises(CodeNotGood):
            find_by_code(world, by=staff.who, typed="ABCD-EFGH", at=NOW)

    with pytest.raises(TooManyTries):
        find_by_code(world, by=staff.who, typed="ABCD-EFGH", at=NOW)


def test_only_the_person_can_show_their_code(world):
    staff, person = a_clinician(world), a_person(world)
    other = a_person(world, email="bo@example.org")

    for nosy in (other, staff.who, Who.nobody()):
        with pytest.raises(NotThere):
            show_code(world, by=nosy, patient_id=UUID(person.patient_id), at=NOW)


def test_only_the_care_team_with_both_steps_may_use_it(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)
    half = replace(staff.who, second_factor=False)
    admin = replace(staff.who, roles=frozenset({Role.TEAM_ADMIN}))

    for nosy in (person, half, admin, replace(staff.who, team_id=str(uuid4()), roles=frozenset())):
        with pytest.raises(NotAllowed):
            find_by_code(world, by=nosy, typed=code, at=NOW)
        with pytest.raises(NotAllowed):
            link(world, replace(staff, who=nosy), code)


def test_nobody_vouches_for_themselves(world):
    staff, person = a_clinician(world), a_person(world)
    both = replace(staff.who, patient_id=person.patient_id)
    code = a_code(world, person)

    with pytest.raises(NotAllowed):
        link(world, replace(staff, who=both), code)
    assert link(world, staff, code)


def test_when_it_fails_half_way_nothing_of_it_is_kept(world):
    staff, person = a_clinician(world), a_person(world)
    code = a_code(world, person)
    before = events(world, person)
    # The audit is the last thing written; a method it does not know makes it refuse.
    with pytest.raises(ValueError, match="method"):
        link_in_clinic(
            world,
            by=staff.who,
            typed=code,
            identity=ADA_ON_PAPER,
            method="a hunch",
            at=NOW,
            today=TODAY,
        )

    assert events(world, person) == before
    with world.store.read() as tx:
        assert sure(patient_of(tx, UUID(person.patient_id))).team_id is None
        assert find_patient(tx, Found.NHS_NUMBER, NUMBER) is None
    assert link(world, staff, code)
