"""Reads a backup through, once and whole, before anybody believes a row of it.

Everything that can be wrong with a file, or with the keys at hand, is found here, each with its own
sentence, while the database to be filled has not been touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import IO, Any

from careplan.acts.backing_up import held
from careplan.acts.backup_head import Head, NotAHead
from careplan.keys.dictionaries import SHELF
from careplan.keys.envelope import DataKey
from careplan.keys.errors import CannotOpen, CutShort, RunsOn, Tampered, WrongKey
from careplan.keys.keyring import Keyring
from careplan.keys.stream import Preface, open_stream, read_preface
from careplan.store.dumping import Tell
from careplan.store.migrations.head import HEAD
from careplan.store.records import Mark, NotABackup, Record, read_records
from careplan.store.refilling import Said, by_table, known_revision
from careplan.store.shapes import Shape, Tally, from_row

_TOLD_EVERY = 20_000


class CannotRestore(Exception):
    """Nothing was restored; the sentence says why."""


class NotWhole(CannotRestore):
    """The file is not the one that was written."""


class OtherKeys(CannotRestore):
    """A key that it needs is not at hand."""


class OtherProgram(CannotRestore):
    """It needs another release of the program."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a backup says of itself, once every byte of it has been proven."""

    head: Head
    shapes: tuple[Shape, ...]
    said: Said

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.said.values())


def head_of(file: IO[bytes]) -> Head:
    """What it says in clear, which is not proven. Raises NotWhole."""
    try:
        return Head.from_bytes(read_preface(file).head)
    except (CannotOpen, NotAHead) as problem:
        raise NotWhole(f"this is no backup, or its beginning was changed: {problem}.") from None


def read_through(
    file: IO[bytes],
    *,
    key: DataKey,
    keyring: Keyring,
    tell: Tell = lambda _table, _rows: None,
) -> Whole:
    """To its last byte. Raises NotWhole, OtherKeys, OtherProgram."""
    with _in_words():
        preface = read_preface(file)
        pieces = open_stream(file, key=key, preface=preface)
        first = next(pieces)  # with it the head is proven, and may be believed
        head = Head.from_bytes(preface.head)
        _must_fit(head, keyring)
        return _read(head, read_records(chain([first], pieces)), keyring, tell)


def records(file: IO[bytes], *, key: DataKey) -> Iterator[Record]:
    """The same file once more, for its rows."""
    with _in_words():
        preface: Preface = read_preface(file)
        yield from read_records(open_stream(file, key=key, preface=preface))


def dictionaries_in(file: IO[bytes], *, key: DataKey) -> dict[int, bytes]:
    """The compression dictionaries it brings along, for a program that has lost them."""
    found: dict[int, bytes] = {}
    for record in records(file, key=key):
        if record.mark is Mark.DICTIONARY:
            found[record.body[0]] = record.body[1:]
    return found


class _in_words:  # noqa: N801 (reads as a sentence where it is used)
    """What can be wrong with the bytes, said to whoever holds the file."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, problem: BaseException | None, _where: object) -> None:
        if isinstance(problem, CutShort):
            raise NotWhole(f"the file was cut short: {problem}.") from None
        if isinstance(problem, RunsOn):
            raise NotWhole(f"two files were joined, or something was added: {problem}.") from None
        if isinstance(problem, WrongKey):
            raise OtherKeys(f"BACKUP_KEY is not the one it was sealed with: {problem}.") from None
        if isinstance(problem, Tampered | NotAHead | NotABackup):
            raise NotWhole(f"the file was changed since it was written: {problem}.") from None


def _must_fit(head: Head, keyring: Keyring) -> None:
    if not known_revision(head.revision):
        raise OtherProgram(
            f"it is of a newer program: it has schema {head.revision} and this program knows up to "
            f"{HEAD}. Restore it with that release or a later one."
        )
    missing = [one for one in head.masters if one not in keyring.masters]
    if missing:
        raise OtherKeys(
            f"it needs the master key {', '.join(missing)}, which MASTER_KEYS does not hold: add "
            "it, for without it nobody's plan of that time can be read."
        )
    if head.service_key != keyring.service_key("store").id:
        raise OtherKeys(
            "PEPPER is not the one that the service had then: nobody would be found, and no link "
            "would open."
        )


# --- every record --------------------------------------------------------------------------------


def _read(head: Head, found: Iterable[Record], keyring: Keyring, tell: Tell) -> Whole:
    reading = _Reading(keyring)
    stream = _apart(found, reading)
    shapes: list[Shape] = []
    said: dict[str, tuple[int, str]] = {}
    for shape, rows in by_table(stream):
        look = reading.look_at(shape)
        tally = Tally(shape.name)
        for row in rows:
            tally.add(row)
            look(row)
            if tally.rows % _TOLD_EVERY == 0:
                tell(shape.name, tally.rows)
        tell(shape.name, tally.rows)
        shapes.append(shape)
        said[shape.name] = tally.said()
    whole = Whole(head, tuple(shapes), said)
    _must_be_what_it_says(whole, reading)
    return whole


def _apart(found: Iterable[Record], reading: _Reading) -> Iterator[Record]:
    """What is said of rows, and not rows, goes aside."""
    for record in found:
        if reading.end is not None:
            raise NotABackup("something stands after its end")
        if record.mark is Mark.END:
            reading.end = record.said()
        elif record.mark is Mark.DICTIONARY:
            reading.dictionaries[record.body[0]] = sha256(record.body[1:]).hexdigest()
        else:
            if record.mark is Mark.END_OF_TABLE:
                plain = record.said()
                reading.sums[plain["table"]] = (plain["rows"], plain["sum"])
            yield record


def _must_be_what_it_says(whole: Whole, reading: _Reading) -> None:
    end = reading.end
    if end is None:
        raise NotABackup("it has no end")
    if dict(whole.said) != reading.sums or (end["tables"], end["rows"]) != (
        len(whole.shapes),
        whole.rows,
    ):
        raise NotABackup("its rows are not those it says it has")
    if reading.dictionaries != dict(whole.head.dictionaries):
        raise NotABackup("its compression dictionaries are not those it says it has")
    ours = dict(held(SHELF))
    missing = [one for one in end["dictionaries"] if ours.get(one) != reading.dictionaries.get(one)]
    if missing:
        raise OtherProgram(
            f"this program does not have compression dictionary {missing[0]}, with which documents "
            "of it were packed: take it out of the backup with --dictionaries FOLDER."
        )


class _Reading:
    """What a backup says of itself while it is read, and whether the keys at hand open it."""

    def __init__(self, keyring: Keyring) -> None:
        self.end: Mapping[str, Any] | None = None
        self.dictionaries: dict[int, str] = {}
        self.sums: dict[str, tuple[int, str]] = {}
        self._keyring = keyring
        self._tried: set[str] = set()

    def look_at(self, shape: Shape) -> Callable[[bytes], None]:
        """For each row: the first key that a master key wraps is unwrapped. A master key of the
        right name may be another one."""
        names = [name for name, _ in shape.columns]
        if "data_key" not in names or "master_id" not in names:
            return lambda _row: None
        read, owner = from_row(shape), names[0]

        def try_key(row: bytes) -> None:
            values = read(row)
            master, wrapped = values["master_id"], values["data_key"]
            if wrapped is None or master in self._tried:
                return
            self._tried.add(master)
            try:
                self._keyring.unwrap(wrapped, str(values[owner]))
            except CannotOpen as problem:
                raise OtherKeys(
                    f"the master key {master} of MASTER_KEYS is not the one that the service had "
                    f"then: {problem}."
                ) from None

        return try_key
