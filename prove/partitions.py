"""The whole suite on PostgreSQL again, with people spread over sixteen partitions."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from prove.evidence import ROOT, here_and_now, keep
from prove.postgres import postgres
from tests.stores import PARTITIONS, POSTGRES, SPREAD

NAME = "partitions"


def prove(asked: list[str]) -> int:
    if asked:
        print("bin/prove partitions takes nothing more", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL's own user goes through it
        told = place / "told.xml"
        with postgres(place / "postgres") as url:
            command = [
                *(sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "postgres"),
                *("--ignore=tests/journeys", f"--junitxml={told}", f"--basetemp={place}/kept"),
            ]
            environment = os.environ | {POSTGRES: url, SPREAD: "1"}
            subprocess.run(command, cwd=ROOT, env=environment, check=False)
        suite = next(ElementTree.parse(told).iter("testsuite"))
    said = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    about = here_and_now()
    page = (
        "# The suite on partitions\n\n"
        f"Written by `bin/prove partitions`, commit {about['commit']}, {about['day']}, "
        f"{about['machine']}. Every test that runs on PostgreSQL, with every table of people "
        f"spread over {PARTITIONS} hash partitions.\n\n"
        "| Tests | Failures | Errors | Skipped |\n|---|---|---|---|\n"
        f"| {said['tests']} | {said['failures']} | {said['errors']} | {said['skipped']} |\n"
    )
    keep(NAME, {"found": said, **about}, page)
    print(f"{said}: docs/evidence/{NAME}.md")
    return int(said["failures"] + said["errors"] > 0)
