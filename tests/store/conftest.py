"""Every test of this room that asks for `store` runs on both databases."""

from __future__ import annotations

import pytest

from careplan.store.db import Store
from tests.stores import (
    a_patient,
    owned,
    owner_url,
    postgres_broom,
    postgres_database,
    postgres_url,
    sqlite_template,
    sqlite_url,
    store,
    store_url,
)

__all__ = [
    "owned",
    "owner_url",
    "patient_id",
    "postgres_broom",
    "postgres_database",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
    "store",
    "store_url",
]


@pytest.fixture
def patient_id(store: Store):
    """Somebody new, in no team."""
    with store.begin() as tx:
        return a_patient(tx)
