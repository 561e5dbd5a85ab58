"""Another master key: while people work, cut off anywhere, and then without the old one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from careplan.acts.drafting import section_draft
from careplan.acts.opening import Opened, open_link
from careplan.acts.opening import Reader as Stranger
from careplan.acts.rekeying import Rekeyed, left_to_rewrap, rekey
from careplan.acts.world import World
from careplan.audit.chain import service_chain
from careplan.audit.events import Kind as Deed
from careplan.keys.envelope import DataKey, key_id_of
from careplan.keys.errors import WrongKey
from careplan.keys.keyring import Keyring
from careplan.plan.codec import to_plain
from careplan.store.cards import signing_key
from careplan.store.chains import Whole, verify_all
from careplan.store.db import Store
from careplan.store.patients import face_of
from careplan.store.rekeying import masters_in_use
from careplan.store.sessions import session_by_token
from careplan.store.tables import Sealed, account, metadata, patient
from careplan.store.trail import service_events_of
from tests.acts.worlds import ADA, Clinic, token_of
from tests.conftest import BASE_URL, CHEAP
from tests.store.test_tables import SECRETS
from tests.stores import NOW, TODAY, a_keyring, an_account, seeded

OLD, BOTH, NEW = a_keyring(), a_keyring(current="m2", also=("m1",)), a_keyring(current="m2")


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def opened(url: str, keyring: Keyring, seed: str = "another") -> Store:
    return Store(url, keyring, entropy=seeded(seed))


def world_of(store: Store) -> World:
    return World(store, seeded("rekeying"), BASE_URL, strength=CHEAP)


def rekeyed(store: Store, *, at_once: int = 3, tell: Callable[[int], None] = lambda _: None) -> Any:
    return rekey(world_of(store), now=lambda: NOW, tell=tell, at_once=at_once)


def keys_at_hand(store: Store) -> set[str]:
    """The id of every data key that this keyring opens: people's, accounts', the service's."""
    found = {store.service_key.id}
    with store.read() as tx:
        for table, owner in ((patient, patient.c.patient_id), (account, account.c.account_id)):
            for row in tx.run(select(owner.label("owner"), table.c.data_key)):
                key: DataKey = store.keyring.unwrap(row.data_key, str(row.owner))
                found.add(key.id)
    return found


def sealed_with(store: Store) -> Iterator[tuple[str, str]]:
    """Of every sealed value of every table: where it is, and the id of the key that opens it."""
    with store.read() as tx:
        for table in metadata.sorted_tables:
            for column in (one for one in table.c if isinstance(one.type, Sealed)):
                for blob in tx.run(select(column).where(column.is_not(None))).scalars():
                    yield f"{table.name}.{column.name}", key_id_of(blob)


def test_afterwards_the_old_key_is_needed_for_nothing(
    filled: tuple[Store, UUID], store_url: str
) -> None:
    _, patient_id = filled
    with closing(opened(store_url, BOTH)) as both:
        told: list[int] = []
        found = rekeyed(both, at_once=1, tell=told.append)
        assert found == Rekeyed(len(told), ("m1",), {})
        assert told == [1, 2]
    with closing(opened(store_url, NEW)) as new:
        at_hand, places = keys_at_hand(new), set()
        for place, key in sealed_with(new):
            assert key in at_hand, place
            places.add(place)
        assert places == {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, Sealed)
        }
        with new.read() as tx:
            assert masters_in_use(tx) == {"m2": 2}
            face = face_of(tx, patient_id)
            assert face is not None
            assert face.legal_name == SECRETS["name"]
            # The service's own are under keys made of the pepper, which no master key is part of.
            assert session_by_token(tx, SECRETS["session"]) is not None
            assert signing_key(tx) is not None
            assert isinstance(verify_all(tx), Whole)
            kinds = [one.event.kind for one in service_events_of(tx, service_chain(NOW))]
            assert kinds.count(Deed.KEYS_REWRAPPED) == 2


def test_before_it_the_new_key_alone_opens_nobody(
    filled: tuple[Store, UUID], store_url: str
) -> None:
    with closing(opened(store_url, NEW)) as new:
        with pytest.raises(WrongKey, match="m1, which is not in the keyring"):
            keys_at_hand(new)
        found = rekeyed(new)
        assert found == Rekeyed(0, (), {"m1": 2})


def test_it_is_cut_off_anywhere_and_goes_on(filled: tuple[Store, UUID], store_url: str) -> None:
    store, _ = filled
    with store.begin() as tx:
        for number in range(5):
            an_account(tx, f"more{number}@example.com")

    def cut(done: int) -> None:
        raise Stopped

    with closing(opened(store_url, BOTH)) as both:
        left = []
        while found := sum(left_to_rewrap(world_of(both)).values()):
            left.append(found)
            with pytest.raises(Stopped):
                rekeyed(both, at_once=2, tell=cut)
        assert left == [7, 5, 3, 1]
        assert rekeyed(both) == Rekeyed(0, ("m1",), {})
        assert keys_at_hand(both)


class Crowd:
    """One opens the plan and one writes in it, each on a store of their own, until it is over."""

    def __init__(self, clinic: Clinic, url: str) -> None:
        self.clinic, self.url = clinic, url
        self.token = token_of(clinic.share())
        self.done = {"look": 0, "write": 0}
        self.problems: list[BaseException] = []
        self._over = threading.Event()
        self._crowd = [
            threading.Thread(target=self._go_on, args=(name, deed))
            for name, deed in (("look", self._look), ("write", self._write))
        ]

    def __enter__(self) -> Crowd:
        for one in self._crowd:
            one.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        for one in self._crowd:
            one.join()

    def until_each_did_more(self) -> None:
        before = dict(self.done)
        for _try in range(200):
            if self.problems or all(many > before[name] for name, many in self.done.items()):
                return
            self._over.wait(0.005)

    def _go_on(self, name: str, deed: Callable[[World], None]) -> None:
        with closing(opened(self.url, BOTH, name)) as store:
            try:
                while not self._over.is_set():
                    deed(world_of(store))
                    self.done[name] += 1
            except BaseException as problem:  # noqa: BLE001 (told by the test)
                self.problems.append(problem)

    def _look(self, world: World) -> None:
        stranger = Stranger(None, "Ward 7", NOW, TODAY)
        found = open_link(world, stranger, token=self.token, again=None, zipped=False)
        assert isinstance(found, Opened)

    def _write(self, world: World) -> None:
        replace(self.clinic, world=world).save("about_me", to_plain(ADA.about_me))


def test_nobody_who_works_meanwhile_notices(clinic: Clinic, store_url: str) -> None:
    with clinic.world.store.begin() as tx:
        for number in range(12):
            an_account(tx, f"crowd{number}@example.com")
    with Crowd(clinic, store_url) as crowd, closing(opened(store_url, BOTH, "mover")) as mover:
        found = rekeyed(mover, at_once=6, tell=lambda _: crowd.until_each_did_more())
    assert crowd.problems == []
    assert (found.still, found.spare) == ({}, ("m1",))
    assert min(crowd.done.values()) >= 3
    with closing(opened(store_url, NEW)) as new:
        mine: Any = {"by": clinic.ada, "patient_id": clinic.patient_id}
        assert section_draft(world_of(new), **mine, section="about_me") is not None
        with new.read() as tx:
            assert isinstance(verify_all(tx), Whole)


# --- the command -------------------------------------------------------------------------------


def test_the_command_says_what_may_be_thrown_away(
    clinic: Clinic, make_app: Callable[..., Flask]
) -> None:
    settings = {"master_keys": dict(BOTH.masters), "master_key_current": "m2"}
    run = make_app(**settings).test_cli_runner()
    told = run.invoke(args=["rekey", "--dry-run"])
    assert told.output.startswith("To wrap anew under m2: ")
    told = run.invoke(args=["rekey"])
    assert told.exit_code == 0, told.output
    assert "m1 wraps nothing any more: it may be taken out of MASTER_KEYS." in told.output


def test_with_another_master_key_nothing_leaves(
    clinic: Clinic, make_app: Callable[..., Flask], tmp_path: Any
) -> None:
    number = clinic.current.head.number
    assert number
    with clinic.world.store.read() as tx:
        face = face_of(tx, clinic.patient_id)
    assert face is not None
    run = make_app(master_keys=dict(NEW.masters), master_key_current="m2").test_cli_runner()
    out = tmp_path / "plan.json"
    told = run.invoke(args=["export", face.plan_number, "--out", str(out)])
    assert told.exit_code == 1
    assert told.output == (
        "Cannot: MASTER_KEYS does not open what is kept here: wrapped with master key m1, which "
        "is not in the keyring. Nothing was done.\n"
    )
    assert not out.exists()
    told = run.invoke(args=["rekey"])
    assert told.exit_code == 1
    assert "m1 still wraps" in told.output
    assert "not in MASTER_KEYS" in told.output


def test_a_master_of_the_same_name_and_other_bytes_opens_nothing(
    filled: tuple[Store, UUID], store_url: str
) -> None:
    """Taken from another installation's settings."""
    wrong = Keyring({"m1": b"?" * 32}, "m1", OLD.pepper)
    with closing(opened(store_url, wrong)) as other, pytest.raises(WrongKey):
        keys_at_hand(other)
