"""What a person tells their team in private, and the move of a plan from one team to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from careplan.store.db import Transaction, on_both
from careplan.store.owners import of_patient
from careplan.store.tables import handover, patient, quiet_note

_q, _h = quiet_note.c, handover.c
_NOTE = insert(quiet_note)
_KEYED = select(quiet_note, patient.c.data_key).join(patient, patient.c.patient_id == _q.patient_id)
_NOTES = _KEYED.where(_q.patient_id == bindparam("of_patient")).order_by(_q.at.desc())
_OPEN = (
    _KEYED.where(patient.c.team_id == bindparam("of_team"), _q.state == "open")
    .order_by(_q.at)
    .limit(200)
)
_HOW_MANY = (
    select(func.count())
    .select_from(quiet_note)
    .join(patient, patient.c.patient_id == _q.patient_id)
    .where(patient.c.team_id == bindparam("of_team"), _q.state == "open")
)
_SEEN = (
    update(quiet_note)
    .where(
        _q.patient_id == bindparam("of_patient"),
        _q.note_id == bindparam("of_note"),
        _q.state == "open",
    )
    .values(state="done")
)
_HANDOVER = select(handover).where(_h.patient_id == bindparam("of_patient"))
_KEEP = on_both(
    lambda insert: (new := insert(handover)).on_conflict_do_update(
        index_elements=[_h.patient_id],
        set_={"move_on": new.excluded.move_on, "body": new.excluded.body},
    )
)
_DROP = delete(handover).where(_h.patient_id == bindparam("of_patient"))
_NEXT_TEAM = (
    update(patient)
    .where(patient.c.patient_id == bindparam("of_patient"))
    .values(next_team_id=bindparam("new_team"))
)
_COMING = (
    select(patient.c.patient_id)
    .where(patient.c.next_team_id == bindparam("of_team"))
    .order_by(patient.c.patient_id)
    .limit(500)
)
_DUE = select(_h.patient_id).where(_h.move_on <= bindparam("by_day")).order_by(_h.patient_id)


@dataclass(frozen=True, slots=True)
class QuietNote:
    """`about`: the access the person asked to have stopped, in words; may be nobody's."""

    patient_id: UUID
    note_id: UUID
    open: bool
    at: datetime
    words: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One team's word for a handover."""

    name: str
    registration: str
    organisation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """From one team to another on a day; it happens once both have agreed and the day is there."""

    patient_id: UUID
    from_team: UUID
    to_team: UUID
    move_on: date
    began_at: datetime
    agreed: Mapping[str, Agreed] = field(default_factory=dict)

    @property
    def both_agreed(self) -> bool:
        return self.agreed.keys() >= {"from", "to"}


def add_quiet_note(
    tx: Transaction, patient_id: UUID, *, words: str | None, about: str | None, at: datetime
) -> UUID:
    note_id = tx.new_id()
    facts = {"words": words, "about": about}
    body = tx.seal_facts(of_patient(patient_id), _q.body, str(note_id), facts)
    row = {"patient_id": patient_id, "note_id": note_id, "state": "open", "at": at, "body": body}
    tx.run(_NOTE, row)
    return note_id


def quiet_notes_of(tx: Transaction, patient_id: UUID) -> tuple[QuietNote, ...]:
    """Newest first."""
    return tuple(_note(tx, row) for row in tx.run(_NOTES, {"of_patient": patient_id}))


def open_quiet_notes(tx: Transaction, team_id: UUID) -> tuple[QuietNote, ...]:
    """What a team's people have told it that nobody has dealt with, the oldest first."""
    rows = tx.run(_OPEN, {"of_team": team_id})
    return tuple(_note(tx, row) for row in rows if row.data_key is not None)


def how_many_quiet_notes(tx: Transaction, team_id: UUID) -> int:
    """The same as a number, without opening any."""
    return int(tx.run(_HOW_MANY, {"of_team": team_id}).scalar_one())


def quiet_note_done(tx: Transaction, patient_id: UUID, note_id: UUID) -> bool:
    return tx.run(_SEEN, {"of_patient": patient_id, "of_note": note_id}).rowcount == 1


# --- handovers -------------------------------------------------------------------------------


def handover_of(tx: Transaction, patient_id: UUID) -> Handover | None:
    row = tx.run(_HANDOVER, {"of_patient": patient_id}).one_or_none()
    return None if row is None else _handover(tx, row)


def keep_handover(tx: Transaction, kept: Handover) -> None:
    """Both teams see the plan from now on."""
    agreed = {
        side: {
            "name": one.name,
            "registration": one.registration,
            "organisation": one.organisation,
            "at": one.at.isoformat(),
        }
        for side, one in kept.agreed.items()
    }
    facts = {"from": str(kept.from_team), "to": str(kept.to_team), "agreed": agreed}
    row = {
        "patient_id": kept.patient_id,
        "move_on": kept.move_on,
        "began_at": kept.began_at,
        "body": tx.seal_facts(of_patient(kept.patient_id), _h.body, "", facts),
    }
    tx.run(_KEEP, row)
    tx.run(_NEXT_TEAM, {"of_patient": kept.patient_id, "new_team": kept.to_team})


def drop_handover(tx: Transaction, patient_id: UUID) -> None:
    """Over, or called off: one team again."""
    tx.run(_DROP, {"of_patient": patient_id})
    tx.run(_NEXT_TEAM, {"of_patient": patient_id, "new_team": None})


def coming_to(tx: Transaction, team_id: UUID) -> tuple[UUID, ...]:
    """Whose plan a team is about to take over."""
    return tuple(tx.run(_COMING, {"of_team": team_id}).scalars())


def handovers_due(tx: Transaction, day: date) -> tuple[UUID, ...]:
    """Whose day has come; whether both teams have agreed is for the act to see."""
    return tuple(tx.run(_DUE, {"by_day": day}).scalars())


def _note(tx: Transaction, row: Row[Any]) -> QuietNote:
    owner = of_patient(row.patient_id)
    tx.remember(owner, row.data_key)
    facts = tx.unseal_facts(owner, _q.body, str(row.note_id), row.body)
    return QuietNote(
        row.patient_id, row.note_id, row.state == "open", row.at, facts["words"], facts["about"]
    )


def _handover(tx: Transaction, row: Row[Any]) -> Handover:
    facts = tx.unseal_facts(of_patient(row.patient_id), _h.body, "", row.body)
    agreed = {
        side: Agreed(
            one["name"],
            one["registration"],
            one["organisation"],
            datetime.fromisoformat(one["at"]),
        )
        for side, one in facts["agreed"].items()
    }
    return Handover(
        row.patient_id,
        UUID(facts["from"]),
        UUID(facts["to"]),
        row.move_on,
        row.began_at,
        agreed,
    )
