"""Clinicians' signatures: the exact bytes each put their name to, and who they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.store.db import Transaction
from careplan.store.errors import Damaged
from careplan.store.owners import of_patient
from careplan.store.tables import signature

_c = signature.c
_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_ONE = (_OF_PATIENT, _c.signature_id == bindparam("of_signature"))
_IS_LIVE = _c.state == "live"
_BY_ID = select(signature).where(*_ONE)
_LIVE = select(signature).where(_OF_PATIENT, _IS_LIVE)
_KEEP = insert(signature)
_REPLACE = update(signature).where(_OF_PATIENT, _IS_LIVE).values(state="replaced")
_STOP = update(signature).where(*_ONE, _IS_LIVE).values(state="stopped", stopped_at=bindparam("at"))


class State(StrEnum):
    """At most one of a person's signatures is live; a newer one replaces it, a stop ends it."""

    LIVE = "live"
    REPLACED = "replaced"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSignature:
    """`signer` is as the act put it: name, role, registration, organisation."""

    patient_id: UUID
    signature_id: UUID
    signed_at: datetime
    expires_on: date
    clinical: bytes
    signer: Mapping[str, Any]
    state: State = State.LIVE
    stopped_at: datetime | None = None


def keep_signature(tx: Transaction, signed: KeptSignature) -> None:
    """The live signature from now on; the one before it is replaced."""
    owner, row = of_patient(signed.patient_id), str(signed.signature_id)
    tx.run(_REPLACE, {"of_patient": signed.patient_id})
    kept = {
        "patient_id": signed.patient_id,
        "signature_id": signed.signature_id,
        "state": State.LIVE,
        "signed_at": signed.signed_at,
        "expires_on": signed.expires_on,
        "clinical_sha256": sha256(signed.clinical).digest(),
        "clinical": tx.seal(owner, _c.clinical, row, signed.clinical),
        "signer": tx.seal_facts(owner, _c.signer, row, dict(signed.signer)),
    }
    tx.run(_KEEP, kept)


def signature_of(tx: Transaction, patient_id: UUID, signature_id: UUID) -> KeptSignature | None:
    row = tx.run(_BY_ID, {"of_patient": patient_id, "of_signature": signature_id}).one_or_none()
    return None if row is None else _signature(tx, row)


def live_signature(tx: Transaction, patient_id: UUID) -> KeptSignature | None:
    """The one that is neither replaced nor stopped. Whether it is overdue is not asked here."""
    row = tx.run(_LIVE, {"of_patient": patient_id}).one_or_none()
    return None if row is None else _signature(tx, row)


def stop_signature(tx: Transaction, patient_id: UUID, signature_id: UUID, *, at: datetime) -> bool:
    """Whether this call stopped it; false when it was not live any more."""
    stopped = {"of_patient": patient_id, "of_signature": signature_id, "at": at}
    return tx.run(_STOP, stopped).rowcount == 1


def _signature(tx: Transaction, row: Row[Any]) -> KeptSignature:
    owner, key = of_patient(row.patient_id), str(row.signature_id)
    clinical = tx.unseal(owner, _c.clinical, key, row.clinical)
    if sha256(clinical).digest() != row.clinical_sha256:
        raise Damaged("the signed bytes are not those that were signed")
    return KeptSignature(
        patient_id=row.patient_id,
        signature_id=row.signature_id,
        signed_at=row.signed_at,
        expires_on=row.expires_on,
        clinical=clinical,
        signer=tx.unseal_facts(owner, _c.signer, key, row.signer),
        state=State(row.state),
        stopped_at=row.stopped_at,
    )
