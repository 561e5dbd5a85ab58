"""Where a backup is written: under its own name only once it is whole and on the disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from careplan.web.commands.moving_file import BadFile, beside, put_whole
from careplan.web.commands.written import OWNER_ONLY


class _Summed:
    """What was written, and its SHA-256 as it goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()

    def write(self, data: bytes, /) -> None:
        self._file.write(data)
        self._sum.update(data)
        self.size += len(data)


class ToFile(_Summed):
    """FILE.part while it grows, then FILE with FILE.sha256 beside it. Its owner's alone.

    Raises BadFile, OSError.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise BadFile(f"{path} is there already; name another file.")
        self._path, self._part = path, beside(path, "part")
        handle = os.open(self._part, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        super().__init__(os.fdopen(handle, "r+b"))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise BadFile(f"another run is writing {path}.") from None
        os.fchmod(handle, OWNER_ONLY)
        self._file.truncate(0)  # what an earlier run left when it was cut off
        self._whole = False

    def finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        put_whole(beside(self._path, "sha256"), f"{self.digest}  {self._path.name}\n".encode())
        self._part.rename(self._path)
        _keep_names(self._path.parent)
        self._whole = True

    def close(self) -> None:
        """Half a backup is none."""
        with suppress(OSError):
            if not self._whole:
                self._part.unlink()
        with suppress(OSError):
            self._file.close()


class ToPipe(_Summed):
    """For whatever carries it away. Raises OSError when nobody takes it any more."""

    def __init__(self, pipe: IO[bytes]) -> None:
        if pipe.isatty():
            raise BadFile("a backup is no text for a screen: lead it into a file or a program.")
        super().__init__(pipe)

    def finish(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """What has gone cannot be called back: without its end it restores nowhere."""


def _keep_names(folder: Path) -> None:
    """The new names survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
