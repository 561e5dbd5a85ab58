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
    """The patient asked about, and the team that looks after them (None before any does).

    `next_team_id` is the team that will, while a handover lasts.
    """

    patient_id: str
    team_id: str | None
    next_team_id: str | None = None


def may_read_record(who: Who, patient: PatientFacts) -> bool:
    """During a handover both teams may: the plan is valid throughout."""
    return _is_patient(who, patient) or _is_carer(who, patient) or may_hand_over(who, patient)


def may_read_only_me_words(who: Who, patient: PatientFacts) -> bool:
    """Words marked "only me" are for the patient: neither carer nor team sees that they exist."""
    return _is_patient(who, patient)


def may_write_own_words(who: Who, patient: PatientFacts) -> bool:
    return _is_patient(who, patient)


def may_write_for(who: Who, patient: PatientFacts) -> bool:
    """Own words, for the person themself and for a carer who was let in to write."""
    return may_write_own_words(who, patient) or may_answer_beside(who, patient)


def may_answer_beside(who: Who, patient: PatientFacts) -> bool:
    """A carer's own answer, beside the person's."""
    return _is_carer(who, patient) and who.grant is not None and who.grant.writes


def may_speak_for_child(who: Who, patient: PatientFacts) -> bool:
    """Hand the child the phone: only somebody who may in law answer for them."""
    return may_answer_beside(who, patient) and who.grant is not None and who.grant.in_their_place


def may_let_in(who: Who, patient: PatientFacts) -> bool:
    """Let somebody help, and end it: the person, or the team with them in clinic."""
    return _is_patient(who, patient) or _in_care_team(who, patient)


def may_suspend_carer(who: Who, patient: PatientFacts) -> bool:
    """The team, at once and on suspicion; giving it back is theirs too."""
    return _in_care_team(who, patient)


def may_hand_over(who: Who, patient: PatientFacts) -> bool:
    """Either of the two teams of a handover, for what both may do: read, and agree to the day."""
    return _in_care_team(who, patient) or _in_next_team(who, patient)


def may_agree_handover(who: Who, patient: PatientFacts) -> bool:
    """For their own team, by somebody who could sign a plan."""
    registered = who.registration is not None and who.registration.verified
    return registered and may_hand_over(who, patient)


def may_use_carer_code(who: Who) -> bool:
    """Take up a code that lets somebody in. No plan of one's own is needed, nor in the way."""
    return _active(who)


def may_answer_signature(who: Who, patient: PatientFacts) -> bool:
    """Agree, agree except, or do not agree: the patient's alone to say."""
    return _is_patient(who, patient)


def may_write_clinical(who: Who, patient: PatientFacts) -> bool:
    return _in_care_team(who, patient)


def may_comment(who: Who, patient: PatientFacts) -> bool:
    """Comment on, or propose a change to, what the other side wrote."""
    return _is_patient(who, patient) or _in_care_team(who, patient)


def may_answer_together(who: Who, patient: PatientFacts) -> bool:
    """Hand the person one's own screen in clinic, so that they answer on it themselves."""
    return _in_care_team(who, patient)


def may_keep_handed_answer(who: Who, patient: PatientFacts) -> bool:
    """Keep what the person pressed on a screen handed over. The second factor was given when it
    was handed over, and taken away then, so that the screen opens nothing else."""
    on_team = _stands(who) and bool(who.roles & CARE_TEAM) and who.team_id is not None
    return on_team and who.team_id == patient.team_id and who.patient_id != patient.patient_id


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


def may_take_copy(who: Who, patient: PatientFacts) -> bool:
    """Of what they may read: a carer's copy leaves out what no carer sees, and holds no link."""
    return may_share(who, patient) or _is_carer(who, patient)


def may_agree_to_copies(who: Who, patient: PatientFacts) -> bool:
    """That a school, a GP practice or ambulance crews may have one."""
    return _is_patient(who, patient) or may_speak_for_child(who, patient)


def may_keep_on_phone(who: Who, patient: PatientFacts) -> bool:
    """A copy on a telephone, for when there is no signal; see those phones and make them forget."""
    return _is_patient(who, patient)


def may_tell_of_visit(who: Who, patient: PatientFacts) -> bool:
    """Say what happened at a visit: the person, or a carer who was let in to write. Which of the
    reports a carer then sees is asked of each."""
    return may_write_for(who, patient)


def may_write_down_visit(who: Who, patient: PatientFacts) -> bool:
    """What somebody tells their team on the telephone or on paper; read what they let it see.
    Nobody who also works in an emergency department: they may be who it is about."""
    return _in_care_team(who, patient) and Role.EMERGENCY_STAFF not in who.roles


def may_list_reports(who: Who, *, team_id: str) -> bool:
    """See which reports people let their team see."""
    return may_list_patients(who, team_id=team_id) and Role.EMERGENCY_STAFF not in who.roles


def may_answer_equality(who: Who, patient: PatientFacts) -> bool:
    """The person, or somebody who may in law answer for them; no staff, for it is only counted."""
    return _is_patient(who, patient) or may_speak_for_child(who, patient)


def may_see_who_looked(who: Who, patient: PatientFacts) -> bool:
    """The patient alone: a carer who puts pressure on them must not learn whom they told."""
    return _is_patient(who, patient)


def may_link(who: Who, patient: PatientFacts) -> bool:
    """Make the one-time code with which a person in clinic takes hold of their plan."""
    return _in_care_team(who, patient)


def may_let_back_in(who: Who, patient: PatientFacts) -> bool:
    """Give the code with which a person whom they have seen comes back into a lost account."""
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


def may_break_glass(who: Who) -> bool:
    """Ask for one person's emergency page without their card or link.

    For whoever works in an emergency department and nowhere else here: a team's clinician has the
    team's own way to its people, which is bounded by the team, and an administrator has none.
    """
    elsewhere = who.roles & (CARE_TEAM | {Role.TEAM_ADMIN})
    on_duty = who.team_id is not None and _on_duty(who, who.team_id)
    return on_duty and Role.EMERGENCY_STAFF in who.roles and not elsewhere


def may_verify_registration(who: Who, member: Who) -> bool:
    """An administrator of the same team, and never for themselves."""
    return (
        member.team_id is not None
        and may_manage_members(who, team_id=member.team_id)
        and member.account_id != who.account_id
    )


def _active(who: Who) -> bool:
    """Who has a code app has to have given its code, patients and carers as well as staff."""
    return _stands(who) and not who.owes_second_step


def _stands(who: Who) -> bool:
    return who.known and who.standing is Standing.ACTIVE


def _is_patient(who: Who, patient: PatientFacts) -> bool:
    return _active(who) and Role.PATIENT in who.roles and who.patient_id == patient.patient_id


def _is_carer(who: Who, patient: PatientFacts) -> bool:
    """Come for this person, on an access that was found to last."""
    mine = _active(who) and Role.CARER in who.roles and who.grant is not None
    return mine and who.patient_id == patient.patient_id


def _in_care_team(who: Who, patient: PatientFacts) -> bool:
    """Clinician or nurse of this patient's team, but never for their own plan."""
    return (
        patient.team_id is not None
        and may_list_patients(who, team_id=patient.team_id)
        and who.patient_id != patient.patient_id
    )


def _in_next_team(who: Who, patient: PatientFacts) -> bool:
    return (
        patient.next_team_id is not None
        and may_list_patients(who, team_id=patient.next_team_id)
        and who.patient_id != patient.patient_id
    )


def _on_duty(who: Who, team_id: str) -> bool:
    """Staff give a second factor in every session, even to read."""
    return _active(who) and who.team_id == team_id and who.second_factor
