"""Who may do what, as questions with a yes or a no.

Only who is asked about here. Whether the plan is in a state to be signed, or a link to be
revoked, is asked in the rooms that know. A suspended account gets no from every question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from careplan.accounts.people import CARE_TEAM, Role, Standing

if TYPE_CHECKING:
    from careplan.accounts.people import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFacts:
    """The patient asked about, and the team that looks after them (None before any does)."""

    patient_id: str
    team_id: str | None


def may_read_record(who: Who, patient: PatientFacts) -> bool:
    return _is_patient(who, patient) or _is_carer(who, patient) or _in_care_team(who, patient)


def may_read_only_me_words(who: Who, patient: PatientFacts) -> bool:
    """Words marked "only me" are for the patient: neither carer nor team sees that they exist."""
    return _is_patient(who, patient)


def may_write_own_words(who: Who, patient: PatientFacts) -> bool:
    return _is_patient(who, patient)


def may_answer_signature(who: Who, patient: PatientFacts) -> bool:
    """Agree, agree except, or do not agree: the patient's alone to say."""
    return _is_patient(who, patient)


def may_write_clinical(who: Who, patient: PatientFacts) -> bool:
    return _in_care_team(who, patient)


def may_comment(who: Who, patient: PatientFacts) -> bool:
    """Comment on, or propose a change to, what the other side wrote."""
    return _is_patient(who, patient) or _in_care_team(who, patient)


def may_sign(who: Who, patient: PatientFacts) -> bool:
    """Registration checked by the team, second factor in this session.

    That the body and training let them prescribe is part of the team's check.
    """
    registered = who.registration is not None and who.registration.verified
    return registered and _in_care_team(who, patient)


def may_stop_dose(who: Who, patient: PatientFacts) -> bool:
    """Any clinician or nurse of the team: hiding a dangerous dose must not wait for a check of
    registration. Giving it back needs a signature."""
    return _in_care_team(who, patient)


def may_share(who: Who, patient: PatientFacts) -> bool:
    """Make, print, revoke or replace a link. The team may too, for somebody with no phone or
    printer, or who rings to say that the card is lost; the patient sees each time."""
    return _is_patient(who, patient) or _in_care_team(who, patient)


def may_see_who_looked(who: Who, patient: PatientFacts) -> bool:
    """The patient alone: a carer who puts pressure on them must not learn whom they told."""
    return _is_patient(who, patient)


def may_link(who: Who, patient: PatientFacts) -> bool:
    """Make the one-time code with which a person in clinic takes hold of their plan."""
    return _in_care_team(who, patient)


def may_use_clinic_code(who: Who) -> bool:
    return _active(who) and Role.PATIENT in who.roles and who.patient_id is None


def may_list_patients(who: Who, *, team_id: str) -> bool:
    return _on_duty(who, team_id) and bool(who.roles & CARE_TEAM)


def may_start_plan(who: Who, *, team_id: str) -> bool:
    """Open an empty plan for a person new to the team."""
    return may_list_patients(who, team_id=team_id)


def may_manage_members(who: Who, *, team_id: str) -> bool:
    return _on_duty(who, team_id) and Role.TEAM_ADMIN in who.roles


def may_verify_registration(who: Who, member: Who) -> bool:
    """An administrator of the same team, and never for themselves."""
    return (
        member.team_id is not None
        and may_manage_members(who, team_id=member.team_id)
        and member.account_id != who.account_id
    )


def _active(who: Who) -> bool:
    return who.known and who.standing is Standing.ACTIVE


def _is_patient(who: Who, patient: PatientFacts) -> bool:
    return _active(who) and Role.PATIENT in who.roles and who.patient_id == patient.patient_id


def _is_carer(who: Who, patient: PatientFacts) -> bool:
    return _active(who) and Role.CARER in who.roles and who.patient_id == patient.patient_id


def _in_care_team(who: Who, patient: PatientFacts) -> bool:
    """Clinician or nurse of this patient's team, but never for their own plan."""
    return (
        patient.team_id is not None
        and may_list_patients(who, team_id=patient.team_id)
        and who.patient_id != patient.patient_id
    )


def _on_duty(who: Who, team_id: str) -> bool:
    """Staff give a second factor in every session, even to read."""
    return _active(who) and who.team_id == team_id and who.second_factor
