"""The people whose plans are kept: their keys, what lists show of them, and whose team has them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, delete, insert, select, tuple_, update

from careplan.audit.chain import GENESIS
from careplan.plan.codec import from_plain, to_plain
from careplan.store import directory, search
from careplan.store.db import Transaction
from careplan.store.errors import NotFound
from careplan.store.link_files import drop_files_of_patient
from careplan.store.outbox import forget_messages_of
from careplan.store.owners import of_patient
from careplan.store.tables import patient, search_word, trail_head

_c = patient.c
FACTS = [column for column in _c if column is not _c.face]
_BY_ID = _c.patient_id == bindparam("of_patient")
_ONE = select(*FACTS).where(_BY_ID)
_ONE_LOCKED = _ONE.with_for_update(key_share=True)
_FACE = select(_c.face, _c.data_key).where(_BY_ID)
_NEW = insert(patient)
_NEW_HEAD = insert(trail_head)
_SET_FACE = update(patient).where(_BY_ID).values(face=bindparam("new_face"))
_GIVE = update(patient).where(_BY_ID).values(team_id=bindparam("new_team"))
_ERASE = (
    update(patient).where(_BY_ID).values(state="erased", data_key=None, master_id=None, face=None)
)
_FORGET_WORDS = delete(search_word).where(search_word.c.patient_id == bindparam("of_patient"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Who somebody is, as far as lists show and searches find it; and the number to ring."""

    legal_name: str
    known_as: str | None = None
    date_of_birth: date | None = None
    nhs_number: str | None = None
    plan_number: str
    phone_24h: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the plan stands, in clear, so that the team's list needs no keys to be in order."""

    state: str = "draft"
    review_due: date | None = None
    valid_to: date | None = None
    signed_at: datetime | None = None
    answer_pending: bool = False
    changed_since_signed: bool = False
    dose_stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    patient_id: UUID
    team_id: UUID | None
    created_at: datetime
    current_version: int | None
    standing: Standing
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a team's list."""

    patient: Patient
    face: Face | None


@dataclass(frozen=True, slots=True)
class After:
    """Where the last page of a list ended."""

    review_due: date | None
    patient_id: UUID


class Only(StrEnum):
    """Which of a team's people a list shows."""

    EVERYONE = "everyone"
    NOT_SIGNED = "not_signed"
    ANSWER_PENDING = "answer_pending"
    CHANGED_SINCE_SIGNED = "changed_since_signed"
    DOSE_STOPPED = "dose_stopped"
    REVIEW_DUE = "review_due"


def new_patient(
    tx: Transaction,
    patient_id: UUID,
    face: Face,
    *,
    at: datetime,
    team_id: UUID | None = None,
) -> None:
    """A person with a key of their own and an empty trail, found by their plan number."""
    owner = of_patient(patient_id)
    row = tx.new_key(owner) | asdict(Standing())
    row |= {
        "patient_id": patient_id,
        "team_id": team_id,
        "created_at": at,
        "face": tx.seal_facts(owner, _c.face, "", to_plain(face)),
    }
    tx.run(_NEW, row)
    first = {"patient_id": patient_id, "sequence": 0, "digest": GENESIS(str(patient_id))}
    tx.run(_NEW_HEAD, first)
    directory.enter(
        tx, directory.Kind.PLAN_NUMBER, face.plan_number, patient_id=patient_id, target=None
    )
    _remember(tx, patient_id, team_id, face)


def patient_of(tx: Transaction, patient_id: UUID) -> Patient | None:
    row = tx.run(_ONE, {"of_patient": patient_id}).one_or_none()
    return None if row is None else patient_from(tx, row)


def lock_patient(tx: Transaction, patient_id: UUID) -> Patient:
    """The same, and nobody else changes this person's row until the transaction ends."""
    row = tx.run(_ONE_LOCKED, {"of_patient": patient_id}).one_or_none()
    if row is None:
        raise NotFound("there is no such patient")
    return patient_from(tx, row)


def find_patient(tx: Transaction, kind: directory.Kind, value: str) -> UUID | None:
    """Whose NHS number or plan number this is."""
    found = directory.find(tx, kind, value)
    return None if found is None else found.patient_id


def know_nhs_number(tx: Transaction, patient_id: UUID, number: str | None) -> None:
    """From now on this number finds this person. Raises Taken when it finds somebody else.

    Apart from `set_face`, because a number only typed must not take away another's: whether it
    has been checked is for the act to know.
    """
    directory.leave(tx, directory.Kind.NHS_NUMBER, patient_id=patient_id)
    if number is not None:
        directory.enter(tx, directory.Kind.NHS_NUMBER, number, patient_id=patient_id)


def face_of(tx: Transaction, patient_id: UUID) -> Face | None:
    row = tx.run(_FACE, {"of_patient": patient_id}).one_or_none()
    if row is None or row.face is None:
        return None
    tx.remember(of_patient(patient_id), row.data_key)
    return _face(tx, patient_id, row.face)


def set_face(tx: Transaction, patient_id: UUID, face: Face) -> None:
    """A new name, birth date or number; the words that find the person are made anew."""
    found = lock_patient(tx, patient_id)
    sealed = tx.seal_facts(of_patient(patient_id), _c.face, "", to_plain(face))
    tx.run(_SET_FACE, {"of_patient": patient_id, "new_face": sealed})
    _remember(tx, patient_id, found.team_id, face)


def give_team(tx: Transaction, patient_id: UUID, team_id: UUID | None) -> None:
    lock_patient(tx, patient_id)
    tx.run(_GIVE, {"of_patient": patient_id, "new_team": team_id})
    face = face_of(tx, patient_id)
    if face is not None:
        _remember(tx, patient_id, team_id, face)


def note_standing(tx: Transaction, patient_id: UUID, **changes: Any) -> None:
    """Changes some facts of the plan's standing, named as in `Standing`."""
    unknown = changes.keys() - Standing.__dataclass_fields__.keys()
    if unknown or not changes:
        raise TypeError(f"not facts of a standing: {', '.join(sorted(unknown))}")
    noted = update(patient).where(_BY_ID).values(changes)
    if tx.run(noted, {"of_patient": patient_id}).rowcount == 0:
        raise NotFound("there is no such patient")


def erase_patient(tx: Transaction, patient_id: UUID) -> None:
    """Destroys the person's key, what finds them, and what other keys than theirs could open.

    What the key sealed stays where it is, unreadable for ever, and so the chains stay whole.
    """
    lock_patient(tx, patient_id)
    for kind in directory.Kind:
        directory.leave(tx, kind, patient_id=patient_id)
    tx.run(_FORGET_WORDS, {"of_patient": patient_id})
    drop_files_of_patient(tx, patient_id)
    forget_messages_of(tx, patient_id)
    tx.run(_ERASE, {"of_patient": patient_id})
    tx.forget(of_patient(patient_id))


# --- lists -----------------------------------------------------------------------------------

_ORDER = (_c.review_due, _c.patient_id)
_TEAM = select(patient).where(_c.team_id == bindparam("of_team")).order_by(*_ORDER)
_AFTER = tuple_(*_ORDER) > tuple_(
    bindparam("after_due", type_=_c.review_due.type),
    bindparam("after_id", type_=_c.patient_id.type),
)
_SHOWN = {
    Only.EVERYONE: None,
    Only.NOT_SIGNED: _c.signed_at.is_(None),
    Only.ANSWER_PENDING: _c.answer_pending.is_(True),
    Only.CHANGED_SINCE_SIGNED: _c.changed_since_signed.is_(True),
    Only.DOSE_STOPPED: _c.dose_stopped.is_(True),
    Only.REVIEW_DUE: and_(_c.review_due > date.min, _c.review_due <= bindparam("due_by")),
}


def team_list(
    tx: Transaction,
    team_id: UUID,
    *,
    limit: int,
    only: Only = Only.EVERYONE,
    after: After | None = None,
    due_by: date | None = None,
) -> tuple[Listed, ...]:
    """People without a review date first, then the longest overdue; always one query."""
    values: dict[str, Any] = {"of_team": team_id, "due_by": due_by}
    if after is not None:
        values |= {"after_due": after.review_due, "after_id": after.patient_id}
    rows = tx.run(_page(only, limit, following=after is not None), values)
    return tuple(_listed(tx, row) for row in rows)


def search_team(
    tx: Transaction, team_id: UUID, text: str, *, today: date, limit: int = 50
) -> tuple[Listed, ...]:
    """The team's people with every part of the text: beginnings of names, birth date, numbers."""
    found = search.matching(tx, team_id, text, today=today)
    if found is None:
        return ()
    chosen, values = found
    people = _TEAM.where(_c.patient_id.in_(chosen)).limit(limit)
    return tuple(_listed(tx, row) for row in tx.run(people, values | {"of_team": team_id}))


def _page(only: Only, limit: int, *, following: bool) -> Select[Any]:
    page = _TEAM.limit(limit)
    shown = _SHOWN[only]
    if shown is not None:
        page = page.where(shown)
    return page.where(_AFTER) if following else page


# --- rows to values --------------------------------------------------------------------------


def _remember(tx: Transaction, patient_id: UUID, team_id: UUID | None, face: Face) -> None:
    found_by = search.FoundBy(
        names=tuple(name for name in (face.legal_name, face.known_as) if name),
        born=face.date_of_birth,
        numbers=tuple(number for number in (face.nhs_number, face.plan_number) if number),
    )
    search.remember_words(tx, patient_id=patient_id, team_id=team_id, found_by=found_by)


def _listed(tx: Transaction, row: Row[Any]) -> Listed:
    found = patient_from(tx, row)
    return Listed(found, None if row.face is None else _face(tx, found.patient_id, row.face))


def _face(tx: Transaction, patient_id: UUID, sealed: bytes) -> Face:
    return from_plain(Face, tx.unseal_facts(of_patient(patient_id), _c.face, "", sealed))


def patient_from(tx: Transaction, row: Any) -> Patient:
    """A row, or anything else with the columns of `FACTS`."""
    tx.remember(of_patient(row.patient_id), row.data_key)
    return Patient(
        patient_id=row.patient_id,
        team_id=row.team_id,
        created_at=row.created_at,
        current_version=row.current_version,
        standing=Standing(
            state=row.state,
            review_due=row.review_due,
            valid_to=row.valid_to,
            signed_at=row.signed_at,
            answer_pending=row.answer_pending,
            changed_since_signed=row.changed_since_signed,
            dose_stopped=row.dose_stopped,
        ),
        erased=row.data_key is None,
    )
