"""PostgreSQL undoes one of two who met half-way: whoever pressed the button never learns of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind, Opening
from careplan.web.access import Reader, open_to
from careplan.web.collisions import Noting
from careplan.web.here import here
from tests.acts.worlds import Clinic, clinic, people_once, signed_once, token_of
from tests.stores import owner_url
from tests.visitors import come_in
from tests.web.reader import Reader as WebReader

__all__ = ["clinic", "owner_url", "people_once", "signed_once"]

_CHAIN = "SELECT 1 FROM trail_head WHERE patient_id = %s FOR UPDATE"
_WAITS = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
MET = {
    "link": "SELECT 1 FROM link WHERE patient_id = %s FOR UPDATE",
    "patient": "SELECT 1 FROM patient WHERE patient_id = %s FOR UPDATE",
}


class Heard(Noting):
    again = 0

    def retried(self, problem: str) -> None:
        super().retried(problem)
        self.again += 1


@contextmanager
def somebody_the_other_way_round(url: str, clinic: Clinic, first: str) -> Iterator[None]:
    """Holds the end of Ada's trail, and once somebody waits for it takes what they hold. PostgreSQL
    undoes whoever notices first, and this one has much patience."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as other, psycopg.connect(address, autocommit=True) as looks:
        other.execute("SET LOCAL deadlock_timeout = '1min'")
        other.execute(_CHAIN, (clinic.patient_id,))

        def meet() -> None:
            until = time.monotonic() + 20
            while time.monotonic() < until:
                if looks.execute(_WAITS, (other.info.dbname,)).rowcount:
                    break
                time.sleep(0.02)
            other.execute(MET[first], (clinic.patient_id,))
            other.commit()

        meeting = threading.Thread(target=meet)
        meeting.start()
        yield
        meeting.join()


def answer(client: WebReader, token: str, born: str) -> Any:
    return client.post(f"/m/{token}", json={"recipient": "Ward 9", "passcode": born})


@pytest.fixture
def store_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def site(make_app: Callable[..., Flask], clinic: Clinic) -> Flask:
    app = make_app()
    app.extensions["careplan"].world.store.listener = Heard()
    return app


def met(app: Flask) -> int:
    return int(app.extensions["careplan"].world.store.listener.again)


@pytest.mark.postgres
@pytest.mark.parametrize(("born", "status"), [("1990-01-01", 401), ("1997-03-14", 200)])
def test_an_answer_at_a_link_that_met_somebody_counts_once(
    owner_url: str, site: Flask, clinic: Clinic, born: str, status: int
) -> None:
    token = token_of(clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH))
    before = clinic.deeds()
    with somebody_the_other_way_round(owner_url, clinic, "link"):
        said = answer(cast("WebReader", site.test_client()), token, born)
    assert said.status_code == status, said.text
    assert met(site) >= 1, "or they never met"
    written = clinic.deeds()[: -len(before)]
    assert written == [Deed.LINK_OPENED if status == 200 else Deed.WRONG_ANSWER]
    assert clinic.chains_hold()


@pytest.mark.postgres
def test_a_short_code_that_met_somebody_is_tried_again_inside(
    owner_url: str, site: Flask, clinic: Clinic
) -> None:
    card, typist = clinic.share(), cast("WebReader", site.test_client())
    with somebody_the_other_way_round(owner_url, clinic, "link"):
        said = typist.submit("/code", {"code": card.code, "birth_date": "14 3 1997"})
    assert said.status_code == 200, said.text
    assert met(site) >= 1, "or they never met"
    assert clinic.deeds().count(Deed.SHORT_CODE_OPENED) == 1


@pytest.mark.postgres
def test_a_version_that_met_somebody_is_published_once(
    owner_url: str, site: Flask, clinic: Clinic
) -> None:
    number = clinic.current.head.number
    ada = come_in(cast("WebReader", site.test_client()), email="ada@example.org")
    token = ada.page(ada.get("/plan/publish")).value_of("csrf_token")
    with somebody_the_other_way_round(owner_url, clinic, "patient"):
        said = ada.post("/plan/publish", data={"csrf_token": token})
    assert said.status_code == 200, said.text
    assert met(site) >= 1, "or they never met"
    assert clinic.current.head.number == number + 1
    assert clinic.chains_hold()


# --- when it is not done again ------------------------------------------------------------------


@pytest.fixture
def doors(site: Flask) -> tuple[WebReader, list[str]]:
    """Doors at which the database undoes the last transaction, each time."""
    tried: list[str] = []

    @open_to(Reader.ANYONE)
    def door(name: str) -> str:
        tried.append(name)
        store = here().world.store
        if name == "kept":
            with store.begin():
                pass
        with store.begin():
            raise_as_the_database_does()
        return ""

    site.config["WTF_CSRF_ENABLED"] = False
    for rule in ("/door/<name>", "/fhir/door/<name>"):
        site.add_url_rule(rule, rule, door, methods=["GET", "POST"])
    return cast("WebReader", site.test_client()), tried


def raise_as_the_database_does() -> None:
    undone = psycopg.errors.DeadlockDetected("undone")
    raise undone


@pytest.mark.postgres
def test_it_is_given_up_in_words_and_never_after_something_was_kept(
    doors: tuple[WebReader, list[str]],
) -> None:
    client, tried = doors
    given_up = client.get("/door/nothing")
    assert given_up.status_code == 503
    assert "Try again" in given_up.text
    assert given_up.headers["Retry-After"]
    client.get("/door/kept")
    client.post("/fhir/door/document", json={"resourceType": "Bundle"})
    client.post("/door/file", data={"file": (BytesIO(b"x"), "list.csv")})
    assert tried == ["nothing"] * 3 + ["kept", "document", "file"]
