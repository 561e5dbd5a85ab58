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
    write_down_failure,
)
from careplan.acts.ways_in import (
    PASSKEY_MADE,
    must_be_able_to_change,
    must_leave_a_second_step,
    must_leave_a_way_in,
    tell_the_owner,
)
from careplan.acts.world import NotThere, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import draw, from_b64url, same, to_b64url
from careplan.store import passkeys as rows
from careplan.store.accounts import Account, account_of
from careplan.store.ceremonies import Ceremony, begin, take
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.outside import outside_of
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
    """Raises NotSure, TooMany, NotAllowed; SecondStepFirst where there is one, not yet given."""
    challenge = draw(world.entropy, passkeys.CHALLENGE_BYTES)
    with world.store.begin() as tx:
        account, known = _may_add(tx, by=by, token=token, at=at)
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
    """The token under which the session goes on, when it was begun without a second step: the
    device has made sure of its owner now.

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
        tell_the_owner(tx, PASSKEY_MADE, mine, at=at)
        if by.second_factor:
            return None
        return begin_two_factor(world, tx, mine, at=at, old_token=token)


def remove_passkey(world: World, *, by: Who, token: str, named: str, at: datetime) -> None:
    """Raises NotSure, NotAllowed, SecondStepFirst, NotThere, LastWayIn, LastSecondStep."""
    mine = UUID(by.account_id)
    try:
        credential_id = from_b64url(named)
    except ValueError:
        raise NotThere from None
    with world.store.begin() as tx:
        must_be_sure(tx, by=by, token=token, at=at)
        account = must_be_able_to_change(tx, by=by)
        known = {one.credential_id for one in rows.passkeys_of(tx, mine)}
        if credential_id not in known:
            raise NotThere
        left = len(known) - 1
        must_leave_a_way_in(account, passkeys=left, elsewhere=len(outside_of(tx, mine)))
        must_leave_a_second_step(account, passkeys=left)
        rows.remove_passkey(tx, mine, credential_id)
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


def _may_add(
    tx: Transaction, *, by: Who, token: str, at: datetime
) -> tuple[Account, tuple[rows.Passkey, ...]]:
    """Their account and the passkeys there are, for somebody who may add one. Staff who have no
    second step at all yet set up their first one like this."""
    must_be_sure(tx, by=by, token=token, at=at)
    account = must_be_able_to_change(tx, by=by, first=True)
    known = rows.passkeys_of(tx, account.account_id)
    if len(known) >= MOST:
        raise TooMany
    return account, known


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
