"""What was begun is ended once, in time, as what it was begun, and leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from careplan.store.ceremonies import Ceremony, begin, take
from careplan.store.tables import ceremony
from tests.stores import NOW, an_account

FIVE = timedelta(minutes=5)


def _begun(store, kind=Ceremony.USE_PASSKEY, account_id=None):
    with store.begin() as tx:
        return begin(tx, kind, body={"challenge": "x"}, account_id=account_id, at=NOW, lives=FIVE)


def _take(store, token, kind=Ceremony.USE_PASSKEY, at=NOW):
    with store.begin() as tx:
        return take(tx, kind, token, at=at)


def test_it_gives_back_what_was_begun_once(store):
    with store.begin() as tx:
        mine = an_account(tx)
    token = _begun(store, account_id=mine)
    taken = _take(store, token)
    assert (taken.account_id, taken.body) == (mine, {"challenge": "x"})
    assert _take(store, token) is None


def test_too_late_another_kind_or_a_made_up_token_takes_nothing(store):
    late, other = _begun(store), _begun(store)
    assert _take(store, late, at=NOW + FIVE) is None
    assert _take(store, late) is None  # who came too late has used it up
    assert _take(store, other, kind=Ceremony.ADD_PASSKEY) is None
    assert _take(store, "x" * 43) is None
    assert _take(store, other) is not None


def test_of_many_at_once_one_takes_it(store):
    token = _begun(store)
    with ThreadPoolExecutor(4) as hands:
        taken = list(hands.map(lambda _: _take(store, token), range(8)))
    assert sum(one is not None for one in taken) == 1


def test_neither_token_nor_challenge_is_kept_in_clear(store):
    token = _begun(store)
    with store.read() as tx:
        (row,) = tx.run(select(ceremony)).all()
    assert token.encode() not in row.token_hash + row.body
    assert b"challenge" not in row.body
