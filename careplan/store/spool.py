"""What readers did while nothing could be written where it belongs, kept on this node's own disk.

One file for all processes of a node, a sealed line for each deed, on the disk before anything is
shown. Whoever writes holds the file's lock, so the wrong answers in it are counted as they come. A
line that a crash cut short was never acknowledged: nothing was shown for it, and it is passed over.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from careplan.keys.errors import Tampered
from careplan.keys.keyring import Keyring
from careplan.keys.tokens import Entropy, draw, from_b64url, to_b64url
from careplan.plan.codec import canonical
from careplan.store.errors import CannotWriteDown

_FILE, _LOCK, _TELLING = "looks.spool", "lock", "telling"
_TAKEN, _UNREADABLE = "taken-", ".unreadable"
_PURPOSE = "spool line"
_SALT = 16
"""Before each note, so that no two lines are alike and each is told once."""


class Deed(StrEnum):
    LOOK = "look"
    CODE = "code"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`how`: what was asked. `answer`: a wrong one, folded, which is counted when it is told."""

    deed: Deed
    patient_id: UUID
    link_id: UUID
    how: str
    recipient: str
    at: datetime
    version: int | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it lies there. `digest` is its name for ever; no note where it cannot be read."""

    digest: bytes
    note: Note | None


class Spool:
    """Safe to share among threads, and among the processes of one node."""

    def __init__(self, folder: Path, keyring: Keyring, *, entropy: Entropy) -> None:
        self._folder = folder
        self._keyring = keyring
        self._entropy = entropy
        self._counted = _Counted()

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Nobody else of this node writes or counts until the block ends."""
        with self._lock():
            self._counted.catch_up(self._folder / _FILE, self._read_line)
            yield Held(self)

    def waiting(self) -> int:
        """How many bytes wait to be told: for whoever looks after the node."""
        files = (*self._taken(), self._folder / _FILE)
        return sum(path.stat().st_size for path in files if path.exists())

    def set_aside(self) -> int:
        """How many bytes lie in files with a line that could not be told: somebody must look."""
        return sum(one.stat().st_size for one in self._folder.glob(f"{_TAKEN}*{_UNREADABLE}"))

    def trouble(self) -> str | None:
        """Why nothing could be kept here now, as a sentence; None when all is well."""
        try:
            with self._lock():
                probe = self._folder / "probe"
                probe.write_bytes(b"x" * 4096)
                probe.unlink()
        except (OSError, CannotWriteDown) as problem:
            cause = problem.__cause__ if isinstance(problem, CannotWriteDown) else problem
            why = cause.strerror if isinstance(cause, OSError) else "it cannot be held"
            return (
                f"The folder SPOOL names cannot be written to ({why}): while the database is away "
                "no plan could be opened. Put right who may write there, or make room."
            )
        return None

    def take(self) -> tuple[Path, ...]:
        """What is to be told now, the oldest first. What comes later begins a file of its own."""
        with self._lock():
            file = self._folder / _FILE
            if file.exists():
                # Past those set aside too, or the next one set aside would be kept over them.
                used = (_number(one) for one in self._folder.glob(f"{_TAKEN}*"))
                number = max(used, default=0) + 1
                file.rename(self._folder / f"{_TAKEN}{number:06}")
                _sync(self._folder)
        return self._taken()

    def lines(self, taken: Path) -> Iterator[Line]:
        with suppress(FileNotFoundError), taken.open("rb") as file:
            for raw in file:
                if raw.strip():
                    yield self._read_line(raw)

    def done(self, taken: Path, *, whole: bool) -> None:
        """Told: thrown away, but for a file in which a line could not be read. Another process may
        have done the same a moment ago."""
        with suppress(FileNotFoundError):
            if whole:
                taken.unlink()
            else:
                taken.rename(taken.with_name(taken.name + _UNREADABLE))
            _sync(self._folder)

    # --- lines ---------------------------------------------------------------------------------

    def keep(self, note: Note) -> None:
        """On the disk when this returns; raises CannotWriteDown, and then nothing of it is kept."""
        said = draw(self._entropy, _SALT) + canonical(_plain(note))
        line = to_b64url(self._keyring.lend(_PURPOSE, said)).encode() + b"\n"
        try:
            _append(self._folder, line)
        except OSError as problem:
            raise CannotWriteDown("the spool of this node cannot be written") from problem

    def wrong_at(self, link_id: UUID) -> frozenset[str]:
        return frozenset(self._counted.wrong.get(link_id, ()))

    def _read_line(self, raw: bytes) -> Line:
        digest = sha256(raw.strip()).digest()
        try:
            said = self._keyring.take_again(_PURPOSE, from_b64url(raw.strip().decode("ascii")))
            return Line(digest, _note(json.loads(said[_SALT:])))
        except (ValueError, Tampered, KeyError, TypeError):
            return Line(digest, None)

    def _taken(self) -> tuple[Path, ...]:
        if not self._folder.is_dir():
            return ()
        found = (one for one in self._folder.glob(f"{_TAKEN}*") if not one.suffix)
        return tuple(sorted(found))

    @contextmanager
    def told_by_one(self) -> Iterator[None]:
        """Whoever tells holds this, and nobody who writes waits for it."""
        with self._lock(_TELLING):
            yield

    @contextmanager
    def _lock(self, name: str = _LOCK) -> Iterator[None]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise CannotWriteDown("the spool of this node cannot be opened") from problem
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


class Held:
    """The spool in the hands of one thread."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def wrong_at(self, link_id: UUID) -> frozenset[str]:
        """Every different wrong answer given here since the database went away."""
        return self._spool.wrong_at(link_id)

    def keep(self, note: Note) -> None:
        self._spool.keep(note)


class _Counted:
    """The wrong answers of the file as far as it was read. Another file begins anew."""

    def __init__(self) -> None:
        self.wrong: dict[UUID, set[str]] = {}
        self._file: tuple[int, int] | None = None
        self._read = 0

    def catch_up(self, path: Path, read_line: Callable[[bytes], Line]) -> None:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            self._begin(None)
            return
        except OSError as problem:
            raise CannotWriteDown("the spool of this node cannot be read") from problem
        with file:
            facts = os.fstat(file.fileno())
            if (facts.st_dev, facts.st_ino) != self._file or facts.st_size < self._read:
                self._begin((facts.st_dev, facts.st_ino))
            file.seek(self._read)
            for raw in file:
                self._read += len(raw)
                note = read_line(raw).note
                if note is not None and note.deed is Deed.WRONG:
                    self.wrong.setdefault(note.link_id, set()).add(note.answer)

    def _begin(self, file: tuple[int, int] | None) -> None:
        self.wrong, self._file, self._read = {}, file, 0


def _append(folder: Path, line: bytes) -> None:
    """Whole and on the disk, or not at all. A line that was cut short before is closed first."""
    file = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        cut = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        try:
            _write(file, b"\n" + line if cut else line)
            os.fsync(file)
            if size == 0:
                _sync(folder)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _write(file: int, line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[os.write(file, left) :]


def _sync(folder: Path) -> None:
    """A new name is as durable as what it names only once its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _number(taken: Path) -> int:
    return int(taken.name.removeprefix(_TAKEN).removesuffix(_UNREADABLE))


def _plain(note: Note) -> dict[str, str | int | None]:
    return {
        "deed": note.deed.value,
        "patient": str(note.patient_id),
        "link": str(note.link_id),
        "how": note.how,
        "recipient": note.recipient,
        "at": note.at.isoformat(),
        "version": note.version,
        "answer": note.answer,
    }


def _note(said: dict[str, str]) -> Note:
    return Note(
        deed=Deed(said["deed"]),
        patient_id=UUID(said["patient"]),
        link_id=UUID(said["link"]),
        how=said["how"],
        recipient=said["recipient"],
        at=datetime.fromisoformat(said["at"]),
        version=int(said["version"]) if said["version"] is not None else None,
        answer=said["answer"],
    )
