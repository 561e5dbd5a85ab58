"""Who else may act for a person: each access under the person's key, and the codes that give one.

What it rests on and how long it lasts is sealed; only whether it stands is in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from careplan.accounts.grants import Basis, Grant, State
from careplan.plan.codec import from_plain, to_plain
from careplan.store.db import Transaction, on_both
from careplan.store.errors import NotFound, Taken
from careplan.store.owners import of_patient
from careplan.store.tables import carer_code, carer_grant, patient

_c, _k = carer_grant.c, carer_code.c
_KEYED = select(carer_grant, patient.c.data_key).join(
    patient, patient.c.patient_id == _c.patient_id
)
_OF_PATIENT = _KEYED.where(_c.patient_id == bindparam("of_patient")).order_by(_c.since, _c.grant_id)
_OF_ACCOUNT = _KEYED.where(
    _c.account_id == bindparam("of_account"), patient.c.data_key.is_not(None)
).order_by(_c.since, _c.grant_id)
_WHOSE = select(_c.patient_id).where(_c.account_id == bindparam("of_account"))
_ONE = (_c.patient_id == bindparam("of_patient"), _c.grant_id == bindparam("of_grant"))
_STANDS = select(_c.grant_id).where(*_ONE, _c.state == State.ACTIVE)
_NEW = insert(carer_grant)
_CHANGE = (
    update(carer_grant)
    .where(*_ONE, _c.state != State.ENDED)
    .values(state=bindparam("new_state"), body=bindparam("new_body"))
)
_MAKE = on_both(lambda insert: insert(carer_code).on_conflict_do_nothing().returning(_k.made_at))
_IS_FRESH = (
    _k.code_hash == bindparam("of_code"),
    _k.used_at.is_(None),
    _k.expires_at > bindparam("at"),
)
_FRESH = select(carer_code).where(*_IS_FRESH)
_USE = (
    update(carer_code)
    .where(*_IS_FRESH)
    .values(used_at=bindparam("at"), used_by=bindparam("by"))
    .returning(_k.patient_id, _k.terms, _k.code_hash)
)
_VOID = (
    update(carer_code)
    .where(_k.patient_id == bindparam("of_patient"), _k.used_at.is_(None))
    .values(expires_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class KeptGrant:
    """`notes`: why staff suspended it, which paper they saw. For the team alone.

    `settled`: the person was asked, at sixteen, whether to let them in again, and has said.
    """

    patient_id: UUID
    account_id: UUID
    grant: Grant
    notes: str | None = None
    settled: bool = False
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a code gives to whoever takes it up. `paper`: which paper was seen, in words."""

    relation: str
    basis: Basis
    writes: bool
    granted_by: str
    ends_on: str | None = None
    by_team: bool = False
    paper: str | None = None


def new_grant(tx: Transaction, kept: KeptGrant) -> None:
    row = {
        "patient_id": kept.patient_id,
        "grant_id": UUID(kept.grant.id),
        "account_id": kept.account_id,
        "state": kept.grant.state,
        "since": kept.grant.granted_at,
        "body": _sealed(tx, kept),
    }
    tx.run(_NEW, row)


def keep_grant(tx: Transaction, kept: KeptGrant) -> None:
    """Changes one. What has ended stays ended: raises NotFound."""
    changed = {
        "of_patient": kept.patient_id,
        "of_grant": UUID(kept.grant.id),
        "new_state": kept.grant.state,
        "new_body": _sealed(tx, kept),
    }
    if tx.run(_CHANGE, changed).rowcount == 0:
        raise NotFound("there is no such access, or it has ended")


def grants_of_patient(tx: Transaction, patient_id: UUID) -> tuple[KeptGrant, ...]:
    """Oldest first, ended ones too."""
    return tuple(_grant(tx, row) for row in tx.run(_OF_PATIENT, {"of_patient": patient_id}))


def people_of_grants(tx: Transaction, account_id: UUID) -> frozenset[UUID]:
    """Everybody this account was ever let in to help: their ids, and nothing of them."""
    return frozenset(tx.run(_WHOSE, {"of_account": account_id}).scalars())


def grants_of_account(tx: Transaction, account_id: UUID) -> tuple[KeptGrant, ...]:
    """Everybody this account was ever let in to help, oldest first."""
    return tuple(_grant(tx, row) for row in tx.run(_OF_ACCOUNT, {"of_account": account_id}))


def still_stands(tx: Transaction, patient_id: UUID, grant_id: UUID) -> bool:
    """Neither suspended nor ended. Whether its last day has passed is asked elsewhere."""
    asked = {"of_patient": patient_id, "of_grant": grant_id}
    return tx.run(_STANDS, asked).one_or_none() is not None


# --- codes -----------------------------------------------------------------------------------


def make_carer_code(
    tx: Transaction,
    code: str,
    terms: Terms,
    *,
    patient_id: UUID,
    by: UUID,
    at: datetime,
    expires_at: datetime,
) -> None:
    """`code` is canonical. Raises Taken when the same code is out already: draw another."""
    hashed = _hash(tx, code)
    row = {
        "code_hash": hashed,
        "patient_id": patient_id,
        "made_by": by,
        "made_at": at,
        "expires_at": expires_at,
        "terms": tx.seal_facts(of_patient(patient_id), _k.terms, hashed.hex(), to_plain(terms)),
    }
    if tx.run(_MAKE, row).one_or_none() is None:
        raise Taken("this code is out already")


def carer_code_is_for(tx: Transaction, code: str, at: datetime) -> UUID | None:
    """Whose plan a code opens, while it is unused and in time."""
    row = tx.run(_FRESH, {"of_code": _hash(tx, code), "at": at}).one_or_none()
    return None if row is None else row.patient_id


def use_carer_code(
    tx: Transaction, code: str, *, by: UUID, at: datetime
) -> tuple[UUID, Terms] | None:
    """Whose plan it opens and on what terms, for the one account that comes first and in time."""
    used = {"of_code": _hash(tx, code), "by": by, "at": at}
    row = tx.run(_USE, used).one_or_none()
    if row is None:
        return None
    owner = of_patient(row.patient_id)
    plain = tx.unseal_facts(owner, _k.terms, row.code_hash.hex(), row.terms)
    return row.patient_id, from_plain(Terms, plain)


def void_carer_codes(tx: Transaction, patient_id: UUID, *, at: datetime) -> None:
    """Codes that are out for this plan open nothing from this moment."""
    tx.run(_VOID, {"of_patient": patient_id, "at": at})


# --- rows to values --------------------------------------------------------------------------


def _sealed(tx: Transaction, kept: KeptGrant) -> bytes:
    one = kept.grant
    facts = {
        "name": one.name,
        "relation": one.relation,
        "basis": str(one.basis),
        "writes": one.writes,
        "granted_by": one.granted_by,
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "notes": kept.notes,
        "settled": kept.settled,
        "reviewed_at": kept.reviewed_at.isoformat() if kept.reviewed_at else None,
    }
    return tx.seal_facts(of_patient(kept.patient_id), _c.body, one.id, facts)


def _grant(tx: Transaction, row: Row[Any]) -> KeptGrant:
    owner = of_patient(row.patient_id)
    tx.remember(owner, row.data_key)
    facts = tx.unseal_facts(owner, _c.body, str(row.grant_id), row.body)
    ends, reviewed = facts["ends_on"], facts["reviewed_at"]
    grant = Grant(
        id=str(row.grant_id),
        name=facts["name"],
        relation=facts["relation"],
        basis=Basis(facts["basis"]),
        writes=facts["writes"],
        granted_by=facts["granted_by"],
        granted_at=row.since,
        state=State(row.state),
        ends_on=date.fromisoformat(ends) if ends else None,
    )
    return KeptGrant(
        row.patient_id,
        row.account_id,
        grant,
        notes=facts["notes"],
        settled=facts["settled"],
        reviewed_at=datetime.fromisoformat(reviewed) if reviewed else None,
    )


def _hash(tx: Transaction, code: str) -> bytes:
    return tx.hash("carer_code", code)
