"""`bench/run`: measures what is named, or everything, and prints one table."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.measure import Line, table
from bench.place import SEED

BUDGETS = (
    "start",
    "manifest",
    "wire",
    "readable",
    "paper",
    "pages",
    "desk",
    "fences",
    "fhir_reading",
    "storage",
    "qr",
    "codes",
    "validating",
    "moving",
    "backup",
)
LATEST = Path(__file__).with_name("latest.md")


def main(asked: list[str]) -> int:
    unknown = set(asked) - set(BUDGETS)
    if unknown:
        print(f"bench/run: unknown: {', '.join(sorted(unknown))}; there are {', '.join(BUDGETS)}")
        return 2
    lines: list[Line] = []
    load = os.getloadavg()[0]
    for name in asked or BUDGETS:
        print(f"Measuring {name} ...", file=sys.stderr)
        lines += import_module(f"bench.{name}").measure()
    print(table(lines))
    if not asked:
        LATEST.write_text(f"{_heading(load)}\n\n{table(lines)}\n", encoding="utf-8")
    return 0


def _heading(load: float) -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD")
    changed = " with changes not committed" if _said("git", "status", "--porcelain", "-uno") else ""
    return (
        "# The last whole run of bench/run\n\n"
        f"Commit {commit}{changed}, {datetime.now(UTC):%d %B %Y}, seed “{SEED}”, "
        f"{_machine()}, Python {platform.python_version()}, "
        f"load {load:.1f} before the run. "
        "Compare ratios, which are taken in one run; times and rates are notes about one machine."
    )


def _machine() -> str:
    cpus = Path("/proc/cpuinfo")
    text = cpus.read_text("utf-8") if cpus.exists() else ""
    model = next((x.split(":", 1)[1].strip() for x in text.splitlines() if "model name" in x), "")
    return f"{text.count('model name') or '?'} cores of {model or platform.machine()}"


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
