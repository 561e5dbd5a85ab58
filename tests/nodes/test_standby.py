"""A real primary is killed, and links go on opening from its standby; promoted, it is told all."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from careplan.acts.world import World
from careplan.audit.events import Kind as Deed
from careplan.sharing.links import Kind, Opening
from careplan.store.db import Store
from careplan.store.migrate import migrate
from careplan.store.standby import Spare, takes_writes
from careplan.web.app import create_app
from careplan.web.here import Here
from prove.pair import Server, either_of, pair_here, programs
from tests.acts.worlds import Clinic, a_signed_plan, token_of
from tests.conftest import BASE_URL, CHEAP, Clock
from tests.stores import a_keyring, seeded

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed"),
]


_END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass
class Hospital:
    primary: Server
    standby: Server
    clinic: Clinic
    app: Flask

    @property
    def store(self) -> Spare:
        here: Here = self.app.extensions["careplan"]
        assert isinstance(here.world.store, Spare)
        return here.world.store


@pytest.fixture
def hospital(tmp_path: Path, settings_of_node) -> Iterator[Hospital]:
    with tempfile.TemporaryDirectory(prefix="careplan-pair-") as made:
        Path(made).chmod(0o711)  # PostgreSQL's own user goes through it
        with pair_here(Path(made)) as (primary, standby):
            migrate(primary.url)
            both = either_of(primary, standby)
            store = Store(both, a_keyring(), entropy=seeded("pair"))
            clinic = a_signed_plan(World(store, seeded("pair world"), BASE_URL, strength=CHEAP))
            clock = Clock()
            app = create_app(
                settings_of_node(both, standby.url, tmp_path / "spool"),
                clock=clock,
                entropy=seeded("node"),
                strength=CHEAP,
                pause=clock.wait,
            )
            app.config["TESTING"] = True
            yield Hospital(primary, standby, clinic, app)
            app.extensions["careplan"].world.store.close()
            app.extensions["careplan"].world.fallback.standby.close()
            store.close()


def test_links_go_on_opening_and_nothing_is_lost(hospital: Hospital):  # noqa: PLR0915 (one story)
    clinic, client = hospital.clinic, hospital.app.test_client()
    card = clinic.share()
    asked = clinic.share(Kind.PRIVATE_PRINT, opening=Opening.DATE_OF_BIRTH)

    def scan(link, answer=None):
        body = {"recipient": "Ward 9"} | ({"passcode": answer} if answer else {})
        return client.post(f"/m/{token_of(link)}", json=body, base_url=BASE_URL)

    before = scan(card)
    assert before.status_code == 200
    assert takes_writes(hospital.primary.url)
    assert not takes_writes(hospital.standby.url)
    assert takes_writes(either_of(hospital.standby, hospital.primary))

    # One lost connection is not the database: nobody notices.
    hospital.primary.say(_END_CONNECTIONS)
    assert scan(card).status_code == 200
    assert not hospital.store.away

    hospital.primary.kill()
    began = time.monotonic()

    first = scan(card)
    assert first.status_code == 200
    assert first.json["files"][0]["embedded"] == before.json["files"][0]["embedded"]
    assert "main computer is not answering" in first.json["_state"]["words"]
    assert time.monotonic() - began < 10, "it is found out soon"
    began = time.monotonic()
    assert [scan(card).status_code for _ in range(5)] == [200] * 5
    assert time.monotonic() - began < 5, "and then nobody waits to find out"

    assert scan(asked, "1/1/1980").json["remainingAttempts"] == 2
    assert scan(asked, "14 March 1997").status_code == 200
    assert client.get("/.well-known/jwks.json", base_url=BASE_URL).status_code == 200
    typed = {"code": card.code, "birth_date": "14 3 1997"}
    hospital.app.config["WTF_CSRF_ENABLED"] = False
    shown = client.post("/code", data=typed, base_url=BASE_URL)
    assert shown.status_code == 200
    assert "main computer is not answering" in shown.text

    gone = client.post("/account/sign-in", data={"email": "a@b.c"}, base_url=BASE_URL)
    assert gone.status_code == 503
    assert "paper" in gone.text
    assert gone.headers["Retry-After"]

    hospital.standby.say("ALTER SYSTEM RESET synchronous_standby_names")
    hospital.standby.promote()
    _until(lambda: not hospital.store.away)
    clinic.world.store.close()  # its connections were to the one that is gone
    _until(lambda: clinic.deeds().count(Deed.LINK_OPENED) == 9)

    events = clinic.events(20)
    assert [one.what.get("late") for one in events].count("yes") == 9
    assert [one.kind for one in events].count(Deed.SHORT_CODE_OPENED) == 1
    assert clinic.chains_hold()
    clinic.share()
    assert scan(card).json["_state"]["words"].find("main computer") == -1


def _until(true, *, seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.1)
