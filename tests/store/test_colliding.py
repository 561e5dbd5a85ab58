"""Two who meet half-way: one is undone whole and done again, and nothing is ever done twice."""

from __future__ import annotations

import threading
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select, update

from careplan.store.db import Store, Transaction
from careplan.store.engines import Patience
from careplan.store.errors import Busy, Collided, Unavailable
from careplan.store.listening import Listener
from careplan.store.tables import account
from tests.stores import a_keyring, an_account, seeded


class Heard(Listener):
    def __init__(self) -> None:
        self.again: list[str] = []

    def retried(self, problem: str) -> None:
        self.again.append(problem)


@pytest.fixture
def heard(store: Store) -> Heard:
    store.listener = Heard()
    return store.listener


@pytest.fixture
def two(store: Store) -> list[Any]:
    with store.begin() as tx:
        return [an_account(tx, email=f"{name}@example.com") for name in ("ada", "ben")]


def failures(store: Store) -> list[int]:
    with store.read() as tx:
        return sorted(tx.run(select(account.c.failures)).scalars())


def one_more(tx: Transaction, account_id: Any) -> None:
    more = {"failures": account.c.failures + 1}
    tx.run(update(account).where(account.c.account_id == account_id).values(more))


@pytest.mark.postgres
def test_who_locked_the_other_way_round_is_done_again(postgres_url):
    store = Store(postgres_url, a_keyring(), entropy=seeded())
    store.listener = heard = Heard()
    with store.begin() as tx:
        people = [an_account(tx, email=f"{name}@example.com") for name in ("ada", "ben")]
    both_hold_one = threading.Barrier(2)

    def act(first: Any, second: Any) -> None:
        tries = iter((both_hold_one.wait, int, int))  # only the first try waits for the other

        def once(tx: Transaction) -> None:
            one_more(tx, first)
            next(tries)()
            one_more(tx, second)

        store.whole(once)

    others = threading.Thread(target=act, args=(people[0], people[1]))
    others.start()
    act(people[1], people[0])
    others.join()
    assert failures(store) == [2, 2]  # each of the two did each of its two, once
    assert set(heard.again) == {"Collided"}
    store.close()


def test_it_is_given_up_after_three_times(store, heard, two):
    tried: list[int] = []

    def act(tx: Transaction) -> None:
        tried.append(1)
        one_more(tx, two[0])
        raise Collided("again and again")

    with pytest.raises(Collided):
        store.whole(act)
    assert len(tried) == 3
    assert heard.again == ["Collided"] * 2
    assert failures(store) == [0, 0]


@pytest.mark.parametrize("problem", [Unavailable, Busy])
def test_nothing_else_is_done_again(store, heard, two, problem):
    """A connection lost at the very end: perhaps it was kept, so it must not be done twice."""

    def act(tx: Transaction) -> None:
        one_more(tx, two[0])
        raise problem("gone")

    with pytest.raises(problem):
        store.whole(act)
    assert heard.again == []


@pytest.fixture
def hurried(postgres_url):
    """Two connections, and no time to wait for anything."""
    patience = Patience(
        connections=1,
        more_connections=1,
        wait_for_connection=0.2,
        wait_for_lock_ms=100,
        statement_ms=1_500,
    )
    store = Store(postgres_url, a_keyring(), entropy=seeded(), patience=patience)
    yield store
    store.close()


@pytest.mark.postgres
def test_whoever_waits_for_a_row_or_a_connection_is_told(hurried):
    with hurried.begin() as tx:
        one = an_account(tx)
    with hurried.begin() as held:
        one_more(held, one)
        with pytest.raises(Busy), hurried.begin() as tx:
            one_more(tx, one)
    with hurried.begin(), hurried.begin(), pytest.raises(Busy), hurried.begin():
        pass
    assert failures(hurried) == [1]


@pytest.mark.postgres
def test_a_statement_that_takes_too_long_is_ended(hurried):
    with pytest.raises(Busy), hurried.begin() as tx:
        tx._connection.exec_driver_sql("SELECT pg_sleep(30)")


@pytest.mark.postgres
def test_a_transaction_that_does_nothing_is_ended_and_the_next_is_well(hurried):
    def act(tx: Transaction) -> None:
        one = an_account(tx)
        sleep(3.2)
        one_more(tx, one)

    with pytest.raises(Unavailable):
        hurried.whole(act)
    assert failures(hurried) == []
