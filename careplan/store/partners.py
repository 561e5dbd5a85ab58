"""Other organisations' systems: their keys, the tokens they were given, the notes they used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from careplan.accounts.partners import Partner, PartnerState, Purpose, Scopes, read_scopes
from careplan.store.db import Transaction, on_both
from careplan.store.fences import Door
from careplan.store.ready import Ready
from careplan.store.tables import partner, partner_assertion, partner_token

_p, _t, _a = partner.c, partner_token.c, partner_assertion.c
_FACTS = (
    *(_p.partner_id, _p.team_id, _p.name, _p.organisation, _p.ods),
    *(_p.purpose, _p.state, _p.made_at),
)
_IS = _p.partner_id == bindparam("of_partner")
_NEW = insert(partner)
_ONE = select(partner).where(_IS)
_HELD = _ONE.with_for_update()
_OF_TEAM = (
    select(partner)
    .where(_p.team_id == bindparam("of_team"))
    .order_by(_p.made_at.desc(), _p.partner_id)
)
_ALL = select(partner).order_by(_p.team_id, _p.organisation, _p.name, _p.partner_id)
_SET_STATE = update(partner).where(_IS).values(state=bindparam("new_state"))
_SET_KEYS = (
    update(partner)
    .where(_IS)
    .values(
        jwks_url=bindparam("new_url"), jwks=bindparam("new_jwks"), jwks_fetched_at=bindparam("at")
    )
)
_BEGIN_FETCH = (
    update(partner)
    .where(_IS, or_(_p.jwks_fetched_at.is_(None), _p.jwks_fetched_at <= bindparam("before")))
    .values(jwks_fetched_at=bindparam("at"))
)
_KEEP_FETCHED = (
    update(partner)
    .where(_IS, _p.jwks_url == bindparam("from_url"))
    .values(jwks=bindparam("new_jwks"))
)
_USED = update(partner).where(_IS).values(last_used_at=bindparam("at"))
_NEW_TOKEN = insert(partner_token)
# Asked before everything else that a partner asks.
_BY_TOKEN = (
    select(*_FACTS, _t.scopes)
    .join(partner_token, _t.partner_id == _p.partner_id)
    .where(
        _t.token_hash == bindparam("of_token"),
        _t.expires_at > bindparam("at", type_=_t.expires_at.type),
        _p.state == PartnerState.ACTIVE.value,
    )
)
# The answer itself says whose people the rest of the transaction is about: see store/fences.py.
_COMES_IN = (
    func.set_config("careplan.door", Door.INSIDE.value, literal_column("true")),
    func.set_config("careplan.team", cast(_p.team_id, Text), literal_column("true")),
)
_KNOWN_BY = {
    "sqlite": Ready(_BY_TOKEN),
    "postgresql": Ready(_BY_TOKEN.add_columns(*_COMES_IN)),
}
_END_TOKENS = delete(partner_token).where(_t.partner_id == bindparam("of_partner"))
_OVER_TOKENS = _END_TOKENS.where(_t.expires_at < bindparam("before"))
_USE = on_both(
    lambda insert: insert(partner_assertion).on_conflict_do_nothing().returning(_a.jti_hash)
)
_EVERY_TOKEN_OVER = delete(partner_token).where(_t.expires_at < bindparam("before"))
_EVERY_NOTE_OVER = delete(partner_assertion).where(_a.expires_at < bindparam("before"))
_OVER_NOTES = delete(partner_assertion).where(
    _a.partner_id == bindparam("of_partner"), _a.expires_at < bindparam("before")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPartner:
    """A client with its keys. `jwks` are those in hand, pasted or fetched from `jwks_url`;
    `fetched_at` is when they were last asked for there, whether or not an answer came."""

    partner: Partner
    jwks_url: str | None
    jwks: str | None
    fetched_at: datetime | None
    made_by: UUID
    last_used_at: datetime | None


def new_partner(tx: Transaction, kept: KeptPartner) -> None:
    one = kept.partner
    row = {
        "partner_id": one.partner_id,
        "team_id": one.team_id,
        "name": one.name,
        "organisation": one.organisation,
        "ods": one.ods,
        "purpose": one.purpose,
        "scopes": str(one.scopes),
        "jwks_url": kept.jwks_url,
        "jwks": kept.jwks,
        "jwks_fetched_at": kept.fetched_at,
        "state": one.state,
        "made_at": one.made_at,
        "made_by": kept.made_by,
        "last_used_at": kept.last_used_at,
    }
    tx.run(_NEW, row)


def partner_of(tx: Transaction, partner_id: UUID) -> KeptPartner | None:
    row = tx.run(_ONE, {"of_partner": partner_id}).one_or_none()
    return None if row is None else _kept(row)


def hold_partner(tx: Transaction, partner_id: UUID) -> KeptPartner | None:
    """As it stands, and nobody suspends it or changes its keys until the transaction ends."""
    row = tx.run(_HELD, {"of_partner": partner_id}).one_or_none()
    return None if row is None else _kept(row)


def partners_of(tx: Transaction, team_id: UUID) -> tuple[KeptPartner, ...]:
    """Newest first, suspended ones too."""
    return tuple(_kept(row) for row in tx.run(_OF_TEAM, {"of_team": team_id}))


def every_partner(tx: Transaction) -> tuple[KeptPartner, ...]:
    return tuple(_kept(row) for row in tx.run(_ALL))


def set_partner_state(tx: Transaction, partner_id: UUID, state: PartnerState) -> None:
    """Its tokens end with the state they were given in."""
    tx.run(_SET_STATE, {"of_partner": partner_id, "new_state": state})
    tx.run(_END_TOKENS, {"of_partner": partner_id})


def set_partner_keys(
    tx: Transaction,
    partner_id: UUID,
    *,
    jwks_url: str | None,
    jwks: str | None,
    fetched_at: datetime | None,
) -> None:
    """Other keys: whatever was given on the word of the old ones opens nothing any more."""
    keys = {"new_url": jwks_url, "new_jwks": jwks, "at": fetched_at}
    tx.run(_SET_KEYS, {"of_partner": partner_id, **keys})
    tx.run(_END_TOKENS, {"of_partner": partner_id})


def begin_fetch(tx: Transaction, partner_id: UUID, *, before: datetime, at: datetime) -> bool:
    """Whether its keys may be asked for now: of many at once one may, and not again after."""
    asked = {"of_partner": partner_id, "before": before, "at": at}
    return tx.run(_BEGIN_FETCH, asked).rowcount == 1


def keep_fetched_keys(tx: Transaction, partner_id: UUID, jwks: str, *, jwks_url: str) -> bool:
    """What the client publishes now; not when it has been given another address meanwhile."""
    fetched = {"new_jwks": jwks, "from_url": jwks_url}
    return tx.run(_KEEP_FETCHED, {"of_partner": partner_id, **fetched}).rowcount == 1


def note_partner_used(tx: Transaction, partner_id: UUID, *, at: datetime) -> None:
    tx.run(_USED, {"of_partner": partner_id, "at": at})


# --- tokens ----------------------------------------------------------------------------------


def keep_partner_token(
    tx: Transaction, token: str, *, partner: Partner, at: datetime, expires_at: datetime
) -> None:
    """Only its keyed hash. `partner.scopes` are what this one token may do."""
    tx.run(_OVER_TOKENS, {"of_partner": partner.partner_id, "before": at})
    row = {
        "token_hash": _hash(tx, token),
        "partner_id": partner.partner_id,
        "scopes": str(partner.scopes),
        "made_at": at,
        "expires_at": expires_at,
    }
    tx.run(_NEW_TOKEN, row)


def partner_by_token(tx: Transaction, token: str, *, at: datetime) -> Partner | None:
    """Who holds this token, in one question: nobody when it is over or its client suspended."""
    rows = tx.run_ready(_KNOWN_BY[tx.dialect], {"of_token": _hash(tx, token), "at": at})
    return _from_facts(rows[0][: len(_FACTS) + 1]) if rows else None


def use_assertion(
    tx: Transaction, partner_id: UUID, jti: str, *, expires_at: datetime, at: datetime
) -> bool:
    """Whether this is the first time; of many at once, one is the first."""
    tx.run(_OVER_NOTES, {"of_partner": partner_id, "before": at})
    hashed = tx.hash("assertion", f"{partner_id}|{jti}")
    row = {"partner_id": partner_id, "jti_hash": hashed, "expires_at": expires_at}
    return tx.run(_USE, row).one_or_none() is not None


def forget_over(tx: Transaction, *, before: datetime) -> int:
    """Of every client, those too that never came again."""
    over = {"before": before}
    return tx.run(_EVERY_TOKEN_OVER, over).rowcount + tx.run(_EVERY_NOTE_OVER, over).rowcount


def _hash(tx: Transaction, token: str) -> bytes:
    return tx.hash("partner token", token)


def _kept(row: Row[Any]) -> KeptPartner:
    return KeptPartner(
        partner=_partner(row, row.scopes),
        jwks_url=row.jwks_url,
        jwks=row.jwks,
        fetched_at=row.jwks_fetched_at,
        made_by=row.made_by,
        last_used_at=row.last_used_at,
    )


def _partner(row: Row[Any], scopes: str) -> Partner:
    return _from_facts((*(getattr(row, column.name) for column in _FACTS), scopes))


def _from_facts(facts: tuple[Any, ...]) -> Partner:
    """`_FACTS`, and the scopes that hold."""
    partner_id, team_id, name, organisation, ods, purpose, state, made_at, scopes = facts
    return Partner(
        partner_id=partner_id,
        team_id=team_id,
        name=name,
        organisation=organisation,
        ods=ods,
        purpose=Purpose(purpose),
        scopes=_read_scopes(scopes),
        state=PartnerState(state),
        made_at=made_at,
    )


@lru_cache(maxsize=256)
def _read_scopes(text: str) -> Scopes:
    """Many tokens carry the same few words."""
    return read_scopes(text)
