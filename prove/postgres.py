"""A PostgreSQL of the campaign's own, as bin/test starts one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prove.evidence import ROOT


@contextmanager
def postgres(where: Path) -> Iterator[str]:
    """Its address, of an empty database."""
    command = str(ROOT / "bin" / "postgres")
    try:
        said = subprocess.run(
            [command, "start", str(where)], check=True, capture_output=True, text=True
        )
        yield said.stdout.strip().splitlines()[-1]
    finally:
        subprocess.run([command, "stop", str(where)], check=False)
