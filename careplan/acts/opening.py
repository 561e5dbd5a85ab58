"""What happens when a stranger holds up a link or types a code: asked, counted, written down, shown.

Every answer is one write transaction: no audit event, no plan.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from careplan.accounts.passwords import check_password
from careplan.acts.world import World
from careplan.audit.events import SYSTEM_NAME, Actor, ActorKind, AuditEvent, Kind as Deed, stranger
from careplan.plan.lifecycle import Tone
from careplan.sharing.answers import (
    Locked,
    MayTry,
    Wait,
    after_wrong,
    asked_at_code_door,
    folded_answer,
    may_try,
)
from careplan.sharing.birth_dates import read_birth_date
from careplan.sharing.links import LIFETIME, Opening, State, standing
from careplan.sharing.short_codes import read_code
from careplan.store.db import Transaction
from careplan.store.links import (
    File,
    LinkRow,
    count_view,
    count_wrong_answer,
    files_of,
    link_by_code,
    link_by_token,
    mark_locked,
)
from careplan.store.outbox import add_message
from careplan.store.patients import PatientRow, face_of_patient, patient_of
from careplan.store.trail import append
from careplan.store.versions import current_version


@dataclass(frozen=True)
class Opened:
    """The plan may be shown. `files` are ciphertext for the link's holder; `version` is the newest."""

    link: LinkRow
    patient: PatientRow
    files: list[File]


@dataclass(frozen=True)
class Asks:
    """An answer is needed first. `wrong` when one was just given; `remaining` tries are left."""

    opening: Opening
    remaining: int
    wrong: bool = False


@dataclass(frozen=True)
class MustWait:
    opening: Opening
    seconds: int


@dataclass(frozen=True)
class Dead:
    """`state` in the link's words, and the 24-hour number for whoever holds the address."""

    state: State
    phone: str | None


Answer = Opened | Asks | MustWait | Dead


def open_link(
    world: World, *, token: str, answer: str | None, recipient: str, have: int | None, at: datetime, today: date
) -> Answer | None:
    """A scanned link. None for an address nobody ever had. `have` is the version the reader
    already shows: asking again for the same one is not another look."""
    with world.store.begin() as tx:
        row = link_by_token(tx, token)
        if row is None:
            return None
        refusal = _ask(world, tx, row, row.link.opening, answer, recipient, at, today)
        if refusal is not None:
            return refusal
        patient = _patient(tx, row)
        if have != patient.current_version:
            if not count_view(tx, row):
                return _dead(tx, row, State.USED_UP)
            _write_down(tx, Deed.LINK_OPENED, row, patient, recipient, row.link.opening, at)
        return Opened(row, patient, files_of(tx, row))


@dataclass(frozen=True)
class Shown:
    """The emergency page itself, for the door that needs no script. `narrative` is our own XHTML."""

    narrative: str
    patient: PatientRow
    version: int


def open_by_code(
    world: World, *, code: str, birth_date: str, passcode: str | None, at: datetime, today: date
) -> Shown | MustWait | None:
    """The short-code door. None for an unknown code and for a wrong answer alike: same bytes."""
    known = read_code(code)
    with world.store.begin() as tx:
        row = link_by_code(tx, known) if known else None
        if row is None:
            check_password(None, passcode or birth_date, strength=world.strength)
            return None
        asked = asked_at_code_door(row.link.opening)
        given = passcode if asked is Opening.PASSCODE else birth_date
        refusal = _ask(world, tx, row, asked, given or "", "", at, today)
        if isinstance(refusal, MustWait):
            return refusal
        if asked is not Opening.PASSCODE:
            check_password(None, birth_date, strength=world.strength)
        if refusal is not None or not _born(tx, row, birth_date, today):
            return None
        patient = _patient(tx, row)
        _write_down(tx, Deed.SHORT_CODE_OPENED, row, patient, "", asked, at)
        current = current_version(tx, row.patient_id)
        if current is None or not count_view(tx, row):
            return None
        return Shown(narrative_in(current.emergency), patient, current.number)


def narrative_in(document: bytes) -> str:
    """The narrative of the Composition, which stands first in every document we freeze."""
    composition = json.loads(document)["entry"][0]["resource"]
    return str(composition["text"]["div"])


def state_words(patient: PatientRow, today: date) -> dict[str, Any]:
    """The state chip, worked out at this moment from the columns kept in clear for it."""
    if patient.signed_at is None:
        return {"label": "NOT SIGNED", "tone": Tone.WARN, "words": "No signed pain plan yet."}
    if patient.dose_stopped:
        return {"label": "DOSE STOPPED", "tone": Tone.STOP, "words": "Do not use the dose on earlier copies."}
    overdue = [day for day in (patient.valid_to, patient.review_due) if day is not None and today > day]
    if overdue:
        return {"label": "REVIEW OVERDUE", "tone": Tone.WARN, "words": f"Was due on {min(overdue).isoformat()}."}
    return {"label": "CURRENT", "tone": Tone.OK, "words": ""}


def _ask(
    world: World,
    tx: Transaction,
    row: LinkRow,
    asked: Opening,
    answer: str | None,
    recipient: str,
    at: datetime,
    today: date,
) -> Asks | MustWait | Dead | None:
    """None when the door is open."""
    state = standing(row.link, now=at)
    if state not in (State.LIVE, State.LOCKED):
        return _dead(tx, row, state)
    verdict = may_try(row.link, now=at, asked=asked)
    if isinstance(verdict, Locked):
        return _dead(tx, row, State.LOCKED)
    if isinstance(verdict, Wait):
        return MustWait(asked, verdict.seconds)
    if asked is Opening.CARD:
        return None
    folded = folded_answer(answer or "", opening=asked, now=at)
    if folded is None:
        return Asks(asked, verdict.remaining or 0)
    if _right(world, tx, row, asked, answer or "", folded, today):
        return None
    return _count(tx, row, asked, folded, recipient, at)


def _right(
    world: World, tx: Transaction, row: LinkRow, asked: Opening, answer: str, folded: str, today: date
) -> bool:
    if asked is Opening.PASSCODE:
        return check_password(row.secrets.passcode_hash, folded, strength=world.strength)
    return _born(tx, row, answer, today)


def _born(tx: Transaction, row: LinkRow, typed: str, today: date) -> bool:
    face = face_of_patient(tx, row.patient_id)
    return face.date_of_birth is not None and face.date_of_birth in read_birth_date(typed, latest=today)


def _count(
    tx: Transaction, row: LinkRow, asked: Opening, folded: str, recipient: str, at: datetime
) -> Asks | Dead:
    counted = count_wrong_answer(tx, row, folded, lifetime=LIFETIME[asked])
    follows = after_wrong(counted.distinct, opening=asked, now=at, already_seen=counted.already_seen)
    what = {"link": row.link.id, "how": str(asked), "tries": str(counted.distinct)}
    append(tx, AuditEvent(Deed.WRONG_ANSWER, at, stranger(recipient), str(row.patient_id), what))
    if follows.next_try_at is not None:
        row = _paused(tx, row, follows.next_try_at)
    if follows.tell:
        add_message(tx, row.patient_id, "wrong-answers", {"link": row.link.id}, at)
    if follows.locked:
        mark_locked(tx, row, at)
        actor = Actor(ActorKind.SYSTEM, None, SYSTEM_NAME)
        append(tx, AuditEvent(Deed.LINK_LOCKED, at, actor, str(row.patient_id), {"link": row.link.id}))
        return _dead(tx, row, State.LOCKED)
    return Asks(asked, follows.remaining, wrong=True)


def _paused(tx: Transaction, row: LinkRow, until: datetime) -> LinkRow:
    pause(tx, row, until)
    return row


def _dead(tx: Transaction, row: LinkRow, state: State) -> Dead:
    return Dead(state, face_of_patient(tx, row.patient_id).phone_24h)


def _patient(tx: Transaction, row: LinkRow) -> PatientRow:
    patient = patient_of(tx, row.patient_id)
    if patient is None:
        raise LookupError("a link without a patient")
    return patient


def _write_down(
    tx: Transaction, kind: Deed, row: LinkRow, patient: PatientRow, recipient: str, how: Opening, at: datetime
) -> None:
    what = {"link": row.link.id, "version": str(patient.current_version), "how": str(how)}
    append(tx, AuditEvent(kind, at, stranger(recipient), str(row.patient_id), what))
