"""A file of many plans that a cut-off run leaves whole up to where its state file says.

Beside FILE stand FILE.state while it is being written, and FILE.sha256 once it is whole, as
`sha256sum -c` reads it. All three are their owner's alone: the plans are in clear.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from typing import IO
from uuid import UUID

from careplan.acts.moving import NOBODY
from careplan.fhir.wire import MAX_BYTES
from careplan.web.commands.written import OWNER_ONLY


class BadFile(ValueError):
    """The file cannot be written on, or is not whole; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a run has come: whole lines up to `offset`, the last of them of `last`."""

    team: str
    part: str
    last: str = str(NOBODY)
    offset: int = 0
    lines: int = 0
    damaged: tuple[str, ...] = ()


@dataclass(slots=True)
class Growing:
    """The file while it grows."""

    path: Path
    file: IO[bytes]
    state: State

    @property
    def after(self) -> UUID:
        return UUID(self.state.last)

    def add(self, lines: Sequence[bytes], *, last: UUID, damaged: Sequence[UUID]) -> None:
        """On the disk first, and only then said to be there."""
        for line in lines:
            if b"\n" in line:
                raise BadFile("a document that is no single line was not written.")
            self.file.write(line + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.state = replace(
            self.state,
            last=str(last),
            offset=self.file.tell(),
            lines=self.state.lines + len(lines),
            damaged=(*self.state.damaged, *map(str, damaged)),
        )
        keep(beside(self.path, "state"), asdict(self.state))

    def finish(self) -> None:
        line = f"{digest_of(self.path)}  {self.path.name}\n"
        put_whole(beside(self.path, "sha256"), line.encode())
        beside(self.path, "state").unlink()


def beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


@contextmanager
def growing(path: Path, *, team: UUID, part: str) -> Iterator[Growing]:
    """Begun anew, or gone on with where it was cut. Raises BadFile, OSError."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY), "r+b") as file:
        _hold(file, path)
        state = _where_it_was(path, State(team=str(team), part=part))
        os.fchmod(file.fileno(), OWNER_ONLY)
        if file.seek(0, os.SEEK_END) < state.offset:
            raise BadFile(
                f"{path} is shorter than was written; delete it with {path.name}.state and "
                "begin again."
            )
        file.truncate(state.offset)  # a line that was cut in the middle
        file.seek(state.offset)
        keep(beside(path, "state"), asdict(state))
        yield Growing(path, file, state)


def _where_it_was(path: Path, asked: State) -> State:
    known = _state_of(path)
    if known is not None and (known.team, known.part) != (asked.team, asked.part):
        raise BadFile(f"{path} was begun for another team or another kind of document.")
    if known is None and path.stat().st_size:
        raise BadFile(f"{path} is there already; name another file.")
    return known or asked


def _hold(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadFile(f"another run is writing {path}.") from None


def _state_of(path: Path) -> State | None:
    said = read_state(beside(path, "state"))
    if said is None:
        return None
    try:
        return State(**{**said, "damaged": tuple(said.get("damaged", ()))})  # type: ignore[arg-type]
    except TypeError:
        raise BadFile(f"{path.name}.state is not one that this program wrote.") from None


def read_state(path: Path) -> Mapping[str, object] | None:
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise BadFile(f"{path.name} is not one that this program wrote.") from None
    if not isinstance(said, dict):
        raise BadFile(f"{path.name} is not one that this program wrote.")
    return said


def keep(path: Path, facts: Mapping[str, object]) -> None:
    put_whole(path, json.dumps(facts).encode())


def put_whole(path: Path, data: bytes) -> None:
    """Whole or not at all, and its owner's alone."""
    new = path.with_name(f"{path.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    new.replace(path)


# --- reading it again ----------------------------------------------------------------------------


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def must_be_whole(path: Path) -> str:
    """The file's digest. Raises BadFile unless it is what was written, to the last byte."""
    if beside(path, "state").exists():
        raise BadFile(f"{path} is not finished: run export-team again until it says so.")
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - 1, 0))
        end = file.read(1)
    if size and end != b"\n":
        raise BadFile(f"{path} ends in the middle of a line: it was cut short on the way.")
    try:
        said = beside(path, "sha256").read_text("ascii").split()
    except (FileNotFoundError, UnicodeDecodeError):
        raise BadFile(
            f"{path.name}.sha256 is not beside it, so nobody can tell whether it is whole; "
            "bring it along."
        ) from None
    found = digest_of(path)
    if said[:1] != [found]:
        raise BadFile(f"{path} is not the file that was written: its checksum is another.")
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """`body` is None when it is longer than any plan; `end` is where the next one begins."""

    number: int
    body: bytes | None
    end: int


@dataclass(slots=True)
class Lines:
    """The lines from an offset on, one in memory at a time."""

    file: IO[bytes]
    number: int = 0
    longest: int = field(default=MAX_BYTES)

    def __iter__(self) -> Iterator[Line]:
        while line := self.file.readline(self.longest + 1):
            self.number += 1
            whole = line.endswith(b"\n")
            while not line.endswith(b"\n") and (line := self.file.readline(self.longest)):
                pass
            body = line[:-1] if whole else None
            yield Line(self.number, body, self.file.tell())
