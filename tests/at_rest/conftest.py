"""A database with a row in every table, and a hospital with a signed plan, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from careplan.store.db import Store
from careplan.store.tables import patient
from tests.acts.worlds import clinic, people, people_once, signed_once
from tests.store.test_tables import fill
from tests.stores import a_keyring, owner_url, seeded

__all__ = ["clinic", "filled", "owner_url", "people", "people_once", "signed_once"]


@pytest.fixture
def filled(store_url: str) -> Iterator[tuple[Store, UUID]]:
    """One person of whom every table knows something."""
    store = Store(store_url, a_keyring(), entropy=seeded())
    fill(store)
    with store.read() as tx:
        patient_id = tx.run(select(patient.c.patient_id)).scalar_one()
    yield store, patient_id
    store.close()
