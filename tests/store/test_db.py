"""Transactions, keys and sealing; and what a room without SQL is told when something goes wrong."""

# mypy: disable-error-code="union-attr"
# What is not there fails the test that asks for it.

from __future__ import annotations

import threading
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from careplan.keys.errors import CannotOpen
from careplan.store import tables
from careplan.store.accounts import account_of
from careplan.store.db import Store
from careplan.store.engines import Patience, UnknownDatabase, is_sqlite
from careplan.store.errors import Busy, CannotKeep, Erased, NotFound, ReadOnly, Unavailable
from careplan.store.owners import SERVICE, of_account, of_patient
from careplan.store.patients import erase_patient, face_of, patient_of
from tests.stores import NOW, a_keyring, a_patient, a_team, an_account, asked_of, seeded

BODY = tables.section_draft.c.body


def test_it_works(store):
    with store.begin() as tx:
        patient_id = a_patient(tx)
    with store.read() as tx:
        assert patient_of(tx, patient_id).patient_id == patient_id


def test_a_block_that_raises_keeps_nothing(store):
    made = []

    def half_done():
        with store.begin() as tx:
            made.append(a_patient(tx))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with store.read() as tx:
        assert patient_of(tx, made[0]) is None


def test_a_reading_transaction_cannot_write(store):
    with pytest.raises(ReadOnly), store.read() as tx:
        a_team(tx)
    with store.begin() as tx:
        a_team(tx)


def test_a_reading_transaction_sees_one_moment(store, patient_id):
    with store.read() as tx:
        assert patient_of(tx, patient_id) is not None
        with store.begin() as other:
            newcomer = a_patient(other)
        assert patient_of(tx, newcomer) is None
    with store.read() as tx:
        assert patient_of(tx, newcomer) is not None


def test_what_is_sealed_opens_again_for_its_owner_and_place(store, patient_id):
    with store.begin() as tx:
        account_id = an_account(tx)
        for owner in (of_patient(patient_id), of_account(account_id), SERVICE):
            blob = tx.seal(owner, BODY, "pain", b"10 mg morphine " * 9)
            assert b"morphine" not in blob
            assert tx.unseal(owner, BODY, "pain", blob) == b"10 mg morphine " * 9


def test_what_is_sealed_does_not_open_elsewhere(store, patient_id):
    with store.begin() as tx:
        other = a_patient(tx)
        blob = tx.seal(of_patient(patient_id), BODY, "pain", b"10 mg")
        for owner, column, row in (
            (of_patient(other), BODY, "pain"),
            (of_patient(patient_id), tables.section_draft.c.by_name, "pain"),
            (of_patient(patient_id), BODY, "allergies"),
        ):
            with pytest.raises(CannotOpen):
                tx.unseal(owner, column, row, blob)


def test_only_sealed_columns_can_be_sealed_for(store, patient_id):
    with store.begin() as tx, pytest.raises(TypeError):
        tx.seal(of_patient(patient_id), tables.patient.c.state, "", b"draft")


def test_a_key_is_asked_for_once_in_a_transaction(store, patient_id):
    with store.read() as tx:
        statements = asked_of(tx)
        assert tx.key(of_patient(patient_id)) == tx.key(of_patient(patient_id))
    assert len(statements) == 1


def test_nobody_has_no_key(store):
    with store.read() as tx, pytest.raises(NotFound):
        tx.key(of_patient(UUID(int=7)))


def test_an_erased_person_has_no_key_any_more(store, patient_id):
    with store.begin() as tx:
        blob = tx.seal(of_patient(patient_id), BODY, "pain", b"10 mg")
        erase_patient(tx, patient_id)
        with pytest.raises(Erased):
            tx.unseal(of_patient(patient_id), BODY, "pain", blob)
    with store.read() as tx:
        assert patient_of(tx, patient_id).erased
        assert face_of(tx, patient_id) is None


def test_another_keyring_opens_nothing(store, store_url):
    with store.begin() as tx:
        account_id = an_account(tx)
    stranger = Store(store_url, a_keyring(current="m2"), entropy=seeded())
    with stranger.read() as tx, pytest.raises(CannotOpen):
        account_of(tx, account_id)
    stranger.close()


def test_what_the_database_refuses_is_said_without_values(store):
    row = {"patient_id": UUID(int=9), "sequence": 0, "digest": b"secret-value"}
    with pytest.raises(CannotKeep) as refused, store.begin() as tx:
        tx.run(tables.trail_head.insert(), row)
    assert "secret-value" not in str(refused.value)


def test_a_lock_held_too_long_is_busy(store, store_url, patient_id):
    hurried = Store(
        store_url, a_keyring(), entropy=seeded(), patience=Patience(wait_for_lock_ms=100)
    )
    change = text("UPDATE patient SET state = 'held'")
    with store.begin() as tx:
        tx.run(change)
        with pytest.raises(Busy), hurried.begin() as other:
            other.run(change)
    hurried.close()


def test_more_threads_than_connections_is_busy(store_url):
    patience = Patience(connections=1, more_connections=0, wait_for_connection=0.1)
    small = Store(store_url, a_keyring(), entropy=seeded(), patience=patience)
    with small.read(), pytest.raises(Busy), small.read():
        pass
    small.close()


def test_a_database_that_is_not_there_is_unavailable(tmp_path):
    lost = Store(f"sqlite:///{tmp_path}/no/such/folder/x.db", a_keyring(), entropy=seeded())
    with pytest.raises(Unavailable), lost.read():
        pass
    lost.close()


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_unavailable():
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    lost = Store(nowhere, a_keyring(), entropy=seeded())
    with pytest.raises(Unavailable), lost.read():
        pass
    lost.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url):
    with pytest.raises(UnknownDatabase):
        is_sqlite(url)


def test_sqlite_is_opened_to_be_durable_and_checked(sqlite_url):
    opened = Store(sqlite_url, a_keyring(), entropy=seeded())
    with opened.begin() as tx:
        found = {
            name: tx.run(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    opened.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.postgres
def test_a_lost_connection_is_replaced_after_a_rest(postgres_url, monkeypatch):
    """The server ends a connection while nobody asks; the next one to ask notices nothing."""
    monkeypatch.setattr("careplan.store.engines._RESTED", -1.0)
    store = Store(postgres_url, a_keyring(), entropy=seeded())
    with store.read() as tx:
        ended = tx.run(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ended])
    with store.read() as tx:
        assert tx.run(text("SELECT pg_backend_pid()")).scalar_one() != ended
    store.close()


def test_a_store_may_be_shared_among_threads(store):
    made, problems = [], []

    def work():
        try:
            for _ in range(5):
                with store.begin() as tx:
                    made.append(a_patient(tx))
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(made)) == 40
    with store.read() as tx:
        assert all(patient_of(tx, one).created_at == NOW for one in made)
