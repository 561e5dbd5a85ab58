"""Every attack's tests pass, and fail once its control is switched off in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from prove.evidence import ROOT, here_and_now, keep, kept
from prove.postgres import postgres
from tests.attacks.table import TABLE, Attack, Rotten, attacks

NAME = "attacks"
AT_ONCE = 2
PATIENCE = 900
Said = dict[str, object]
"""What was found of one attack."""
SQLITE, POSTGRES = "sqlite", "postgresql"
_WHICH = {False: "not postgres", True: "postgres"}
_INSTALLED = ("node_modules", "careplan/web/static/vendor", "careplan/fhir/vendor")


@dataclass(frozen=True)
class Run:
    """What pytest said of each test: how many of its cases passed, and which did not.

    `failed`: of themselves; `broken`: failed, or could not even be set up.
    """

    passed: Counter[str]
    failed: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()

    def says(self, tests: Sequence[str]) -> str:
        """How many cases of these passed; nothing unless all did."""
        whole = all(self.passed[one] and one not in self.broken for one in tests)
        return f"{sum(self.passed[one] for one in tests)} passed" if whole else ""


def prove(asked: list[str]) -> int:
    unknown = set(asked) - {"--all", "--committed"}
    if unknown:
        print(f"bin/prove attacks: unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    committed = "--committed" in asked
    before = {} if "--all" in asked else kept(NAME).get("attacks", {})
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own user goes through it
        trees = [Path(folder, str(number)) for number in range(AT_ONCE)]
        for tree in trees:
            _copy(tree, committed=committed)
        rows = attacks(trees[0] / TABLE.relative_to(ROOT))
        # Of the tree as it was copied: others may commit while this runs.
        about = {one.name: here_and_now(*([] if committed else one.files)) for one in rows}
        found = {one.name: before[one.name] for one in rows if _still(one, before, trees[0])}
        todo = [one for one in rows if one.name not in found]
        print(f"{len(todo)} attacks to prove; first their tests as they are ...", flush=True)
        for database, here in _by_database(todo):
            on_it = postgres(Path(folder, database)) if database == POSTGRES else nullcontext("")
            with on_it as url:
                tests = sorted({test for one in here for test in one.tests})
                on = _pytest(trees[0], tests, "-n", str(AT_ONCE), url=url)
                for attack, said in _each(here, trees, on, url):
                    found[attack.name] = said | about[attack.name]
                    _write(found, rows)
                    verdict = "proved" if said["proved"] else "NOT PROVED"
                    print(f"  {attack.name:32} {verdict}: {said['on']}; {said['off']}", flush=True)
    _write(found, rows)
    weak = [name for name, said in found.items() if not said["proved"]]
    print(f"{len(found) - len(weak)} of {len(rows)} attacks proved, {len(todo)} of them now.")
    return 1 if weak else 0


def _by_database(todo: Sequence[Attack]) -> Iterator[tuple[str, list[Attack]]]:
    for database in (SQLITE, POSTGRES):
        here = [one for one in todo if one.database == database]
        if here:
            yield database, here


def _each(
    todo: Sequence[Attack], trees: list[Path], on: Run, url: str
) -> Iterator[tuple[Attack, Said]]:
    """As many at once as there are trees; what is found is told as soon as it is."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(attack: Attack) -> Said:
        tree = free.get()
        try:
            return _proved(attack, tree, on, url)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as threads:
        yield from zip(todo, threads.map(one, todo), strict=True)


def _still(attack: Attack, before: dict[str, Said], tree: Path) -> bool:
    said = before.get(attack.name, {"proved": False})
    return bool(said["proved"]) and said.get("covers") == attack.covers(tree)


def _proved(attack: Attack, tree: Path, on: Run, url: str) -> Said:
    try:
        covers = attack.covers(tree)
    except Rotten as rotten:
        return {"covers": "", "proved": False, "on": str(rotten), "off": ""}
    with_control = on.says(attack.tests)
    with _switched_off(attack, tree):
        without = _pytest(tree, attack.tests, "-x", url=url).failed
    return {
        "covers": covers,
        "proved": bool(with_control and without),
        "on": with_control or "did not pass",
        "off": _short(without[0]) if without else "nothing failed",
    }


def _pytest(tree: Path, tests: Sequence[str], *more: str, url: str = "") -> Run:
    """In the copy, on SQLite, for what a control does is the same on both databases; or, with the
    address of a PostgreSQL, on that."""
    told = tree / "told.xml"
    told.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-m", _WHICH[bool(url)]),
        *(f"--basetemp={tree.parent}/tmp-{tree.name}", f"--junitxml={told}", *more, *tests),
    ]
    environment = {name: value for name, value in os.environ.items() if "POSTGRES" not in name}
    environment |= {"TEST_POSTGRES_URL": url} if url else {}
    subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, timeout=PATIENCE, check=False
    )
    cases = list(ElementTree.parse(told).iter("testcase")) if told.exists() else []
    broken = [one for one in cases if {"failure", "error"} & {part.tag for part in one}]
    passed = [one for one in cases if not {"failure", "error", "skipped"} & {p.tag for p in one}]
    return Run(
        Counter(_id_of(one).partition("[")[0] for one in passed),
        tuple(_id_of(one) for one in broken if one.find("failure") is not None),
        frozenset(_id_of(one).partition("[")[0] for one in broken),
    )


def _id_of(case: ElementTree.Element) -> str:
    return f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '')}"


def _short(test: str) -> str:
    """Its file and name, and as much of a parameter as a table has room for."""
    path, _, name = test.partition("::")
    return f"{path.rpartition('/')[2]}::{name}".replace("|", "/").replace("\n", " ")[:110]


@contextmanager
def _switched_off(attack: Attack, tree: Path) -> Iterator[None]:
    before = {tree / one.file: (tree / one.file).read_bytes() for one in attack.off}
    try:
        for one in attack.off:
            one.apply(tree)
        yield
    finally:
        for path, text in before.items():
            path.write_bytes(text)


def _copy(tree: Path, *, committed: bool) -> None:
    """The tree as it lies here, or its last commit; what is installed is only pointed at."""
    if committed:
        _unpack_commit(tree)
    else:
        _copy_as_it_is(tree)
    for name in _INSTALLED:
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).symlink_to(ROOT / name)


def _unpack_commit(tree: Path) -> None:
    tree.mkdir(parents=True)
    packed = subprocess.run(("git", "archive", "HEAD"), cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
        files.extractall(tree, filter="data")


def _copy_as_it_is(tree: Path) -> None:
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        source, there = ROOT / name, tree / name
        if source.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, there)


def _write(found: dict[str, Said], rows: Sequence[Attack]) -> None:
    lines = [
        f"| {one.tries} | {one.control} | {said['on']} | {said['off']} | {said['commit']} |"
        for one in rows
        if (said := found.get(one.name))
    ]
    proved = sum(bool(said["proved"]) for said in found.values())
    about = here_and_now()
    page = (
        "# Attacks that must fail\n\n"
        f"Written by `bin/prove attacks`, {about['day']}, {about['machine']}. "
        f"{proved} of {len(rows)} attacks: their tests pass, and at least one of them fails "
        "when the control is switched off in a copy of the tree. The table is "
        "`tests/attacks/attacks.toml`; a test fails when a control has changed since.\n\n"
        "| Somebody tries | What stops them | With it | Without it, fails | Commit |\n"
        "|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )
    keep(NAME, {"attacks": found}, page)
