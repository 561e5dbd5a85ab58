"""Passkeys of an account: add one, take one away, and sign in with one.

The device makes sure of its owner before it answers, so a passkey is two steps in one: for staff
it stands for password and code together (what NIST calls AAL2), for patients it is simply the way
in. Each challenge is ours, good once and for five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from careplan.accounts import passkeys
from careplan.accounts.passkeys import BadAnswer, Known, Site
from careplan.accounts.people import Standing, Who
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.signing_in import (
    begin_session,
    begin_two_factor,
    needs_second_factor,
    write_down_failure,
)
from careplan.acts.world import NotAllowed, NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import draw, from_b64url, same, to_b64url
from careplan.store import passkeys as rows
from careplan.store.accounts import account_of
from careplan.store.ceremonies import Ceremony, begin, take
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.trail import append

LIVES = timedelta(minutes=5)
MOST = 10
LONGEST_NAME = 40


class WrongPasskey(ValueError):
    """The answer shows nothing: not ours, too late, used before, or of no account. Which of them
    is never said."""


class CopiedPasskey(WrongPasskey):
    """The device counts its uses, and this count has been passed: there are two of it."""


class TooMany(ValueError):
    """This account has as many passkeys as one may have."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser hands to the device, and the token with which it comes back."""

    token: str
    options: dict[str, Any]

    def __repr__(self) -> str:
        return "Begun(…)"


def own_passkeys(world: World, *, by: Who) -> tuple[rows.Passkey, ...]:
    """Oldest first."""
    with world.store.read() as tx:
        return rows.passkeys_of(tx, UUID(by.account_id))


def begin_adding(world: World, site: Site, *, by: Who, token: str, at: datetime) -> Begun:
    """Raises NotSure, TooMany; NotAllowed for somebody whose second step was not given."""
    challenge = draw(world.entropy, passkeys.CHALLENGE_BYTES)
    with world.store.begin() as tx:
        known = _may_add(tx, by=by, token=token, at=at)
        account = account_of(tx, UUID(by.account_id))
        if account is None:
            raise NotAllowed
        options = passkeys.to_make(
            site,
            handle=_handle(tx, account.account_id),
            email=account.email,
            name=account.name,
            challenge=challenge,
            known=[Known(one.credential_id, one.transports) for one in known],
        )
        kind, mine = Ceremony.ADD_PASSKEY, account.account_id
        body = {"challenge": to_b64url(challenge)}
        return Begun(begin(tx, kind, body=body, account_id=mine, at=at, lives=LIVES), options)


def add_passkey(
    world: World,
    site: Site,
    *,
    by: Who,
    token: str,
    ceremony: str,
    answer: str,
    name: str,
    at: datetime,
) -> str | None:
    """For staff who had no second step yet, the token under which the session goes on with it.

    Raises WrongPasskey for what does not answer this account's own challenge.
    """
    challenge = _challenge(world, Ceremony.ADD_PASSKEY, ceremony, by=by, at=at)
    try:
        made = passkeys.made(answer, site=site, challenge=challenge)
    except BadAnswer:
        raise WrongPasskey from None
    mine = UUID(by.account_id)
    kept = rows.Passkey(
        account_id=mine,
        credential_id=made.credential_id,
        public_key=made.public_key,
        name=name,
        sign_count=made.sign_count,
        made_at=at,
        transports=made.transports,
        synced=made.synced,
    )
    with world.store.begin() as tx:
        _may_add(tx, by=by, token=token, at=at)
        try:
            rows.keep_passkey(tx, kept)
        except Taken:
            raise WrongPasskey from None
        _written_down(tx, Kind.PASSKEY_ADDED, by=by, at=at)
        if not needs_second_factor(by):
            return None
        return begin_two_factor(world, tx, mine, at=at, old_token=token)


def remove_passkey(world: World, *, by: Who, token: str, named: str, at: datetime) -> None:
    """Raises NotSure, NotThere."""
    try:
        credential_id = from_b64url(named)
    except ValueError:
        raise NotThere from None
    if needs_second_factor(by):
        raise NotAllowed
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        if not rows.remove_passkey(tx, UUID(by.account_id), credential_id):
            raise NotThere
        _written_down(tx, Kind.PASSKEY_REMOVED, by=by, at=at)


def begin_using(world: World, site: Site, *, at: datetime) -> Begun:
    """For whoever it will turn out to be: nothing here says who has a passkey."""
    challenge = draw(world.entropy, passkeys.CHALLENGE_BYTES)
    body = {"challenge": to_b64url(challenge)}
    with world.store.begin() as tx:
        token = begin(tx, Ceremony.USE_PASSKEY, body=body, account_id=None, at=at, lives=LIVES)
    return Begun(token, passkeys.to_use(site, challenge=challenge))


def sign_in_with_passkey(
    world: World,
    site: Site,
    *,
    ceremony: str,
    answer: str,
    at: datetime,
    old_token: str | None = None,
    device: str = "",
) -> str:
    """A new session's token, in which the second step has been given. Raises WrongPasskey."""
    challenge = _challenge(world, Ceremony.USE_PASSKEY, ceremony, by=None, at=at)
    kept = _named(world, answer)
    with world.store.read() as tx:
        account = account_of(tx, kept.account_id) if kept else None
    if kept is None or account is None or account.state != Standing.ACTIVE:
        write_down_failure(world, account.account_id if account else None, "passkey", at)
        raise WrongPasskey
    try:
        count = passkeys.check(answer, site=site, challenge=challenge, public_key=kept.public_key)
    except BadAnswer:
        write_down_failure(world, account.account_id, "passkey", at)
        raise WrongPasskey from None
    with world.store.begin() as tx:
        if rows.note_passkey_used(tx, kept.credential_id, sign_count=count, at=at):
            return begin_session(
                world,
                tx,
                account,
                at=at,
                old_token=old_token,
                device=device,
                second_factor_at=at,
            )
    write_down_failure(world, account.account_id, "passkey_copied", at)
    raise CopiedPasskey


def _may_add(tx: Transaction, *, by: Who, token: str, at: datetime) -> tuple[rows.Passkey, ...]:
    """The passkeys there are, for somebody who may add one.

    A password alone must not add one beside a second step that was not given: whoever stole the
    password could. Staff who have no second step at all yet set up their first one like this.
    """
    must_be_sure(tx, by=by, token=token, at=at)
    known = rows.passkeys_of(tx, UUID(by.account_id))
    if needs_second_factor(by) and (by.second_factor_set or known):
        raise NotAllowed
    if len(known) >= MOST:
        raise TooMany
    return known


def _challenge(
    world: World, kind: Ceremony, ceremony: str, *, by: Who | None, at: datetime
) -> bytes:
    """What we asked, once. In a transaction of its own: a wrong answer has used it up too."""
    with world.store.begin() as tx:
        taken = take(tx, kind, ceremony, at=at)
    mine = UUID(by.account_id) if by else None
    if taken is None or taken.account_id != mine:
        raise WrongPasskey
    return from_b64url(taken.body["challenge"])


def _named(world: World, answer: str) -> rows.Passkey | None:
    """The passkey an answer says it is of, if it is of the account it says."""
    try:
        credential_id, handle = passkeys.named_in(answer)
    except BadAnswer:
        return None
    with world.store.read() as tx:
        kept = rows.passkey_of(tx, credential_id)
        return kept if kept and same(handle, _handle(tx, kept.account_id)) else None


def _handle(tx: Transaction, account_id: UUID) -> bytes:
    """What devices keep beside the passkey to know the account by: it tells nobody else which."""
    return tx.hash("passkey_account", str(account_id))


def _written_down(tx: Transaction, kind: Kind, *, by: Who, at: datetime) -> None:
    what = {"account": by.account_id}
    append(tx, AuditEvent(kind, at, actor(by), by.patient_id, what))
