"""From the children's team to the adults': both see the plan, both agree, and on the day it moves.

Nothing about the plan itself changes: what is signed stays signed, and every link stays alive.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import (
    may_agree_handover,
    may_hand_over,
    may_list_patients,
    may_write_clinical,
)
from careplan.acts.publishing import current_of
from careplan.acts.world import (
    SYSTEM,
    NotAllowed,
    NotThere,
    World,
    actor,
    allowed_patient,
    london_day,
)
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import Version
from careplan.store.db import Transaction
from careplan.store.fences import let_in
from careplan.store.handovers import (
    Agreed,
    Handover,
    coming_to,
    drop_handover,
    handover_of,
    handovers_due,
    keep_handover,
)
from careplan.store.patients import Face, face_of, give_team, lock_patient
from careplan.store.teams import Team, team_of, teams
from careplan.store.trail import append


class BadHandover(ValueError):
    """This move cannot be begun: the question it is about, and a sentence that helps."""

    def __init__(self, question: str, sentence: str) -> None:
        super().__init__(sentence)
        self.question, self.sentence = question, sentence


@dataclass(frozen=True)
class Moving:
    """A handover as both teams see it. `mine`: the side of whoever looks."""

    face: Face
    current: Version | None
    handover: Handover | None
    from_team: Team | None
    to_team: Team | None
    mine: str
    may_agree: bool


def other_teams(world: World, *, by: Who) -> tuple[Team, ...]:
    """Whom a plan could be handed to."""
    with world.store.read() as tx:
        return tuple(one for one in teams(tx) if str(one.team_id) != by.team_id)


def begin_handover(
    world: World, *, by: Who, patient_id: UUID, to_team: UUID, move_on: date, at: datetime
) -> None:
    """From now on the next team reads the plan too. Raises BadHandover."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_write_clinical)
        following = team_of(tx, to_team)
        if following is None or patient.team_id is None or to_team == patient.team_id:
            raise BadHandover("to_team", "Choose the team that takes over.")
        if move_on < london_day(at):
            raise BadHandover("move_on", "The day must be today or later.")
        keep_handover(tx, Handover(patient_id, patient.team_id, to_team, move_on, at))
        what = {"team": following.organisation}
        append(tx, AuditEvent(Kind.HANDOVER_BEGUN, at, actor(by), str(patient_id), what))


def open_handover(world: World, *, by: Who, patient_id: UUID, at: datetime) -> Moving:
    """The plan and how far the move is, for either team. The look is shown to the person."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_hand_over)
        face, current = face_of(tx, patient_id), current_of(tx, patient_id)
        if face is None:
            raise NotThere
        found = handover_of(tx, patient_id)
        append(tx, AuditEvent(Kind.READ_BY_TEAM, at, actor(by), str(patient_id)))
        return Moving(
            face,
            current,
            found,
            team_of(tx, found.from_team) if found else None,
            team_of(tx, found.to_team) if found else None,
            "from" if by.team_id == str(patient.team_id) else "to",
            by.registration is not None and by.registration.verified,
        )


def agree_handover(world: World, *, by: Who, patient_id: UUID, at: datetime) -> bool:
    """One team's word, by somebody who could sign. Whether the plan moved with it, because the
    other team had agreed and the day is there."""
    with world.store.begin() as tx:
        patient = allowed_patient(tx, by, patient_id, may_agree_handover)
        lock_patient(tx, patient_id)
        found = handover_of(tx, patient_id)
        if found is None or by.registration is None:
            raise NotThere
        side = "from" if by.team_id == str(patient.team_id) else "to"
        word = Agreed(by.name, str(by.registration), by.organisation or "", at)
        found = replace(found, agreed={**found.agreed, side: word})
        keep_handover(tx, found)
        append(tx, AuditEvent(Kind.HANDOVER_AGREED, at, actor(by), str(patient_id)))
        return _move_if_due(tx, found, at)


def call_off_handover(world: World, *, by: Who, patient_id: UUID, at: datetime) -> None:
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_hand_over)
        if handover_of(tx, patient_id) is None:
            raise NotThere
        drop_handover(tx, patient_id)
        append(tx, AuditEvent(Kind.HANDOVER_CALLED_OFF, at, actor(by), str(patient_id)))


def move_what_is_due(world: World, *, at: datetime) -> int:
    """Every plan whose day has come and whose two teams have agreed, moved. For the daily run and
    for whoever opens the list; asking twice moves nothing twice."""
    with world.store.read() as tx:
        due = handovers_due(tx, london_day(at))
    return sum(_move(world, patient_id, at) for patient_id in due)


def _move(world: World, patient_id: UUID, at: datetime) -> bool:
    with world.store.begin() as tx:
        lock_patient(tx, patient_id)
        found = handover_of(tx, patient_id)
        return found is not None and _move_if_due(tx, found, at)


def _move_if_due(tx: Transaction, found: Handover, at: datetime) -> bool:
    if not found.both_agreed or found.move_on > london_day(at):
        return False
    to_team = team_of(tx, found.to_team)
    let_in(tx, found.patient_id)  # both teams have it in hand until it has moved
    drop_handover(tx, found.patient_id)
    give_team(tx, found.patient_id, found.to_team)
    what = {"team": to_team.organisation} if to_team else {}
    append(tx, AuditEvent(Kind.HANDOVER_DONE, at, SYSTEM, str(found.patient_id), what))
    return True


@dataclass(frozen=True)
class Coming:
    """Somebody whose plan this team is about to take over."""

    patient_id: UUID
    face: Face
    handover: Handover


def coming(world: World, *, by: Who, at: datetime) -> tuple[Coming, ...]:
    if by.team_id is None or not may_list_patients(by, team_id=by.team_id):
        raise NotAllowed
    move_what_is_due(world, at=at)
    with world.store.begin() as tx:
        found = []
        for patient_id in coming_to(tx, UUID(by.team_id)):
            face, move = face_of(tx, patient_id), handover_of(tx, patient_id)
            if face is not None and move is not None:
                found.append(Coming(patient_id, face, move))
        what = {"team": by.team_id, "count": str(len(found))}
        append(tx, AuditEvent(Kind.LIST_READ, at, actor(by), None, what))
    return tuple(found)
