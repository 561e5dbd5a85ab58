"""A small disk in memory, to be filled to its last block; where mounting is not allowed the test is
skipped."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_BLOCKS = (1 << 16, 512)


@dataclass(frozen=True)
class Disk:
    """Filled with a file of ours, and freed again."""

    place: Path

    def fill(self) -> None:
        with (self.place / "ballast").open("ab", buffering=0) as file:
            for size in _BLOCKS:
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    pass

    def free(self) -> None:
        (self.place / "ballast").unlink()

    def let_through(self) -> None:
        """Another user, as whom PostgreSQL runs, may reach it."""
        for above in (self.place, *self.place.parents):
            if above.stat().st_mode & 0o001 == 0:
                above.chmod(above.stat().st_mode | 0o011)


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Disk]:
    place.mkdir()
    size = f"size={megabytes}m,mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
