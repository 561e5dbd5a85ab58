"""A backup that is not whole, or not for the keys at hand: each stops with its reason, and nothing
of it is restored."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from careplan.acts.backing_up import last_done
from careplan.acts.backup_file import (
    CannotRestore,
    NotWhole,
    OtherKeys,
    OtherProgram,
    dictionaries_in,
    head_of,
    read_through,
)
from careplan.acts.restoring import drill, restore
from careplan.acts.world import World
from careplan.keys.envelope import DataKey
from careplan.keys.keyring import Keyring
from careplan.store.db import Store
from careplan.store.records import Mark, Record, telling
from careplan.store.tables import team
from tests.backup.conftest import KEY, Kept, backed_up
from tests.backup.remade import head_in, records_in, remade, sealed
from tests.stores import NOW, a_keyring, a_team, seeded

_ANY_TEAM = select(func.count()).select_from(team)
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.fixture
def small(elsewhere: World, tmp_path: Path) -> bytes:
    """A backup of a service with one team: every kind of record is in it, and it is quick."""
    with elsewhere.store.begin() as tx:
        a_team(tx)
    return backed_up(elsewhere, f"sqlite:///{tmp_path}/elsewhere.db")[0]


def read(file: bytes, *, key: DataKey = KEY, keyring: Keyring | None = None) -> None:
    read_through(BytesIO(file), key=key, keyring=keyring or a_keyring())


# --- bytes ---------------------------------------------------------------------------------------


def test_it_works(of_everybody: Kept) -> None:
    read(of_everybody.file)


@ONE_FOLDER
@given(data=st.data())
def test_a_changed_bit_anywhere_stops_it(
    data: st.DataObject, of_everybody: Kept, elsewhere: World, tmp_path: Path
) -> None:
    bit = data.draw(st.integers(0, 8 * len(of_everybody.file) - 1))
    changed = bytearray(of_everybody.file)
    changed[bit // 8] ^= 1 << bit % 8
    into = tmp_path / "never.db"
    with pytest.raises((NotWhole, OtherKeys)):
        restore(elsewhere, BytesIO(changed), into=f"sqlite:///{into}", key=KEY, at=NOW)
    assert not into.exists()


@ONE_FOLDER
@given(data=st.data())
def test_a_cut_anywhere_stops_it(data: st.DataObject, of_everybody: Kept) -> None:
    length = data.draw(st.integers(3, len(of_everybody.file) - 1))
    with pytest.raises(NotWhole, match="the file was cut short"):
        read(of_everybody.file[:length])


def test_every_byte_of_the_beginning_is_proven(small: bytes) -> None:
    start = small.index(b"}") + 1
    assert start > 200
    for place in range(0, start + 6, 3):
        changed = small[:place] + bytes((small[place] ^ 0x5A,)) + small[place + 1 :]
        with pytest.raises((NotWhole, OtherKeys)):
            read(changed)


def test_two_files_joined_are_none(small: bytes, of_everybody: Kept) -> None:
    with pytest.raises(NotWhole, match="two files were joined"):
        read(of_everybody.file + small)
    with pytest.raises(NotWhole, match="two files were joined"):
        read(small + b"\0")


def test_the_beginning_of_one_and_the_rest_of_another_are_none(
    small: bytes, of_everybody: Kept
) -> None:
    def start_of(file: bytes) -> int:
        return 48 + int.from_bytes(file[44:48], "big")

    mixed = small[: start_of(small)] + of_everybody.file[start_of(of_everybody.file) :]
    with pytest.raises(NotWhole, match="changed since it was written: piece 1"):
        read(mixed)


@pytest.mark.parametrize("other", [b"", b"PGDMP\x01\x0e", b"SQLite format 3\0" + bytes(99)])
def test_something_else_is_no_backup(other: bytes) -> None:
    with pytest.raises(NotWhole):
        read(other)
    with pytest.raises(NotWhole, match="this is no backup"):
        head_of(BytesIO(other))


def test_one_that_changes_between_the_two_readings_is_not_kept(
    of_everybody: Kept, elsewhere: World, sqlite_url: str
) -> None:
    """The rows go in at the second reading, and that one is proven too."""

    class Fickle(BytesIO):
        def seek(self, place: int, whence: int = 0, /) -> int:
            self.getbuffer()[-20] ^= 1
            return super().seek(place, whence)

    with pytest.raises(NotWhole, match="changed since it was written"):
        restore(elsewhere, Fickle(of_everybody.file), into=sqlite_url, key=KEY, at=NOW)
    restore(elsewhere, BytesIO(of_everybody.file), into=sqlite_url, key=KEY, at=NOW)


# --- keys ----------------------------------------------------------------------------------------


def test_with_another_key_of_backups_nothing_opens(small: bytes) -> None:
    other = DataKey(bytes(range(32)))
    with pytest.raises(OtherKeys, match=f"BACKUP_KEY is not the one .* {KEY.id}, not with"):
        read(small, key=other)


def test_the_keys_it_needs_can_be_read_without_any(of_everybody: Kept) -> None:
    head = head_of(BytesIO(of_everybody.file))
    assert head.masters == ("m1",)
    assert head == of_everybody.made.head


def test_a_master_key_that_is_missing_is_named(of_everybody: Kept) -> None:
    without = replace_masters({"m2": os.urandom(32)}, current="m2")
    with pytest.raises(OtherKeys, match="needs the master key m1, which MASTER_KEYS does not hold"):
        read(of_everybody.file, keyring=without)


def test_another_master_key_of_the_same_name_is_told(of_everybody: Kept) -> None:
    renamed = replace_masters({"m1": os.urandom(32)}, current="m1")
    with pytest.raises(OtherKeys, match="master key m1 of MASTER_KEYS is not the one"):
        read(of_everybody.file, keyring=renamed)


def test_with_both_master_keys_at_hand_it_opens(of_everybody: Kept) -> None:
    both = dict(a_keyring().masters) | {"m2": os.urandom(32)}
    read(of_everybody.file, keyring=replace_masters(both, current="m2"))


def test_another_pepper_is_told(of_everybody: Kept) -> None:
    other = Keyring(masters=a_keyring().masters, current="m1", pepper=os.urandom(32))
    with pytest.raises(OtherKeys, match="PEPPER is not the one that the service had then"):
        read(of_everybody.file, keyring=other)


def replace_masters(masters: dict[str, bytes], *, current: str) -> Keyring:
    return Keyring(masters=masters, current=current, pepper=a_keyring().pepper)


# --- what somebody with the key could write -------------------------------------------------------


def _but(file: bytes, mark: Mark, *instead: Record) -> bytes:
    """The same with something else for the first record of a kind."""
    found = records_in(file)
    place = next(place for place, one in enumerate(found) if one.mark is mark)
    return sealed(head_in(file), [*found[:place], *instead, *found[place + 1 :]])


def test_rows_that_do_not_add_up_are_told(small: bytes) -> None:
    bad = (
        (Mark.ROW, ()),
        (Mark.ROW, (Record(Mark.ROW, b"another"),)),
        (Mark.END, ()),
        (Mark.END, (telling(Mark.END, {"dictionaries": [], "rows": 0, "tables": 0}),)),
        (Mark.END_OF_TABLE, ()),
        (Mark.TABLE, ()),
        (Mark.DICTIONARY, ()),
        (Mark.DICTIONARY, (Record(Mark.DICTIONARY, b"\x01other words"),)),
    )
    for mark, instead in bad:
        with pytest.raises(NotWhole):
            read(_but(small, mark, *instead))
    after = [*records_in(small), Record(Mark.ROW, b"")]
    with pytest.raises(NotWhole, match="after its end"):
        read(sealed(head_in(small), after))


def test_a_compression_dictionary_that_this_program_lacks_can_be_taken_out(small: bytes) -> None:
    """Of a release that had one more: the documents need it, and the file brings it."""
    words, (*found, end) = b"more of our own text", records_in(small)
    more = [Record(Mark.DICTIONARY, b"\x02" + words), *found]
    more.append(telling(Mark.END, {**end.said(), "dictionaries": [2]}))
    head = head_in(small)
    with_two = replace(head, dictionaries=(*head.dictionaries, (2, sha256(words).hexdigest())))
    file = sealed(with_two, more)
    with pytest.raises(OtherProgram, match="does not have compression dictionary 2"):
        read(file)
    assert dictionaries_in(BytesIO(file), key=KEY)[2] == words


def test_a_drill_of_a_damaged_file_is_not_written_down_as_done(
    small: bytes, elsewhere: World, tmp_path: Path
) -> None:
    with pytest.raises(CannotRestore):
        drill(elsewhere, BytesIO(small[:-1]), into=f"sqlite:///{tmp_path}/s.db", key=KEY, at=NOW)
    assert last_done(elsewhere).drill is None


def test_rows_that_the_database_does_not_take_are_none(
    small: bytes, elsewhere: World, sqlite_url: str
) -> None:
    """The same row twice, with sums that say so: the last word is the database's."""
    found = records_in(small)
    place = next(at for at, one in enumerate(found) if one.mark is Mark.ROW)
    doubled = [*found[:place], found[place], *found[place:]]
    tables = [one for one in doubled if one.mark is not Mark.DICTIONARY]
    end = telling(Mark.END, {**found[-1].said(), "rows": found[-1].said()["rows"] + 1})
    file = remade([*tables[:-1], end], revision=head_in(small).revision)
    with pytest.raises(CannotRestore, match="the database did not take it"):
        restore(elsewhere, BytesIO(file), into=sqlite_url, key=KEY, at=NOW)
    store = Store(sqlite_url, a_keyring(), entropy=seeded())
    with store.read() as tx:
        assert tx.run(_ANY_TEAM).scalar_one() == 0
    store.close()
