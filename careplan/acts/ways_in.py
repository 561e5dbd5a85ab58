"""Who may change a way into an account now: a passkey, a code app, a sign-in elsewhere.

A password alone changes none beside a second step that was not given: whoever stole the password
could. For staff it is the kind of the account that counts and not what they may do today: somebody
whose place rests has no role, and what was planted meanwhile would be both steps once they return.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from careplan.accounts.outside import Side
from careplan.accounts.people import Standing, Who
from careplan.acts.world import NotAllowed, World
from careplan.store.accounts import Account, account_of, hold_devices
from careplan.store.db import Transaction
from careplan.store.outbox import add_message
from careplan.store.outside import outside_of
from careplan.store.passkeys import passkeys_of
from careplan.store.teams import hold_memberships, memberships_of

PASSKEY_MADE = "passkey-made"
APP_SET = "code-app-set"
"""The names of messages: what opens this account from now on is told to whoever owns it."""


class SecondStepFirst(NotAllowed):
    """There is a second step of theirs, and it was not given in this session."""


class LastWayIn(ValueError):
    """Without it nothing would open this account any more."""


class LastSecondStep(ValueError):
    """Without it a password alone would choose the next second step of somebody in a team."""


def see_if_may_change(world: World, *, by: Who, first: bool = False) -> None:
    """For a page that leads to it. Raises NotAllowed, SecondStepFirst."""
    with world.store.read() as tx:
        _must(tx, by, first=first)


def must_be_able_to_change(tx: Transaction, *, by: Who, first: bool = False) -> Account:
    """Their account, of which nobody else changes a way in until the transaction ends. `first`:
    this may be the first second step of staff. Raises NotAllowed, SecondStepFirst."""
    hold_memberships(tx, UUID(by.account_id))
    if account_of(tx, UUID(by.account_id)) is None:
        raise NotAllowed
    hold_devices(tx, UUID(by.account_id))
    return _must(tx, by, first=first)


def _must(tx: Transaction, by: Who, *, first: bool) -> Account:
    account = account_of(tx, UUID(by.account_id))
    if account is None or account.state != Standing.ACTIVE or not _has_a_place(tx, account):
        raise NotAllowed
    if by.second_factor:
        return account
    if account.has_totp or passkeys_of(tx, account.account_id):
        raise SecondStepFirst
    if is_staffs(account) and not (first and _opens_by_one(tx, account)):
        raise NotAllowed
    return account


def is_staffs(account: Account) -> bool:
    return account.kind == Side.STAFF.kind


def _has_a_place(tx: Transaction, account: Account) -> bool:
    """Staff whose every place rests or has ended come in by nothing new."""
    places = memberships_of(tx, account.account_id)
    return not is_staffs(account) or any(one.state == Standing.ACTIVE for one in places)


def _opens_by_one(tx: Transaction, account: Account) -> bool:
    """A password beside a provider chooses nothing: that provider may be their second step."""
    return account.password_hash is None or not outside_of(tx, account.account_id)


def must_leave_a_way_in(account: Account, *, passkeys: int, elsewhere: int) -> None:
    """`passkeys`, `elsewhere`: how many there are afterwards. A code app is no way in, for it is
    asked after one. Raises LastWayIn."""
    if account.password_hash is None and not passkeys and not elsewhere:
        raise LastWayIn


def must_leave_a_second_step(account: Account, *, passkeys: int) -> None:
    """A provider says each time anew whether it asked for two steps, and so is none to rely on.
    Raises LastSecondStep."""
    if is_staffs(account) and not account.has_totp and not passkeys:
        raise LastSecondStep


def tell_the_owner(tx: Transaction, kind: str, account_id: UUID, *, at: datetime) -> None:
    """By a letter, so that somebody whose password was stolen learns of it."""
    add_message(tx, kind, {"account": str(account_id)}, patient_id=None, at=at)
