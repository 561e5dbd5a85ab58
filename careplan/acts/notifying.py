"""Neutral notices: who wants which, and sending what is due from the outbox.

A notice says that there is news and where to sign in, and no more: whoever sees the telephone on
the table learns nothing about the person. Several of one kind within an hour are one notice.

A letter is written down as handed over before it leaves and as sent afterwards, under a reference
that never changes. After a crash between the two nobody knows whether it arrived: GOV.UK Notify is
then asked by the reference, and a mailbox knows a repeated letter by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid5

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_read_record
from careplan.acts.accounts import NO_ADDRESS
from careplan.acts.coming_in import JOINED
from careplan.acts.new_device import NEW_DEVICE
from careplan.acts.recovering import NEW_PASSWORD
from careplan.acts.ways_in import APP_SET, PASSKEY_MADE
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.notify.post import Letter, Post, TryLater, Undeliverable
from careplan.store import notices as store
from careplan.store.accounts import account_of, accounts_of_patient
from careplan.store.db import Transaction
from careplan.store.outbox import Message, add_message, mark_sent, put_off, take_messages
from careplan.store.trail import append


class News(StrEnum):
    """What a person may ask to be told of."""

    CHANGED = "changed"
    DUE = "due"
    OPENED = "opened"
    LOCKED = "locked"
    POSTED = "posted"
    RECEIVED = "received"


_NEWS: Mapping[str, News] = MappingProxyType(
    {
        "plan-changed": News.CHANGED,
        "review-due": News.DUE,
        "link-opened": News.OPENED,
        "wrong-answers": News.LOCKED,
        "link-locked": News.LOCKED,
        "card-posted": News.POSTED,
        "document-received": News.RECEIVED,
        "staff-door": News.OPENED,
        "department-replied": News.OPENED,
    }
)
SUBJECT = "You have news"
TEXT = """Hello,

There is something new for you to see. Please sign in to read it:

{address}

You asked to be told. To stop these messages, sign in and choose “Tell me”.
"""
WARNING_SUBJECT = "Your account has a new password"
WARNING_TEXT = """Hello,

A new password was chosen for your account, with a code that somebody gave out in person. Everybody
who was signed in with the account is signed out:

{address}

If this was not you, tell the people who look after you, or your manager at work, today.
"""
JOINED_SUBJECT = "Another way to sign in to your account"
JOINED_TEXT = """Hello,

Another sign-in, like NHS login, now opens your account. You see it on the page “Your account”:

{address}

If this was not you, tell the people who look after you, or your manager at work, today.
"""
PASSKEY_SUBJECT = "A new passkey for your account"
PASSKEY_TEXT = """Hello,

A new passkey now opens your account. You see it on the page “Your account”:

{address}

If this was not you, tell the people who look after you, or your manager at work, today.
"""
APP_SUBJECT = "A code app for your account"
APP_TEXT = """Hello,

A code app was set up for your account. Its codes are asked for when somebody signs in with your
password:

{address}

If this was not you, tell the people who look after you, or your manager at work, today.
"""
DEVICE_SUBJECT = "Somebody signed in to your account"
DEVICE_TEXT = """Hello,

Somebody signed in to your account on a kind of phone or computer that was not used for it lately.
Was that you? Then there is nothing to do.

If it was not you, sign in, sign that one out on the page “Where you are signed in”, and choose a
new password:

{address}

If you cannot sign in, tell the people who look after you, or your manager at work, today.
"""
_WARNINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NEW_PASSWORD: (WARNING_SUBJECT, WARNING_TEXT),
        JOINED: (JOINED_SUBJECT, JOINED_TEXT),
        PASSKEY_MADE: (PASSKEY_SUBJECT, PASSKEY_TEXT),
        APP_SET: (APP_SUBJECT, APP_TEXT),
        NEW_DEVICE: (DEVICE_SUBJECT, DEVICE_TEXT),
    }
)
"""What whoever owns an account is told in any case."""
HOLD = timedelta(minutes=5)
QUIET = timedelta(hours=1)
AHEAD = timedelta(days=30)
_WAITS = (1, 5, 30, 120, 480, 1440)
"""Minutes until the next try; the last one repeats. A letter is given up after two weeks."""
GIVE_UP = timedelta(days=14)
_BATCH = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round came to."""

    sent: int = 0
    later: int = 0
    dropped: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(self.sent + other.sent, self.later + other.later, self.dropped + other.dropped)


def chosen(world: World, *, by: Who, patient_id: UUID) -> frozenset[str]:
    with world.store.read() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        mine = UUID(by.account_id)
        return next(
            (one.kinds for one in store.choices_of(tx, patient_id) if one.account_id == mine),
            frozenset(),
        )


def choose(
    world: World, *, by: Who, patient_id: UUID, kinds: frozenset[News], at: datetime
) -> None:
    """From now on this account is told of these kinds of news, and of no others."""
    with world.store.begin() as tx:
        allowed_patient(tx, by, patient_id, may_read_record)
        store.choose(tx, patient_id, UUID(by.account_id), frozenset(map(str, kinds)))
        told = any(News.OPENED in one.kinds for one in store.choices_of(tx, patient_id))
        store.tell_of_openings(tx, patient_id, told=told)
        what = {"setting": "messages"}
        append(tx, AuditEvent(Kind.SETTING_CHANGED, at, actor(by), str(patient_id), what))


def remind(world: World, *, at: datetime, today: date) -> int:
    """One message for every review that comes within thirty days, once for each due date."""
    with world.store.begin() as tx:
        count = 0
        for patient_id, due_on in store.reviews_to_mention(tx, until=today + AHEAD, limit=500):
            if store.mention_once(tx, patient_id, due_on, at=at):
                add_message(tx, "review-due", {}, patient_id=patient_id, at=at)
                count += 1
    return count


def send_due(world: World, post: Post, *, at: datetime) -> Sent:
    """Everything that is due, in batches. Safe to run in several places at once."""
    total = Sent()
    while True:
        with world.store.begin() as tx:
            taken = take_messages(tx, at=at, hold=HOLD, limit=_BATCH)
        for message in taken:
            total += _send(world, post, message, at=at)
        if len(taken) < _BATCH:
            return total


def _send(world: World, post: Post, message: Message, *, at: datetime) -> Sent:
    result = _warn(world, post, message) if message.kind in _WARNINGS else Sent()
    for account_id in _wanting(world, message):
        result += _letter_to(world, post, message, account_id, at=at)
    with world.store.begin() as tx:
        if result.later and at - message.created_at < GIVE_UP:
            wait = _WAITS[min(message.attempts, len(_WAITS)) - 1]
            put_off(tx, message.message_id, until=at + timedelta(minutes=wait))
        else:
            mark_sent(tx, message.message_id, at=at)
    return result


def _warn(world: World, post: Post, message: Message) -> Sent:
    """To the account's own address, whatever its owner asked to be told of."""
    account_id = UUID(message.body["account"])
    with world.store.read() as tx:
        address = _address(tx, account_id)
    if address is None:
        return Sent()
    subject, text = _WARNINGS[message.kind]
    letter = Letter(
        reference=str(uuid5(message.message_id, str(account_id))),
        to=address,
        subject=subject,
        text=text.format(address=f"{world.base_url}/account/sign-in"),
    )
    try:
        post.send(letter, again=message.attempts > 1)
    except TryLater:
        return Sent(later=1)
    except Undeliverable:
        return Sent(dropped=1)
    return Sent(sent=1)


def _wanting(world: World, message: Message) -> tuple[UUID, ...]:
    """Who asked for this kind of news; whoever did the deed knows of it already."""
    news = _NEWS.get(message.kind)
    if news is None or message.patient_id is None:
        return ()
    with world.store.read() as tx:
        choices = store.choices_of(tx, message.patient_id)
        linked = {one.account_id for one in accounts_of_patient(tx, message.patient_id)}
    doer = message.body.get("by")
    return tuple(
        one.account_id
        for one in choices
        if news in one.kinds and one.account_id in linked and str(one.account_id) != doer
    )


def _letter_to(
    world: World, post: Post, message: Message, account_id: UUID, *, at: datetime
) -> Sent:
    patient_id = message.patient_id
    if patient_id is None:
        return Sent()
    kind = str(_NEWS[message.kind])
    reference = uuid5(message.message_id, str(account_id))
    with world.store.begin() as tx:
        address = _address(tx, account_id)
        if address is None or store.told_lately(tx, patient_id, account_id, kind, since=at - QUIET):
            return Sent()
        before = store.hand_over(tx, patient_id, reference, account_id=account_id, kind=kind, at=at)
    if before in ("sent", "dropped"):
        return Sent()
    text = TEXT.format(address=f"{world.base_url}/account/sign-in")
    letter = Letter(reference=str(reference), to=address, subject=SUBJECT, text=text)
    try:
        post.send(letter, again=before is not None)
    except TryLater:
        return Sent(later=1)
    except Undeliverable:
        _mark(world, patient_id, reference, "dropped", at)
        return Sent(dropped=1)
    _mark(world, patient_id, reference, "sent", at)
    return Sent(sent=1)


def _mark(world: World, patient_id: UUID, reference: UUID, state: str, at: datetime) -> None:
    with world.store.begin() as tx:
        store.mark_notice(tx, patient_id, reference, state=state, at=at)


def _address(tx: Transaction, account_id: UUID) -> str | None:
    account = account_of(tx, account_id)
    if account is None or account.state != "active" or account.email.endswith(NO_ADDRESS):
        return None
    return account.email
