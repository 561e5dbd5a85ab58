"""The people whose plans are kept: their keys, who they are in short, and whose team has them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, case, delete, func, insert, literal, select, update

from careplan.audit.chain import GENESIS
from careplan.plan.codec import from_plain, to_plain
from careplan.plan.content import FIRST
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
    update(patient)
    .where(_BY_ID)
    .values(
        state="erased",
        data_key=None,
        master_id=None,
        face=None,
        published_at=None,
        open_to_ambulance=False,
        open_to_gp=False,
        open_to_emergency=False,
    )
)
_SIGNER_GONE = (
    update(patient)
    .where(_c.signed_by == bindparam("of_signer"), _c.team_id == bindparam("of_team"))
    .values(signer_left_at=bindparam("left_at"))
)
_SIGNED_BY = (
    select(func.count())
    .select_from(patient)
    .where(_c.signed_by == bindparam("of_signer"), _c.team_id == bindparam("of_team"))
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
    hospital_number: str | None = None
    condition: str = FIRST


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
    # The first day on which something else is due: a vaccine, a scan, an eye check.
    next_due: date | None = None
    # No account has been linked: nobody but the team reads or answers this plan.
    unlinked: bool = True
    disagreed: bool = False
    # The person has proposed something that nobody of the team has answered.
    waiting_for_team: bool = False
    signed_by: UUID | None = None
    signer_left_at: datetime | None = None
    # Whether one code holds at least what a signed card of the current version must say.
    card_has_room: bool = True

    @property
    def due_on(self) -> date | None:
        """When the plan itself runs out: the review's day, or the last the signature holds."""
        days = (self.review_due, self.valid_to)
        return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    patient_id: UUID
    team_id: UUID | None
    created_at: datetime
    current_version: int | None
    standing: Standing
    erased: bool = False
    next_team_id: UUID | None = None
    """The team that takes over, while a handover lasts."""
    tell_opened: bool = False
    """Whether anybody asked to be told when a link is opened."""


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
    return face_from(tx, patient_id, row.face)


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
    noted = update(patient).where(_BY_ID).values(changes | _due_on(changes))
    if tx.run(noted, {"of_patient": patient_id}).rowcount == 0:
        raise NotFound("there is no such patient")


def _due_on(changes: dict[str, Any]) -> dict[str, Any]:
    """The earlier of review and expiry, kept beside them because the list is in its order."""
    if not changes.keys() & {"review_due", "valid_to"}:
        return {}
    review: Any = (
        literal(changes["review_due"], _c.review_due.type)
        if ("review_due" in changes)
        else _c.review_due
    )
    valid: Any = (
        literal(changes["valid_to"], _c.valid_to.type) if ("valid_to" in changes) else _c.valid_to
    )
    last = literal(None, _c.due_on.type)
    nothing, unset = valid.is_(None), review == literal(None, _c.review_due.type)
    sooner = case(
        (and_(nothing, unset), last),
        (nothing, review),
        (unset, valid),
        (valid < review, valid),
        else_=review,
    )
    return {"due_on": sooner}


def signer_is_gone(tx: Transaction, account_id: UUID, team_id: UUID, *, at: datetime | None) -> int:
    """Marks every plan of the team that this account's signature stands on (None: is back)."""
    gone = {"of_signer": account_id, "of_team": team_id, "left_at": at}
    return tx.run(_SIGNER_GONE, gone).rowcount


def signed_by(tx: Transaction, account_id: UUID, team_id: UUID) -> int:
    """How many plans of the team stand on this account's signature."""
    found = tx.run(_SIGNED_BY, {"of_signer": account_id, "of_team": team_id})
    return int(found.scalar_one())


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


# --- rows to values --------------------------------------------------------------------------


def _remember(tx: Transaction, patient_id: UUID, team_id: UUID | None, face: Face) -> None:
    numbers = (face.nhs_number, face.plan_number, face.hospital_number)
    found_by = search.FoundBy(
        names=tuple(name for name in (face.legal_name, face.known_as) if name),
        born=face.date_of_birth,
        numbers=tuple(number for number in numbers if number),
    )
    search.remember_words(tx, patient_id=patient_id, team_id=team_id, found_by=found_by)


def face_from(tx: Transaction, patient_id: UUID, sealed: bytes) -> Face:
    return from_plain(Face, tx.unseal_facts(of_patient(patient_id), _c.face, "", sealed))


def face_of_nobody(tx: Transaction, patient_id: UUID) -> None:
    """The work of `face_of` on an id that is nobody's, so that time does not tell the two apart."""
    owner, nobody = of_patient(patient_id), Face(legal_name="-", plan_number="-")
    wrapped = tx.new_key(owner)["data_key"]
    sealed = tx.seal_facts(owner, _c.face, "", to_plain(nobody))
    tx.forget(owner)
    tx.remember(owner, wrapped)
    face_from(tx, patient_id, sealed)
    tx.forget(owner)


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
            next_due=row.next_due,
            unlinked=row.unlinked,
            disagreed=row.disagreed,
            waiting_for_team=row.waiting_for_team,
            signed_by=row.signed_by,
            signer_left_at=row.signer_left_at,
            card_has_room=row.card_has_room,
        ),
        erased=row.data_key is None,
        next_team_id=row.next_team_id,
        tell_opened=row.tell_opened,
    )
