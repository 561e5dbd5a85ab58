"""Another organisation's system signs in, as itself, and is known again by what it was given.

Whatever is wrong with a signed note, the answer is one and the same, after the same work: nobody
learns which clients there are, which are suspended, or what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from careplan.accounts.partners import BadScope, Partner, Scopes, read_scopes
from careplan.acts.partners import partner_actor, system_name
from careplan.acts.world import SYSTEM, World
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.assertions import SKEW, Assertion, check_signature, read_assertion
from careplan.keys.errors import BadAssertion
from careplan.keys.partner_keys import Jwk, NotKeys, PartnerKeys, kept_keys, read_keys
from careplan.keys.tokens import new_token
from careplan.partners.jwks import CannotFetch
from careplan.store.counters import count_in, ends_in
from careplan.store.db import Transaction
from careplan.store.partners import (
    KeptPartner,
    begin_fetch,
    hold_partner,
    keep_fetched_keys,
    keep_partner_token,
    note_partner_used,
    partner_by_token,
    partner_of,
    use_assertion,
)
from careplan.store.trail import append

LIVES = timedelta(minutes=5)
TOKENS_A_MINUTE = 30
REQUESTS_A_MINUTE = 600
FETCH_AT_MOST_EVERY = timedelta(minutes=1)
KEYS_KEPT_FOR = timedelta(minutes=5)
"""A key its owner has withdrawn is not believed for much longer."""

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
Fetch = Callable[[str], bytes]


class NotLetIn(Exception):
    """Nobody we know, or not now, or not so: which is never said."""


class NoSuchScope(Exception):
    """It is let in, but not for what it asks."""


@dataclass(eq=False)
class TooMany(Exception):
    """More than its share; it may come again in so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was sent. Whoever names themselves beside the note names the same as in it."""

    assertion: str = field(repr=False)
    scope: str
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a client shows with each request, for five minutes."""

    token: str = field(repr=False)
    scopes: Scopes
    lives: timedelta


def give_token(world: World, *, asked: Asked, audience: str, fetch: Fetch, at: datetime) -> Given:
    """Raises NotLetIn, NoSuchScope, TooMany; the note is used up by the last two as well."""
    try:
        said = read_assertion(asked.assertion, audience=audience, now=at)
    except BadAssertion as problem:
        raise NotLetIn from problem
    if asked.client_id not in ("", said.client_id):  # RFC 7521, 4.2
        raise NotLetIn
    with world.store.read() as tx:
        kept = partner_of(tx, _id(said.client_id, world))
    try:
        key = _signed_with(world, kept, said, fetch, at)
    except BadAssertion as problem:
        with world.store.begin() as tx:
            _count_refusal(tx, kept, at)
        raise NotLetIn from problem
    with world.store.begin() as tx:
        answer = _answer(world, tx, said, key, asked.scope, at)
    if isinstance(answer, Exception):  # raised inside, it would undo what was counted
        raise answer
    return answer


def _id(client_id: str, world: World) -> UUID:
    """Of a client that cannot be, one that is not there, so that as much is asked of both."""
    try:
        found = UUID(client_id)
    except ValueError:
        return world.new_id()
    return found if str(found) == client_id else world.new_id()


# --- whose signature it is --------------------------------------------------------------------


def _signed_with(
    world: World, kept: KeptPartner | None, said: Assertion, fetch: Fetch, at: datetime
) -> Jwk:
    keys = kept_keys(kept.jwks if kept else None)
    url = kept.jwks_url if kept else None
    if kept is not None and url is not None and _may_be_old(kept, keys, said, at):
        keys = _fetched(world, kept, url, fetch, at) or keys
    return check_signature(said, keys, jwks_url=url)


def _may_be_old(kept: KeptPartner, keys: PartnerKeys, said: Assertion, at: datetime) -> bool:
    """Keys change without us: then a new name turns up, or an old one is quietly gone."""
    if not kept.partner.active:
        return False
    unknown = keys.find(said.kid, said.alg) is None
    return unknown or kept.fetched_at is None or kept.fetched_at <= at - KEYS_KEPT_FOR


def _fetched(
    world: World, kept: KeptPartner, url: str, fetch: Fetch, at: datetime
) -> PartnerKeys | None:
    """What they publish now; nothing where it cannot be had, and then the keys in hand stay."""
    partner_id = kept.partner.partner_id
    with world.store.begin() as tx:
        if not begin_fetch(tx, partner_id, before=at - FETCH_AT_MOST_EVERY, at=at):
            return None
    try:
        found = read_keys(fetch(url))
    except (CannotFetch, NotKeys):
        return None
    with world.store.begin() as tx:
        keep_fetched_keys(tx, partner_id, str(found), jwks_url=url)
    return found


# --- what it is given -------------------------------------------------------------------------


def _answer(
    world: World, tx: Transaction, said: Assertion, key: Jwk, scope: str, at: datetime
) -> Given | Exception:
    held = hold_partner(tx, UUID(said.client_id))
    if held is None or not held.partner.active or key not in kept_keys(held.jwks).keys:
        _count_refusal(tx, held, at)
        return NotLetIn()
    partner = held.partner
    until = said.expires_at + 2 * SKEW
    if not use_assertion(tx, partner.partner_id, said.jti, expires_at=until, at=at):
        _count_refusal(tx, held, at)
        return NotLetIn()
    rest = _rest(tx, f"partner-tokens:{partner.partner_id}", TOKENS_A_MINUTE, at)
    if rest is not None:
        return rest
    scopes = _allowed(scope, partner)
    if scopes is None:
        return NoSuchScope()
    return _give(world, tx, replace(partner, scopes=scopes), key, at)


def _allowed(scope: str, partner: Partner) -> Scopes | None:
    """Of what it asks, what it was let in for; nothing where that is nothing.

    A scope of another service's is left out (RFC 6749, 3.3): the answer says which were given.
    """
    asked = read_scopes(" ".join(one for one in scope.split() if _is_scope(one)))
    found = asked.within(partner.scopes)
    return found if found.may else None


def _is_scope(one: str) -> bool:
    try:
        read_scopes(one)
    except BadScope:
        return False
    return True


def _give(world: World, tx: Transaction, partner: Partner, key: Jwk, at: datetime) -> Given:
    token = new_token(world.entropy)
    keep_partner_token(tx, token, partner=partner, at=at, expires_at=at + LIVES)
    note_partner_used(tx, partner.partner_id, at=at)
    what = {"key": key["kid"]}
    append(tx, AuditEvent(Kind.PARTNER_CAME_IN, at, partner_actor(partner), None, what))
    return Given(token, partner.scopes, LIVES)


def _count_refusal(tx: Transaction, kept: KeptPartner | None, at: datetime) -> None:
    """Each is counted; once in an hour, for each client and for strangers together, it is written
    down: nobody fills the trail by knocking."""
    whose = str(kept.partner.partner_id) if kept else "unknown"
    if count_in(tx, f"partner-refused:{whose}", window=_HOUR, at=at) > 1:
        return
    system = system_name(kept.partner) if kept else "one we do not know"
    what = {"partner": whose, "system": system}
    append(tx, AuditEvent(Kind.PARTNER_REFUSED, at, SYSTEM, None, what))


# --- and known again by -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asking:
    """What a client shows and what it asks to do, for an act that recognises it in its own
    transaction: a read that is written down waits for one commit and not for two."""

    token: str = field(repr=False)
    kind: str
    deed: str
    at: datetime
    met: Callable[[Partner], None] = field(repr=False)
    """Told who it is, once that is known: what is asked next then counts as the same request."""


class NotInScope(Exception):
    """It is known, and its token does not allow this."""


def recognise_partner(world: World, *, token: str, at: datetime) -> Partner | None:
    """Who asks, counted. None for a token that opens nothing now; raises TooMany."""
    with world.store.begin() as tx:
        return _known(tx, token, at)


def let_in(tx: Transaction, asking: Asking) -> Partner:
    """The same in the transaction of what is asked. Raises NotLetIn, TooMany, NotInScope."""
    partner = _known(tx, asking.token, asking.at)
    if partner is None:
        raise NotLetIn
    asking.met(partner)
    if not partner.scopes.allow(asking.kind, asking.deed):
        raise NotInScope
    return partner


def _known(tx: Transaction, token: str, at: datetime) -> Partner | None:
    """A count past the limit is undone with the rest, and so stays at the limit."""
    partner = partner_by_token(tx, token, at=at)
    if partner is None:
        return None
    rest = _rest(tx, f"partner-requests:{partner.partner_id}", REQUESTS_A_MINUTE, at)
    if rest is not None:
        raise rest
    return partner


def _rest(tx: Transaction, scope: str, most: int, at: datetime) -> TooMany | None:
    if count_in(tx, scope, window=_MINUTE, at=at) <= most:
        return None
    return TooMany(-(-ends_in(_MINUTE, at=at) // timedelta(seconds=1)))
