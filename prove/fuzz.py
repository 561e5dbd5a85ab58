"""Every form and JSON door with what nobody well-meaning sends: fifty thousand inputs."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from pathlib import Path
from typing import Any

from careplan.store.migrate import migrate
from prove.evidence import ROOT, here_and_now, keep, kept
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.peopled import an_app, close, peopled

NAME = "fuzz"
INPUTS, PARTS, AT_ONCE = 50_000, 20, 2
Found = dict[str, dict[str, Any]]


def covers() -> str:
    """A digest of what is sent, and of every door that there is: a new one asks for a new run."""
    files = sorted((ROOT / "tests" / "fuzz").glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        migrate(f"sqlite:///{path}")
        app = an_app(path)
        doors = sorted(
            f"{one.rule} {sorted(one.methods or ())}" for one in app.url_map.iter_rules()
        )
        close(app)
    said = [*doors, *(file.read_text("utf-8") for file in files if "test_" not in file.name)]
    return sha256("\0".join(said).encode()).hexdigest()[:16]


def prove(asked: list[str]) -> int:
    if asked not in ([], ["--all"]):
        print("bin/prove fuzz takes nothing more than --all", file=sys.stderr)
        return 2
    about, before = covers(), {} if asked else kept(NAME)
    found: Found = before.get("found", {}) if before.get("covers") == about else {}
    todo = [seed for seed in map(_seed, range(PARTS)) if seed not in found]
    with ProcessPoolExecutor(AT_ONCE) as processes:
        for part in as_completed([processes.submit(_part, seed) for seed in todo]):
            seed, said = part.result()
            found[seed] = said
            write(found, about)
            print(f"  {seed}: {sum(said['inputs'].values())} inputs", flush=True)
            for fault in said["faults"]:
                print(f"    {fault}", flush=True)
    faults = [fault for said in found.values() for fault in said["faults"]]
    print(f"{_many(found)} inputs, {len(faults)} faults: docs/evidence/{NAME}.md")
    return 1 if faults else 0


def _seed(number: int) -> str:
    return f"fuzz {number + 1}"


def _part(seed: str) -> tuple[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as made:
        folder = Path(made)
        migrate(f"sqlite:///{folder / 'empty.db'}")
        people = peopled(folder, folder / "empty.db")
        sent = fuzz(people, folder, inputs=INPUTS // PARTS, seed=seed)
    return seed, {
        "inputs": dict(sent.inputs),
        "answers": dict(sent.answers),
        "forms": len(people.forms),
        "doors": sorted(sent.doors),
        "faults": sent.faults,
    }


def _many(found: Found) -> int:
    return sum(sum(said["inputs"].values()) for said in found.values())


def write(found: Found, about: str) -> None:
    here = here_and_now()
    page = (
        "# What nobody well-meaning sends\n\n"
        f"Written by `bin/prove fuzz`, commit {here['commit']}, {here['day']}, {here['machine']}, "
        f"seeds “{_seed(0)}” to “{_seed(PARTS - 1)}”. Every form that a person, a helper, a "
        "clinician, an administrator, a department or a stranger is shown was sent bent: other "
        "texts, none, twice, fields nobody asked for, bytes that are no letters; and every JSON "
        "door JSON that was bent or cut. No answer may be a 5xx, nothing typed may become part of "
        "a page, and every page must be as well made as the strict reader of all tests asks.\n\n"
        + "\n".join(_lines(found))
        + "\n"
    )
    keep(NAME, {"covers": about, "found": found, **here}, page)


def _lines(found: Found) -> Iterator[str]:
    inputs: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    doors: set[str] = set()
    faults: list[str] = []
    for said in found.values():
        inputs.update(said["inputs"])
        answers.update(said["answers"])
        doors.update(said["doors"])
        faults += said["faults"]
    forms = max((said["forms"] for said in found.values()), default=0)
    yield "| | |"
    yield "|---|---|"
    yield f"| Inputs | {sum(inputs.values())} |"
    yield from (f"| of them {kind} | {many} |" for kind, many in sorted(inputs.items()))
    yield f"| Forms that somebody is shown | {forms} |"
    yield f"| Addresses sent to | {len(doors)} |"
    yield from (f"| Answers {kind} | {many} |" for kind, many in sorted(answers.items()))
    yield f"| Faults | {len(faults)} |"
