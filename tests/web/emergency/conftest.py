"""Ada's signed plan, and a service whose staff door is open. Pages are tried on one database."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from careplan.acts.signing_in import begin_two_factor, sign_in
from tests.acts.worlds import Clinic, clinic, people_once, signed_once
from tests.stores import NOW
from tests.visitors import PASSWORD, SESSION_COOKIE, Staff, an_emergency_nurse
from tests.web.reader import Reader

__all__ = ["clinic", "people_once", "signed_once"]


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(break_glass=True)


@pytest.fixture
def tom(clinic: Clinic) -> Staff:
    return an_emergency_nurse(clinic.world)


@pytest.fixture
def desk(app: Flask, clinic: Clinic, tom: Staff) -> Reader:
    """Tom's computer, both steps given."""
    return signed_in(app, clinic, tom)


def signed_in(app: Flask, clinic: Clinic, staff: Staff) -> Reader:
    token = sign_in(clinic.world, email=staff.email, password=PASSWORD, at=NOW)
    me = UUID(staff.who.account_id)
    with clinic.world.store.begin() as tx:
        token = begin_two_factor(clinic.world, tx, me, at=NOW, old_token=token)
    client: Reader = app.test_client()  # type: ignore[assignment]
    client.set_cookie(SESSION_COOKIE, token, domain="plan.example.org", secure=True)
    return client
