"""Finds whose a number, an address or a code is, without keeping it: by its keyed hash.

The one table that is not spread by person, because it is what finds the person.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, delete, func, literal_column, select

from careplan.store.db import Transaction, on_both
from careplan.store.errors import Taken
from careplan.store.fences import narrow, note_inside
from careplan.store.ready import Ready
from careplan.store.tables import directory

_c = directory.c
_FIND = select(_c.patient_id, _c.target).where(
    _c.kind == bindparam("kind"), _c.hash == bindparam("hash")
)
# Whoever shows the secret is inside with its person, and nobody is asked for that a second time.
_OPEN = Ready(
    _FIND.add_columns(
        func.set_config(
            "careplan.people",
            func.concat("{", bindparam("already", type_=Text), cast(_c.patient_id, Text), "}"),
            literal_column("true"),
        )
    )
)
_ENTER = on_both(lambda insert: insert(directory).on_conflict_do_nothing().returning(_c.patient_id))
_LEAVE = delete(directory).where(
    _c.patient_id == bindparam("of_patient"), _c.kind == bindparam("of_kind")
)
_LEAVE_TARGET = _LEAVE.where(_c.target == bindparam("of_target"))


class Kind(StrEnum):
    NHS_NUMBER = "nhs_number"
    PLAN_NUMBER = "plan_number"
    LINK_TOKEN = "link_token"  # noqa: S105 (the name of a kind)
    SHORT_CODE = "short_code"
    PHONE_TOKEN = "phone_token"  # noqa: S105 (the name of a kind)
    TAPPING_TOKEN = "tapping_token"  # noqa: S105 (the name of a kind)
    DOCUMENT = "document"
    """The id of the emergency document that stands, which is in no other way tied to its person."""


_AS_TYPED = frozenset({Kind.LINK_TOKEN, Kind.PHONE_TOKEN, Kind.TAPPING_TOKEN})


@dataclass(frozen=True, slots=True)
class Found:
    patient_id: UUID
    target: UUID | None


def find(tx: Transaction, kind: Kind, value: str) -> Found | None:
    row = tx.run(_FIND, {"kind": kind, "hash": hash_of(tx, kind, value)}).one_or_none()
    return None if row is None else Found(row.patient_id, row.target)


def led_to(tx: Transaction, kind: Kind, value: str) -> Found | None:
    """As `find`, for a secret that opens something by itself: from here on the transaction and the
    request are about this person too (store/fences.py)."""
    fence = narrow(tx)
    if fence is None:
        return find(tx, kind, value)
    already = f"{fence.named()}," if fence.people else ""
    asked = {"kind": kind, "hash": hash_of(tx, kind, value), "already": already}
    rows = tx.run_ready(_OPEN, asked)
    if not rows:
        return None
    found = Found(*rows[0][:2])
    note_inside(fence, found.patient_id)
    return found


def enter(
    tx: Transaction, kind: Kind, value: str, *, patient_id: UUID, target: UUID | None = None
) -> None:
    """Raises Taken when it is somebody else's, or another thing's, already."""
    facts = {
        "kind": kind,
        "hash": hash_of(tx, kind, value),
        "patient_id": patient_id,
        "target": target,
    }
    if tx.run(_ENTER, facts).one_or_none() is not None:
        return
    if find(tx, kind, value) != Found(patient_id, target):
        raise Taken(f"this {kind} already belongs to another")


def leave(tx: Transaction, kind: Kind, *, patient_id: UUID, target: UUID | None = None) -> None:
    """Everything of this kind that leads to the person (or only what leads to this target)."""
    facts = {"of_patient": patient_id, "of_kind": kind}
    if target is None:
        tx.run(_LEAVE, facts)
    else:
        tx.run(_LEAVE_TARGET, facts | {"of_target": target})


def hash_of(tx: Transaction, kind: Kind, value: str) -> bytes:
    if kind not in _AS_TYPED:
        plain = unicodedata.normalize("NFKC", value).upper()
        value = "".join(char for char in plain if char.isalnum())
    return tx.hash(f"directory:{kind}", value)
