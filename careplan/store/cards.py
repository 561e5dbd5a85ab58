"""The keys that sign cards, and every card that was given out: what revocation lists are made of.

At most one key signs at a time. A retired one stays in the published list for as long as cards of
it may be about; a removed one, whose private part somebody may have, is gone from it at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, exists, func, select, update

from careplan.keys.health_cards import CardKey
from careplan.store.db import Transaction, on_both
from careplan.store.owners import SERVICE, of_patient
from careplan.store.tables import card_key, issued_card, link, patient


class KeyState(StrEnum):
    SIGNS = "signs"
    RETIRED = "retired"
    REMOVED = "removed"


_k, _c = card_key.c, issued_card.c
_IS = _k.kid == bindparam("of_kid")
_IS_REVOKED = _c.revoked_at.is_not(None)
_SIGNING = select(_k.kid, _k.secret).where(_k.state == KeyState.SIGNS)
# Two who both find no key both make one: the first stays, and the other finds it.
_KEEP_KEY = on_both(lambda insert: insert(card_key).on_conflict_do_nothing())
_RETIRE = (
    update(card_key)
    .where(_k.state == KeyState.SIGNS)
    .values(state=KeyState.RETIRED, retired_at=bindparam("at"), secret=None)
)
_REMOVE = (
    update(card_key)
    .where(_IS, _k.state != KeyState.REMOVED)
    .values(
        state=KeyState.REMOVED,
        retired_at=func.coalesce(_k.retired_at, bindparam("at")),
        secret=None,
    )
)
_PUBLISHED = (
    select(
        _k.kid,
        _k.state,
        _k.created_at,
        _k.retired_at,
        _k.public_jwk,
        func.count(_c.rid.distinct()).label("taken"),
    )
    .select_from(card_key.outerjoin(issued_card, and_(_c.kid == _k.kid, _IS_REVOKED)))
    .where(_k.state != KeyState.REMOVED)
    .group_by(_k.kid)
    .order_by(_k.created_at.desc(), _k.kid)
)
_RIDS = (
    select(_c.rid, func.max(_c.good_until).label("good_until"))
    .where(_c.kid == bindparam("of_kid"), _IS_REVOKED)
    .group_by(_c.rid)
    .order_by(_c.rid)
)

_OF_PATIENT = _c.patient_id == bindparam("of_patient")
_NOT_REVOKED = _c.revoked_at.is_(None)
_CARD = (
    select(_c.kid, _c.rid, _c.good_until, _c.made_at, _c.body)
    .join(card_key, _k.kid == _c.kid)
    .where(
        _OF_PATIENT,
        _c.link_id == bindparam("of_link"),
        _c.version == bindparam("of_version"),
        _NOT_REVOKED,
        _k.state != KeyState.REMOVED,
    )
    .order_by(_c.made_at.desc())
    .limit(1)
)
_KEEP = on_both(lambda insert: insert(issued_card).on_conflict_do_nothing())
_REVOKE = update(issued_card).where(_OF_PATIENT, _NOT_REVOKED).values(revoked_at=bindparam("at"))
_REVOKE_LINK = _REVOKE.where(_c.link_id == bindparam("of_link"))
_TAKEN_BACK = select(func.max(_c.version)).where(
    _OF_PATIENT, _c.link_id == bindparam("of_link"), _IS_REVOKED
)
_later = issued_card.alias("later")
_GONE_STALE = (
    select(func.max(_c.revoked_at))
    .join(link, and_(link.c.patient_id == _c.patient_id, link.c.link_id == _c.link_id))
    .where(
        _OF_PATIENT,
        link.c.revoked_at.is_(None),
        link.c.replaced_by.is_(None),
        ~exists().where(
            _later.c.patient_id == _c.patient_id,
            _later.c.link_id == _c.link_id,
            _later.c.revoked_at.is_(None),
        ),
    )
)
_NEWEST = (
    select(patient.c.current_version)
    .where(patient.c.patient_id == bindparam("of_patient"))
    .with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key as anybody may see it. `taken` counts the cards of it that were taken back."""

    kid: str
    state: KeyState
    created_at: datetime
    retired_at: datetime | None
    jwk: Mapping[str, Any]
    taken: int


@dataclass(frozen=True, slots=True)
class IssuedCard:
    kid: str
    rid: str
    good_until: date
    made_at: datetime
    jws: str
    left_out: tuple[str, ...]


# --- keys ------------------------------------------------------------------------------------


def signing_key(tx: Transaction) -> CardKey | None:
    row = tx.run(_SIGNING).one_or_none()
    return None if row is None else CardKey(tx.unseal(SERVICE, _k.secret, row.kid, row.secret))


def keep_card_key(tx: Transaction, key: CardKey, *, at: datetime) -> CardKey:
    """The key that signs from now on: this one, or that of whoever came first."""
    kept = {
        "kid": key.kid,
        "state": KeyState.SIGNS,
        "created_at": at,
        "public_jwk": json.dumps(key.public, separators=(",", ":")),
        "secret": tx.seal(SERVICE, _k.secret, key.kid, key.secret),
    }
    tx.run(_KEEP_KEY, kept)
    found = signing_key(tx)
    if found is None:
        raise LookupError("there is no key that signs, though one has just been kept")
    return found


def retire_card_key(tx: Transaction, *, at: datetime) -> None:
    """The key that signs signs no more: its private part is gone, its public part stays."""
    tx.run(_RETIRE, {"at": at})


def remove_card_key(tx: Transaction, kid: str, *, at: datetime) -> bool:
    """Whether this call removed it. Every card of it stops being believed."""
    return tx.run(_REMOVE, {"of_kid": kid, "at": at}).rowcount == 1


def published_keys(tx: Transaction) -> tuple[PublishedKey, ...]:
    """Newest first, retired ones too."""
    return tuple(
        PublishedKey(
            kid=row.kid,
            state=KeyState(row.state),
            created_at=row.created_at,
            retired_at=row.retired_at,
            jwk=json.loads(row.public_jwk),
            taken=row.taken,
        )
        for row in tx.run(_PUBLISHED)
    )


def revoked_rids(tx: Transaction, kid: str) -> tuple[tuple[str, date], ...]:
    """Each card of this key that was taken back, and until when somebody might hold it for good."""
    return tuple((row.rid, row.good_until) for row in tx.run(_RIDS, {"of_kid": kid}))


# --- cards -----------------------------------------------------------------------------------


def issued_card_of(
    tx: Transaction, patient_id: UUID, link_id: UUID, *, version: int
) -> IssuedCard | None:
    """The card that still stands for this link and version, made with a key that still does."""
    wanted = {"of_patient": patient_id, "of_link": link_id, "of_version": version}
    row = tx.run(_CARD, wanted).one_or_none()
    return None if row is None else _issued(tx, patient_id, link_id, version, row)


def keep_issued_card(
    tx: Transaction, patient_id: UUID, link_id: UUID, card: IssuedCard, *, version: int
) -> None:
    """Of two who make the same card at once, the first one's stays; both are equally true."""
    row = f"{link_id}/{version}/{card.kid}"
    facts = {"jws": card.jws, "left_out": list(card.left_out)}
    kept = {
        "patient_id": patient_id,
        "link_id": link_id,
        "version": version,
        "kid": card.kid,
        "rid": card.rid,
        "made_at": card.made_at,
        "good_until": card.good_until,
        "body": tx.seal_facts(of_patient(patient_id), _c.body, row, facts),
    }
    tx.run(_KEEP, kept)


def revoke_cards(
    tx: Transaction, patient_id: UUID, *, link_id: UUID | None = None, at: datetime
) -> int:
    """How many cards, of one link or of all, are not to be believed any more."""
    which = {"of_patient": patient_id, "at": at}
    if link_id is None:
        return tx.run(_REVOKE, which).rowcount
    return tx.run(_REVOKE_LINK, which | {"of_link": link_id}).rowcount


def newest_taken_back(tx: Transaction, patient_id: UUID, link_id: UUID) -> int:
    """The newest version whose card of this link was taken back; 0 when none was."""
    found = tx.run(_TAKEN_BACK, {"of_patient": patient_id, "of_link": link_id}).scalar_one()
    return int(found or 0)


def gone_stale_at(tx: Transaction, patient_id: UUID) -> datetime | None:
    """When the cards of a link that still opens were taken back, if no newer one was made since."""
    at: datetime | None = tx.run(_GONE_STALE, {"of_patient": patient_id}).scalar_one()
    return at


def is_newest(tx: Transaction, patient_id: UUID, *, version: int) -> bool:
    """Whether it is the current version, and stays so until the transaction ends."""
    return tx.run(_NEWEST, {"of_patient": patient_id}).scalar_one_or_none() == version


def _issued(
    tx: Transaction, patient_id: UUID, link_id: UUID, version: int, row: Row[Any]
) -> IssuedCard:
    place = f"{link_id}/{version}/{row.kid}"
    facts = tx.unseal_facts(of_patient(patient_id), _c.body, place, row.body)
    return IssuedCard(
        kid=row.kid,
        rid=row.rid,
        good_until=row.good_until,
        made_at=row.made_at,
        jws=facts["jws"],
        left_out=tuple(facts["left_out"]),
    )
