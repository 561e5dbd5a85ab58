"""What a campaign found: one file for programs, one for people, and on which machine and commit."""

from __future__ import annotations

import inspect
import json
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "evidence"


def kept(name: str) -> dict[str, Any]:
    """What the last run found; nothing before the first."""
    path = FOLDER / f"{name}.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def keep(name: str, found: dict[str, Any], page: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    whole = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(whole, "utf-8")
    (FOLDER / f"{name}.md").write_text(page, "utf-8")


def digest_of(code: Iterable[Any]) -> str:
    """Of modules, classes and functions as they are written: what is to be tried anew when they
    change."""
    whole = "".join(inspect.getsource(one) for one in code)
    return sha256(whole.encode()).hexdigest()[:16]


def here_and_now(*files: str) -> dict[str, str]:
    """Commit, day and kind of machine. `files`: those whose changes since the commit matter."""
    changed = bool(files) and bool(_said("git", "status", "--porcelain", "--", *files))
    commit = _said("git", "rev-parse", "--short", "HEAD")
    return {
        "commit": commit + (" with changes" if changed else ""),
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": _machine(),
    }


def _machine() -> str:
    """A kind and a number of cores: no name and no path of anybody's."""
    known = Path("/proc/cpuinfo")
    found = re.findall(r"model name\s*: (.+)", known.read_text("utf-8") if known.exists() else "")
    kind = found[0] if found else platform.machine()
    return f"{len(found) or '?'} cores of {kind}, Python {platform.python_version()}"


def _said(*command: str) -> str:
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()
