"""Who may do what, as one table: anything not in it is a no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, combinations

import pytest

from careplan.accounts import permissions as ask
from careplan.accounts.grants import Basis, Grant
from careplan.accounts.people import Role, Standing, Who
from careplan.accounts.permissions import PatientFacts
from careplan.accounts.registration import Body, Registration

CHECKED = Registration(
    body=Body.GMC, number="7012345", verified_at=datetime(2026, 1, 5, tzinfo=UTC)
)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
READS = Grant(
    id="1",
    name="Chidi Bright",
    relation="partner",
    basis=Basis.CONSENT,
    writes=False,
    granted_by="Ada",
    granted_at=NOW,
)
WRITES = replace(READS, writes=True)
MOTHER = replace(WRITES, relation="mother", basis=Basis.PARENTAL)
ADA = PatientFacts(patient_id="ada", team_id="leeds")
NEW = PatientFacts(patient_id="new", team_id=None)


def who(*roles: Role, **facts: object) -> Who:
    usual: dict[str, object] = {"account_id": "account", "name": "Somebody", "roles": roles}
    return Who(**(usual | facts | {"roles": frozenset(roles)}))  # type: ignore[arg-type]


def staff(*roles: Role, **facts: object) -> Who:
    usual: dict[str, object] = {"team_id": "leeds", "second_factor": True}
    return who(*roles, **(usual | facts))


PEOPLE = {
    "nobody": Who.nobody(),
    "no role": who(),
    "ada": who(Role.PATIENT, patient_id="ada"),
    "ada suspended": who(Role.PATIENT, patient_id="ada", standing=Standing.SUSPENDED),
    "another patient": who(Role.PATIENT, patient_id="ben"),
    "unlinked patient": who(Role.PATIENT),
    "carer": who(Role.CARER, patient_id="ada", grant=READS),
    "carer who writes": who(Role.CARER, patient_id="ada", grant=WRITES),
    "mother": who(Role.CARER, patient_id="ada", grant=MOTHER),
    "carer not let in": who(Role.CARER, patient_id="ada"),
    "mother suspended": who(
        Role.CARER, patient_id="ada", grant=MOTHER, standing=Standing.SUSPENDED
    ),
    "another's carer": who(Role.CARER, patient_id="ben", grant=MOTHER),
    "helper of nobody": who(Role.CARER),
    "doctor": staff(Role.CLINICIAN, registration=CHECKED),
    "doctor unchecked": staff(Role.CLINICIAN, registration=replace(CHECKED, verified_at=None)),
    "doctor unregistered": staff(Role.CLINICIAN),
    "doctor without second factor": staff(
        Role.CLINICIAN, registration=CHECKED, second_factor=False
    ),
    "doctor suspended": staff(Role.CLINICIAN, registration=CHECKED, standing=Standing.SUSPENDED),
    "doctor elsewhere": staff(Role.CLINICIAN, registration=CHECKED, team_id="york"),
    "doctor of no team": staff(Role.CLINICIAN, registration=CHECKED, team_id=None),
    "nurse": staff(Role.NURSE),
    "nurse checked": staff(Role.NURSE, registration=CHECKED),
    "administrator": staff(Role.TEAM_ADMIN),
    "administrator checked": staff(Role.TEAM_ADMIN, registration=CHECKED),
    "doctor and administrator": staff(Role.CLINICIAN, Role.TEAM_ADMIN, registration=CHECKED),
    "emergency": staff(Role.EMERGENCY_STAFF),
    "emergency without second factor": staff(Role.EMERGENCY_STAFF, second_factor=False),
    "emergency suspended": staff(Role.EMERGENCY_STAFF, standing=Standing.SUSPENDED),
    "emergency of no team": staff(Role.EMERGENCY_STAFF, team_id=None),
    "emergency and doctor": staff(Role.EMERGENCY_STAFF, Role.CLINICIAN),
    "emergency and administrator": staff(Role.EMERGENCY_STAFF, Role.TEAM_ADMIN),
    "emergency and patient": staff(Role.EMERGENCY_STAFF, Role.PATIENT, patient_id="ben"),
    "ada, a doctor here": staff(
        Role.CLINICIAN, Role.PATIENT, registration=CHECKED, patient_id="ada"
    ),
}
OWN = {"ada", "ada, a doctor here"}
SIGNERS = {"doctor", "nurse checked", "doctor and administrator"}
TEAM = SIGNERS | {"doctor unchecked", "doctor unregistered", "nurse", "emergency and doctor"}
WRITERS = {"carer who writes", "mother"}
CARERS = WRITERS | {"carer"}
ABOUT_A_PATIENT: dict[Callable[[Who, PatientFacts], bool], set[str]] = {
    ask.may_read_record: OWN | TEAM | CARERS,
    ask.may_write_for: OWN | WRITERS,
    ask.may_answer_beside: WRITERS,
    ask.may_speak_for_child: {"mother"},
    ask.may_let_in: OWN | TEAM,
    ask.may_suspend_carer: TEAM,
    ask.may_hand_over: TEAM,
    ask.may_agree_handover: SIGNERS,
    ask.may_answer_together: TEAM,
    ask.may_keep_handed_answer: TEAM | {"doctor without second factor"},
    ask.may_read_only_me_words: OWN,
    ask.may_write_own_words: OWN,
    ask.may_answer_signature: OWN,
    ask.may_see_who_looked: OWN,
    ask.may_keep_on_phone: OWN,
    ask.may_write_clinical: TEAM,
    ask.may_comment: OWN | TEAM,
    ask.may_sign: SIGNERS,
    ask.may_stop_dose: TEAM,
    ask.may_share: OWN | TEAM,
    ask.may_take_copy: OWN | TEAM | CARERS,
    ask.may_agree_to_copies: OWN | {"mother"},
    ask.may_link: TEAM,
    ask.may_let_back_in: TEAM,
    ask.may_tell_of_visit: OWN | WRITERS,
    ask.may_write_down_visit: TEAM - {"emergency and doctor"},
    ask.may_answer_equality: OWN | {"mother"},
}
ABOUT_A_TEAM: dict[Callable[..., bool], set[str]] = {
    ask.may_list_patients: TEAM | {"ada, a doctor here"},
    ask.may_start_plan: TEAM | {"ada, a doctor here"},
    ask.may_list_reports: (TEAM | {"ada, a doctor here"}) - {"emergency and doctor"},
    ask.may_manage_members: {
        "administrator",
        "administrator checked",
        "doctor and administrator",
        "emergency and administrator",
    },
}
QUESTIONS = {name for name in vars(ask) if name.startswith("may_")}


def every_person() -> list[Who]:
    """Every mix of roles, team, patient, registration, second factor and standing."""
    roles = chain.from_iterable(combinations(Role, size) for size in range(len(Role) + 1))
    return [
        who(
            *some,
            team_id=team,
            patient_id=patient,
            registration=registration,
            second_factor=factor,
            standing=standing,
        )
        for some in roles
        if not {Role.PATIENT, Role.CARER} <= set(some)
        for team in (None, "leeds", "york")
        for patient in (None, "ada", "ben")
        for registration in (None, CHECKED)
        for factor in (True, False)
        for standing in Standing
    ]


def test_every_question_is_in_a_table() -> None:
    asked = {question.__name__ for question in (*ABOUT_A_PATIENT, *ABOUT_A_TEAM)}
    alone = {"may_use_clinic_code", "may_use_carer_code", "may_verify_registration"}
    alone |= {"may_break_glass"}
    assert asked | alone == QUESTIONS


@pytest.mark.parametrize("question", list(ABOUT_A_PATIENT), ids=lambda q: q.__name__)
def test_about_a_patient(question: Callable[[Who, PatientFacts], bool]) -> None:
    said_yes = {name for name, person in PEOPLE.items() if question(person, ADA)}
    assert said_yes == ABOUT_A_PATIENT[question]


@pytest.mark.parametrize("question", list(ABOUT_A_TEAM), ids=lambda q: q.__name__)
def test_about_a_team(question: Callable[..., bool]) -> None:
    said_yes = {name for name, person in PEOPLE.items() if question(person, team_id="leeds")}
    assert said_yes == ABOUT_A_TEAM[question]


@pytest.mark.parametrize("question", list(ABOUT_A_PATIENT), ids=lambda q: q.__name__)
def test_a_patient_without_a_team_is_no_teams_patient(
    question: Callable[[Who, PatientFacts], bool],
) -> None:
    assert not any(question(person, NEW) for person in PEOPLE.values())


def test_a_clinic_code_is_for_a_patient_who_holds_no_plan_yet() -> None:
    said_yes = {name for name, person in PEOPLE.items() if ask.may_use_clinic_code(person)}
    assert said_yes == {"unlinked patient"}


def test_the_staff_door_is_for_emergency_departments_and_nobody_else() -> None:
    """Not for a team's own people, even those who work in an emergency department too."""
    said_yes = {name for name, person in PEOPLE.items() if ask.may_break_glass(person)}
    assert said_yes == {"emergency", "emergency and patient"}


def test_registration_is_verified_by_another_in_the_same_team() -> None:
    member = staff(Role.CLINICIAN, account_id="member")
    said_yes = {
        name for name, person in PEOPLE.items() if ask.may_verify_registration(person, member)
    }
    assert said_yes == ABOUT_A_TEAM[ask.may_manage_members]
    admin = PEOPLE["doctor and administrator"]
    assert not ask.may_verify_registration(admin, admin)
    assert not ask.may_verify_registration(admin, replace(member, team_id="york"))
    assert not ask.may_verify_registration(admin, replace(member, team_id=None))


@pytest.mark.parametrize("question", list(ABOUT_A_PATIENT), ids=lambda q: q.__name__)
def test_no_mix_of_facts_opens_a_side_door(
    question: Callable[[Who, PatientFacts], bool],
) -> None:
    for person in every_person():
        if question(person, ADA):
            own = person.patient_id == "ada" and bool({Role.PATIENT, Role.CARER} & person.roles)
            team = (
                person.team_id == "leeds"
                and (person.second_factor or question is ask.may_keep_handed_answer)
                and bool({Role.CLINICIAN, Role.NURSE} & person.roles)
            )
            assert own or team
            assert person.standing is Standing.ACTIVE


def test_nobody_signs_their_own_plan_or_without_the_three_things() -> None:
    for person in every_person():
        if ask.may_sign(person, ADA):
            assert person.patient_id != "ada"
            assert person.registration == CHECKED
            assert person.second_factor


def test_a_carer_let_in_to_read_changes_nothing() -> None:
    said_yes = {q.__name__ for q in ABOUT_A_PATIENT if q(PEOPLE["carer"], ADA)}
    assert said_yes == {"may_read_record", "may_take_copy"}


def test_during_a_handover_the_next_team_reads_and_agrees_and_no_more() -> None:
    moving = replace(ADA, next_team_id="york")
    york = staff(Role.CLINICIAN, registration=CHECKED, team_id="york")
    said_yes = {q.__name__ for q in ABOUT_A_PATIENT if q(york, moving)}
    assert said_yes == {"may_read_record", "may_hand_over", "may_agree_handover"}
    assert not any(q(replace(york, patient_id="ada"), moving) for q in ABOUT_A_PATIENT)


def test_whoever_is_known_may_take_up_a_code() -> None:
    said_no = {name for name, person in PEOPLE.items() if not ask.may_use_carer_code(person)}
    suspended = {name for name, one in PEOPLE.items() if one.standing is Standing.SUSPENDED}
    assert said_no == suspended | {"nobody"}
