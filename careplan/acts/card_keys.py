"""The service's keys for signed cards: made at first use, changed every year, gone when stolen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from careplan.acts.world import SYSTEM, NotThere, World, london_day
from careplan.audit.events import AuditEvent
from careplan.audit.events import Kind as Deed
from careplan.keys.health_cards import CardKey, new_card_key
from careplan.store.cards import (
    keep_card_key,
    published_keys,
    remove_card_key,
    retire_card_key,
    revoked_rids,
    signing_key,
)
from careplan.store.db import Transaction
from careplan.store.trail import append


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that signs now, and the one that did before, if there was one."""

    kid: str
    before: str | None


def key_that_signs(world: World, tx: Transaction, at: datetime) -> CardKey:
    """The first card ever makes the first key. Of two who do so at once, both get the same one."""
    found = signing_key(tx)
    if found is not None:
        return found
    drawn = new_card_key(world.entropy)
    kept = keep_card_key(tx, drawn, at=at)
    if kept == drawn:
        append(tx, AuditEvent(Deed.CARD_KEY_MADE, at, SYSTEM, None, {"key": kept.kid}))
    return kept


def rotate(world: World, *, at: datetime) -> Rotated:
    """A new key signs from now on. Cards of the one before stay good: its public part stays."""
    with world.store.begin() as tx:
        before = signing_key(tx)
        retire_card_key(tx, at=at)
        now = key_that_signs(world, tx, at)
    return Rotated(now.kid, before.kid if before else None)


def remove(world: World, kid: str, *, at: datetime) -> Rotated:
    """Somebody else may have this key: no card of it may be believed from this moment.

    If it was the one that signs, a new one is made. Raises NotThere for a key that is none of ours.
    """
    with world.store.begin() as tx:
        if not remove_card_key(tx, kid, at=at):
            raise NotThere
        append(tx, AuditEvent(Deed.CARD_KEY_REMOVED, at, SYSTEM, None, {"key": kid}))
        now = key_that_signs(world, tx, at)
    return Rotated(now.kid, kid)


def key_list(tx: Transaction) -> dict[str, Any]:
    """What `/.well-known/jwks.json` says: every key a card may still be checked with.

    `crlVersion` says whether a verifier's list of cards taken back is the newest.
    """
    keys = [
        {**one.jwk, **({"crlVersion": one.taken} if one.taken else {})}
        for one in published_keys(tx)
    ]
    return {"keys": keys}


def taken_back(tx: Transaction, kid: str, at: datetime) -> dict[str, Any]:
    """What `/.well-known/crl/<kid>.json` says. Raises NotThere for a key that is not published.

    A card that has ended by itself need not be named; the count only ever grows.
    """
    key = next((one for one in published_keys(tx) if one.kid == kid), None)
    if key is None:
        raise NotThere
    today = london_day(at)
    rids = [rid for rid, until in revoked_rids(tx, kid) if until >= today]
    return {"kid": kid, "method": "rid", "ctr": key.taken, "rids": rids}


def compact(facts: dict[str, Any]) -> bytes:
    """The same bytes for the same facts, so that they can be compared by their digest."""
    return json.dumps(facts, separators=(",", ":")).encode()
