"""Started before its database was migrated, or as a role that was given no rights: the site waits
and says so in words, and `doctor` says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from careplan.store.migrate import migrate
from tests.empty import empty_url
from tests.stores import app_role_of, as_app
from tests.web.reader import Reader

__all__ = ["empty_url"]
Make = Callable[..., Flask]


def doctor(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["doctor"]).output


def test_a_database_without_tables(make_app: Make, empty_url: str) -> None:
    app = make_app(database_url=empty_url)
    client = cast("Reader", app.test_client())
    ready = client.get("/readyz")
    assert (ready.status_code, ready.text) == (503, "not ready\n")
    opened = client.post(f"/m/{'A' * 43}", json={"recipient": "Ward 9"})
    assert opened.status_code == 503
    assert "paper" in opened.get_json()["detail"]
    signing_in = client.submit("/account/sign-in", {"email": "a@example.org", "password": "b"})
    assert signing_in.status_code == 503
    assert "needs migrate first" in doctor(app)
    migrate(empty_url)
    assert client.get("/readyz").text == "ready\n", "nobody had to start it again"


@pytest.mark.postgres
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_role_without_rights(make_app: Make, empty_url: str) -> None:
    """Somebody has migrated and left APP_ROLE out."""
    owned = make_url(empty_url)
    role = app_role_of(owned)
    migrate(empty_url)
    plain = owned.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
    app = make_app(database_url=as_app(owned).render_as_string(hide_password=False))
    assert app.test_client().get("/readyz").status_code == 503
    assert "APP_ROLE" in doctor(app)
