"""A phone that keeps a copy is found by its token, and by nothing once it was made to forget."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from careplan.store.patients import erase_patient
from careplan.store.phones import (
    Phone,
    forget_phone,
    keep_phone,
    note_phone_seen,
    phone_by_token,
    phones_of,
    signature_on,
)
from careplan.store.tables import directory, kept_phone
from tests.stores import NOW, an_account

TOKEN = "t" * 43


@pytest.fixture
def phone(store, patient_id) -> Phone:
    with store.begin() as tx:
        kept = Phone(
            patient_id=patient_id,
            phone_id=tx.new_id(),
            account_id=an_account(tx),
            version=3,
            kept_at=NOW,
            expires_at=NOW + timedelta(days=30),
            last_seen_at=NOW,
            name="The blue one",
        )
        keep_phone(tx, kept, token=TOKEN)
    return kept


def found(store, token=TOKEN):
    with store.read() as tx:
        return phone_by_token(tx, token)


def test_a_phone_is_found_by_its_token_and_listed_by_its_name(store, phone):
    assert found(store) == replace(phone, name="")
    assert found(store, "x" * 43) is None
    with store.read() as tx:
        assert phones_of(tx, phone.patient_id, at=NOW) == (phone,)
        assert phones_of(tx, phone.patient_id, at=phone.expires_at) == ()
        assert signature_on(tx, phone) is None


def test_the_token_itself_and_the_name_are_kept_nowhere(store, phone):
    with store.read() as tx:
        rows = [*tx.run(select(kept_phone)), *tx.run(select(directory))]
    kept = repr([tuple(row) for row in rows])
    assert TOKEN not in kept
    assert "The blue one" not in kept


def test_one_that_was_made_to_forget_is_listed_and_not_found(store, phone):
    later = NOW + timedelta(hours=1)
    with store.begin() as tx:
        note_phone_seen(tx, phone, at=later)
        assert forget_phone(tx, phone.patient_id, phone.phone_id, at=later)
        assert not forget_phone(tx, phone.patient_id, phone.phone_id, at=later)
        (listed,) = phones_of(tx, phone.patient_id, at=later)
    assert (listed.last_seen_at, listed.forgotten_at) == (later, later)
    assert found(store) is None


def test_of_somebody_erased_no_phone_is_found(store, phone):
    with store.begin() as tx:
        erase_patient(tx, phone.patient_id)
    assert found(store) is None
