"""What was backed up comes back: on either database, at one moment, compared and migrated."""

from __future__ import annotations

import shutil
import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, insert, inspect, make_url, select, text

from careplan.acts.backing_up import back_up, last_done
from careplan.acts.backup_file import CannotRestore, OtherProgram, read_through
from careplan.acts.restoring import DrillFailed, drill, restore
from careplan.acts.seeding import DEMO_PATIENT
from careplan.acts.signing_in import who_is
from careplan.acts.world import World
from careplan.audit.chain import UPKEEP
from careplan.audit.events import Kind, sentence
from careplan.store.chains import Whole as WholeTrail
from careplan.store.chains import verify_all
from careplan.store.db import Store
from careplan.store.dumping import NotEverything, OtherSchema, dump, rows_of, unhurried
from careplan.store.engines import engine_for_migration
from careplan.store.fences import NOBODY, within
from careplan.store.migrate import head_matches, migrate, up_to
from careplan.store.refilling import one_transaction
from careplan.store.shapes import Shape, shapes, tallied
from careplan.store.tables import audit_event, metadata, patient, photo, service_event, session
from careplan.store.trail import service_events_of
from careplan.store.versions import current_version
from careplan.web.commands.backup_file import ToFile
from tests.backup.conftest import KEY, InMemory, Kept, backed_up
from tests.backup.remade import remade
from tests.conftest import BASE_URL, CHEAP
from tests.keys.seeded import seeded as shaken
from tests.stores import (
    NOW,
    a_keyring,
    a_patient,
    a_team,
    an_account,
    app_role_of,
    as_app,
    seeded,
)

OURS = {"service_head", "service_event", "session", "ceremony", "partner_token"}
"""Where a restore leaves its own traces, or shuts doors."""


def sums(url: str, found: tuple[Shape, ...] = ()) -> dict[str, tuple[int, str]]:
    store = Store(url, a_keyring(), entropy=seeded("sums"))
    with store.read() as tx:
        counted = {one.name: tallied(one, rows_of(tx, one)) for one in found or shapes()}
    store.close()
    return counted


def apart_from_ours(said: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {name: one for name, one in said.items() if name not in OURS}


@pytest.fixture
def restored(elsewhere: World, of_everybody: Kept, owner_url: str, store_url: str) -> str:
    """Into an empty schema, as its owner; the address at which the application finds it."""
    restore(elsewhere, BytesIO(of_everybody.file), into=owner_url, key=KEY, at=NOW)
    return store_url


# --- there and back ------------------------------------------------------------------------------


def test_everything_comes_back_on_either_database(
    restored: str, of_everybody: Kept, elsewhere: World
) -> None:
    before = sums(of_everybody.url)
    assert sum(rows for rows, _ in before.values()) > 100
    assert before["session"][0] == 1
    assert apart_from_ours(sums(restored)) == apart_from_ours(before)
    store = Store(restored, a_keyring(), entropy=seeded("restored"))
    world = World(store, seeded("restored world"), BASE_URL, strength=CHEAP)
    ada = who_is(world, email=DEMO_PATIENT)
    assert ada is not None
    with store.begin() as tx:
        assert isinstance(verify_all(tx), WholeTrail)
        (mine,) = tx.run(
            select(patient.c.patient_id).where(patient.c.current_version >= 1).limit(1)
        )
        assert current_version(tx, mine.patient_id) is not None
        assert tx.run(select(func.count()).select_from(session)).scalar_one() == 0
        (told,) = [
            one.event
            for one in service_events_of(tx, UPKEEP)
            if one.event.kind is Kind.BACKUP_RESTORED
        ]
    assert told.what["backup"] == str(of_everybody.made.head.backup_id)
    assert f"{of_everybody.made.rows} rows" in sentence(told)
    # and out of that database again, as the application's own role
    again, made = backed_up(world, restored)
    store.close()
    found = read_through(BytesIO(again), key=KEY, keyring=a_keyring())
    assert apart_from_ours(dict(found.said)) == apart_from_ours(before)
    assert made.rows == found.rows


def test_a_database_without_tables_is_given_them(
    elsewhere: World, of_everybody: Kept, empty_url: str
) -> None:
    """And the application's role its rights, on PostgreSQL."""
    role, serves_at = "", empty_url
    if not empty_url.startswith("sqlite"):
        owned = make_url(empty_url)
        role = app_role_of(owned)
        serves_at = as_app(owned).render_as_string(hide_password=False)
    restore(elsewhere, BytesIO(of_everybody.file), into=empty_url, key=KEY, at=NOW, app_role=role)
    assert head_matches(empty_url)
    assert apart_from_ours(sums(serves_at)) == apart_from_ours(sums(of_everybody.url))


def test_what_is_written_meanwhile_is_not_in_it(world: World, store_url: str) -> None:
    """One moment: that of the first row read, however long the rest takes."""
    with world.store.begin() as tx:
        a_team(tx, "before")

    class Slow(InMemory):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            if not self.getvalue():
                with world.store.begin() as tx:
                    a_patient(tx, team_id=a_team(tx, "meanwhile"))
            return super().write(data)

    sink, source = Slow(), unhurried(store_url, a_keyring(), entropy=seeded())
    back_up(world, sink, key=KEY, source=source, clock=lambda: NOW)
    source.close()
    found = read_through(BytesIO(sink.getvalue()), key=KEY, keyring=a_keyring())
    assert (found.said["team"][0], found.said["patient"][0]) == (1, 0)
    assert sums(store_url)["team"][0] == 2


def test_whoever_reads_it_may_take_hours(store_url: str) -> None:
    """A slow disk or line at the other end must not end the transaction."""
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite ends no transaction by itself")
    source = unhurried(store_url, a_keyring(), entropy=seeded())
    with source.read() as tx:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            asked = select(func.current_setting(limit))
            assert tx.run(asked).scalar_one() == "0"
        isolation = tx.run(select(func.current_setting("transaction_isolation")))
        assert isolation.scalar_one() == "repeatable read"
    source.close()


# --- what it is, and when it was -----------------------------------------------------------------


def test_what_was_done_is_written_down_before_and_after(world: World, store_url: str) -> None:
    assert (last_done(world).backup, last_done(world).drill) == (None, None)
    backed_up(world, store_url)
    with world.store.read() as tx:
        kinds = [one.event.kind for one in service_events_of(tx, UPKEEP)]
    assert kinds == [Kind.BACKUP_BEGUN, Kind.BACKUP_MADE]
    assert (last_done(world).backup, last_done(world).drill) == (NOW, None)


def test_one_that_could_not_be_written_was_begun_and_not_made(world: World, store_url: str) -> None:
    class Full(InMemory):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            raise OSError(28, "No space left on device")

    source = unhurried(store_url, a_keyring(), entropy=seeded())
    with pytest.raises(OSError, match="No space left"):
        back_up(world, Full(), key=KEY, source=source, clock=lambda: NOW)
    source.close()
    with world.store.read() as tx:
        assert [one.event.kind for one in service_events_of(tx, UPKEEP)] == [Kind.BACKUP_BEGUN]
    assert last_done(world).backup is None


def test_the_head_names_keys_and_holds_none(of_everybody: Kept) -> None:
    head, keyring = of_everybody.made.head, a_keyring()
    assert head.masters == ("m1",)
    assert head.dictionaries[0][0] == 1
    for secret in (*keyring.masters.values(), keyring.pepper, KEY.secret):
        assert secret not in of_everybody.file
    for words in (b"Okonkwo", b"9990110212", b"example.com", b"BEGIN", b"morphine"):
        assert words not in of_everybody.file


def test_who_is_not_shown_everybody_makes_no_backup(
    world: World, store_url: str, of_everybody: Kept
) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has no fences")
    with world.store.begin() as tx:
        a_patient(tx)
    source = unhurried(store_url, a_keyring(), entropy=seeded())
    with within(NOBODY), pytest.raises(NotEverything):
        back_up(world, InMemory(), key=KEY, source=source, clock=lambda: NOW)
    source.close()


def test_another_schema_is_not_backed_up(elsewhere: World, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    engine = engine_for_migration(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    with pytest.raises(OtherSchema, match="schema 0007"):
        backed_up(elsewhere, url)


# --- where it may go -----------------------------------------------------------------------------


def test_a_database_with_something_in_it_is_left_alone(
    elsewhere: World, of_everybody: Kept, store_url: str, owner_url: str, world: World
) -> None:
    with world.store.begin() as tx:
        an_account(tx)
    before = sums(store_url)
    with pytest.raises(CannotRestore, match="not empty: there are rows in its table account"):
        restore(elsewhere, BytesIO(of_everybody.file), into=owner_url, key=KEY, at=NOW)
    assert sums(store_url) == before


def test_tables_of_others_are_left_alone(
    elsewhere: World, of_everybody: Kept, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/theirs.db"
    engine = engine_for_migration(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (words TEXT)"))
    with pytest.raises(CannotRestore, match="tables that are not ours, such as theirs"):
        restore(elsewhere, BytesIO(of_everybody.file), into=url, key=KEY, at=NOW)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]


def test_an_older_one_is_restored_as_it_was_and_then_brought_up(
    elsewhere: World, tmp_path: Path
) -> None:
    """Of schema 0016, with tables and columns that have changed since."""
    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    file = _of_revision(old, "0016", elsewhere)
    restore(elsewhere, BytesIO(file), into=new, key=KEY, at=NOW)
    assert head_matches(new)
    store = Store(new, a_keyring(), entropy=seeded("new"))
    with store.read() as tx:
        (kept,) = tx.run(select(patient.c.card_has_room, patient.c.open_to_gp))
    store.close()
    assert (kept.card_has_room, kept.open_to_gp) == (True, False)
    with pytest.raises(CannotRestore, match="backup is of 0016: restore into one without tables"):
        restore(elsewhere, BytesIO(file), into=_migrated(tmp_path), key=KEY, at=NOW)


def _migrated(place: Path) -> str:
    shutil.copy(place / "elsewhere.db", place / "migrated.db")
    return f"sqlite:///{place}/migrated.db"


def _of_revision(url: str, revision: str, world: World) -> bytes:
    """A file as the program of that time wrote it: with one team and one person."""
    with one_transaction(url, keep=True) as connection:
        up_to(connection, revision)
        there = inspect(connection)
        of_then = tuple(
            replace(shape, columns=tuple(one for one in shape.columns if one[0] in names))
            for shape in shapes()
            if shape.name in there.get_table_names()
            and (names := {one["name"] for one in there.get_columns(shape.name)})
        )
        by_name = {one.name: one.table() for one in of_then}
        team_id, patient_id = world.new_id(), world.new_id()
        whose = {"team_id": team_id, "name": "T", "organisation": "O", "created_at": NOW}
        key = world.store.keyring.new_data_key(world.entropy)
        connection.execute(insert(by_name["team"]), whose)
        person = {
            "patient_id": patient_id, "team_id": team_id, "state": "draft", "created_at": NOW,
            "data_key": world.store.keyring.wrap(key, str(patient_id)), "master_id": "m1",
            "review_due": NOW.date(), "answer_pending": False, "changed_since_signed": False,
            "dose_stopped": False, "tell_opened": False, "due_on": NOW.date(),
            "next_due": NOW.date(), "unlinked": False, "disagreed": False,
            "waiting_for_team": False,
        }  # fmt: skip
        connection.execute(insert(by_name["patient"]), person)
    store = Store(url, a_keyring(), entropy=seeded("old"))
    with store.read() as tx:
        found = list(dump(tx, of_then))
    store.close()
    return remade(found, revision=revision)


# --- drills --------------------------------------------------------------------------------------


def test_a_drill_opens_what_it_restored_and_leaves_nothing(
    world: World, of_everybody: Kept, owner_url: str
) -> None:
    """On the service's own kind of database; here the scratch one lies beside it on SQLite."""
    before = sums(owner_url)
    found = drill(world, BytesIO(of_everybody.file), into=owner_url, key=KEY, at=NOW)
    assert found.whole.rows == of_everybody.made.rows
    assert found.plan_bytes is not None
    assert found.file_bytes is not None
    assert found.plan_bytes > 10_000
    assert found.file_bytes > 1_000
    assert found.events > 30
    after = sums(owner_url)
    assert {name for name, one in after.items() if one != before[name]} == {
        "service_head",
        "service_event",
    }
    assert last_done(world).drill == NOW


def test_a_drill_of_nobody_s_backup_opens_nothing(elsewhere: World, tmp_path: Path) -> None:
    file, _ = backed_up(elsewhere, f"sqlite:///{tmp_path}/elsewhere.db")
    found = drill(elsewhere, BytesIO(file), into=_migrated_empty(tmp_path), key=KEY, at=NOW)
    assert (found.plan_bytes, found.file_bytes) == (None, None)


def _migrated_empty(place: Path) -> str:
    url = f"sqlite:///{place}/scratch.db"
    migrate(url)
    return url


@pytest.mark.parametrize(
    ("table", "column", "says"),
    [
        (audit_event, "digest", "audit chain .* is broken"),
        (service_event, "body", "audit chain service:.* is broken"),
        (metadata.tables["plan_version"], "record", "does not open"),
        (metadata.tables["link"], "secrets", "does not open"),
    ],
    ids=["audit", "service", "plan", "link"],
)
def test_a_backup_of_what_was_broken_already_fails_its_drill(
    elsewhere: World, of_everybody: Kept, sqlite_url: str, table, column, says
) -> None:
    """The file is whole, and is a whole copy of something that nobody can read any more."""
    change = {column: b"CPE\x01" + bytes(60)}
    file = remade(of_everybody.file, changing={table.name: change})
    with pytest.raises(DrillFailed, match=says):
        drill(elsewhere, BytesIO(file), into=sqlite_url, key=KEY, at=NOW)
    assert last_done(elsewhere).drill is None


# --- however much there is -----------------------------------------------------------------------


def test_memory_does_not_grow_with_the_rows(elsewhere: World, tmp_path: Path) -> None:
    """Photographs of 16 MB altogether, out and in again."""
    url, size, many = f"sqlite:///{tmp_path}/elsewhere.db", 128 * 1024, 128
    noise = shaken("photographs")
    with elsewhere.store.begin() as tx:
        for _ in range(many):
            row = {"patient_id": a_patient(tx), "updated_at": NOW, "body": noise(size)}
            tx.run(insert(photo), row)
    out, into = tmp_path / "much.backup", _migrated_empty(tmp_path)
    sink, source = ToFile(out), unhurried(url, a_keyring(), entropy=seeded())
    tracemalloc.start()
    try:
        back_up(elsewhere, sink, key=KEY, source=source, clock=lambda: NOW)
        peak_out = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        with out.open("rb") as file:
            restore(elsewhere, file, into=into, key=KEY, at=NOW)
        peak_in = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        source.close()
        sink.close()
    assert out.stat().st_size > many * size
    assert max(peak_out, peak_in) < many * size * 0.6


def test_an_unknown_program_s_file_is_for_that_program(
    elsewhere: World, of_everybody: Kept, tmp_path: Path
) -> None:
    file = remade(of_everybody.file, revision="9999")
    with pytest.raises(OtherProgram, match="newer program: it has schema 9999"):
        restore(elsewhere, BytesIO(file), into=f"sqlite:///{tmp_path}/new.db", key=KEY, at=NOW)
    assert not (tmp_path / "new.db").exists()
