"""What a container does by night, over a week of a clock that runs fast."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "ops" / "docker" / "nightly.sh"
MONDAY, SATURDAY = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (23, 28))
STEP = 1800
PROGRAMS = {
    "date": 'exec /usr/bin/env -i /bin/date -d "@$(cat "$CLOCK")" "$@"',
    # Each sleep is half an hour, and after the last the script is ended.
    "sleep": f"""at=$(($(cat "$CLOCK") + {STEP}))
echo "$at" >"$CLOCK"
[ "$at" -lt "$UNTIL" ] || kill "$PPID\"""",
    "flask": """shift 2
echo "$(date -u +%a) $*" >>"$CALLS"
case " $FAILS " in *" $1 "*) exit 1 ;; esac
case $1 in backup | export-audit-heads) echo x >"$3" ;; esac""",
}


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The program's folder, with one that writes down what it is called with in its place."""
    for folder in ("ops/docker", ".venv/bin", "bin", "copies"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "ops/docker/nightly.sh").write_text(SCRIPT.read_text("utf-8"), "utf-8")
    for name, said in PROGRAMS.items():
        file = tmp_path / (".venv/bin" if name == "flask" else "bin") / name
        file.write_text(f"#!/bin/sh\n{said}\n", "utf-8")
        file.chmod(0o755)
    return tmp_path


def nights(
    place: Path, *, days: float, start: datetime = MONDAY, fails: str = ""
) -> tuple[list[str], str]:
    """What was called, each with its day of the week, and what was said on the error stream."""
    clock, calls = place / "clock", place / "calls"
    clock.write_text(str(int(start.timestamp())), "utf-8")
    calls.write_text("", "utf-8")
    environ = {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "CLOCK": str(clock),
        "CALLS": str(calls),
        "UNTIL": str(int((start + timedelta(days=days)).timestamp())),
        "FAILS": fails,
    }
    done = subprocess.run(
        ["/bin/sh", str(place / "ops/docker/nightly.sh"), str(place / "copies")],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return calls.read_text("utf-8").splitlines(), done.stderr


def aged(path: Path, *, days: float) -> None:
    path.write_text("x", "utf-8")
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def test_every_night_has_its_steps_and_sunday_more(place: Path) -> None:
    aged(place / "copies/2026-11-23-011500.backup", days=0)
    called, said = nights(place, days=7)
    counted = Counter(one.split()[1] for one in called)
    assert counted == {
        "export-audit-heads": 7,
        "backup": 7,
        "measures": 7,
        "doctor": 28,
        "drill": 1,
        "verify-audit": 1,
    }
    copies = place / "copies"
    assert called[2:5] == [
        f"Tue export-audit-heads --out {copies}/2026-11-24-013000.heads",
        f"Tue backup --out {copies}/2026-11-24-013000.backup",
        "Tue measures",
    ]
    tried = f"Sun drill --scratch {copies}/scratch {copies}/2026-11-29-013000.backup"
    assert called[called.index(tried) + 1] == "Sun verify-audit"
    assert said.strip() in ("", "Terminated")


def test_steps_that_fail_are_told_and_stop_no_other(place: Path) -> None:
    aged(place / "copies/2026-11-28-011500.backup", days=0)
    steps = ("export-audit-heads", "backup", "measures", "drill", "verify-audit", "doctor")
    called, said = nights(place, days=1, start=SATURDAY, fails=" ".join(steps))
    assert {one.split()[1] for one in called} == set(steps)
    for step in steps:
        times = 4 if step == "doctor" else 1
        assert said.count(f"nightly: {step} failed at 2026-11-2") == times


def test_a_night_without_a_copy_is_made_up_for_at_the_start_once(place: Path) -> None:
    called, _ = nights(place, days=0.04)
    assert [one.split()[1] for one in called] == ["export-audit-heads", "backup", "measures"]
    again, _ = nights(place, days=0.04)
    assert again == []
    old = place / "copies/2026-11-23-120000.backup"
    aged(old, days=1.5)
    third, _ = nights(place, days=0.04, fails="backup")
    assert len(third) == 3, "one that fails is tried again the next night, not each minute"


def test_copies_go_after_five_weeks_but_only_once_there_is_a_new_one(place: Path) -> None:
    copies = place / "copies"
    old = (copies / "2026-10-01-011500.backup", copies / "2026-10-01-011500.backup.sha256")
    kept = (copies / "2026-10-01-011500.heads", copies / "2026-11-01-011500.backup")
    for one in (*old, *kept):
        aged(one, days=34.5 if one is kept[1] else 40)
    nights(place, days=0.04, fails="backup")
    assert all(one.exists() for one in (*old, *kept))
    nights(place, days=0.04)
    assert not any(one.exists() for one in old)
    assert all(one.exists() for one in kept)


def test_what_a_drill_that_was_cut_off_left_is_removed(place: Path) -> None:
    left = place / "copies/scratch/careplan-drill-x"
    left.mkdir(parents=True)
    nights(place, days=1, start=SATURDAY)
    assert (place / "copies/scratch").is_dir()
    assert not left.exists()
