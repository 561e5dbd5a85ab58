"""How a command writes a file that says something of somebody: for its owner alone to read."""

from __future__ import annotations

import os
from pathlib import Path

from careplan.web.commands.running import Cannot

OWNER_ONLY = 0o600


def write_for_owner(out: Path, data: bytes) -> None:
    """Over what is there, whoever could read that. Raises Cannot."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, OWNER_ONLY)
            file.write(data)
    except OSError as problem:
        raise Cannot(f"{out} could not be written: {problem.strerror}.") from None
