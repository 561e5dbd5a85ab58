"""Every attack's tests pass, and fail once its control is switched off in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from prove.evidence import ROOT, here_and_now, keep, kept
from tests.attacks.table import TABLE, Attack, attacks

NAME = "attacks"
AT_ONCE = 2
PATIENCE = 900
Said = dict[str, object]
"""What was found of one attack."""
_INSTALLED = ("node_modules", "careplan/web/static/vendor")


@dataclass(frozen=True)
class Run:
    """What pytest said: how many passed, and which failed of themselves (not in a fixture)."""

    passed: int
    failed: tuple[str, ...]
    whole: bool


def prove(asked: list[str]) -> int:
    unknown = set(asked) - {"--all", "--committed"}
    if unknown:
        print(f"bin/prove attacks: unknown: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    before = {} if "--all" in asked else kept(NAME).get("attacks", {})
    with tempfile.TemporaryDirectory(prefix="careplan-prove-") as folder:
        trees = [Path(folder, str(number)) for number in range(AT_ONCE)]
        for tree in trees:
            _copy(tree, committed="--committed" in asked)
        rows = attacks(trees[0] / TABLE.relative_to(ROOT))
        found = {one.name: before[one.name] for one in rows if _still(one, before, trees[0])}
        todo = [one for one in rows if one.name not in found]
        for attack, said in _each(todo, trees):
            found[attack.name] = said
            _write(found, rows)
            verdict = "proved" if said["proved"] else "NOT PROVED"
            print(f"  {attack.name:32} {verdict}: {said['on']}; {said['off']}", flush=True)
    _write(found, rows)
    weak = [name for name, said in found.items() if not said["proved"]]
    print(f"{len(found) - len(weak)} of {len(rows)} attacks proved, {len(todo)} of them now.")
    return 1 if weak else 0


def _each(todo: Sequence[Attack], trees: list[Path]) -> Iterator[tuple[Attack, Said]]:
    """As many at once as there are trees; what is found is told as soon as it is."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(attack: Attack) -> Said:
        tree = free.get()
        try:
            return _proved(attack, tree)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as threads:
        yield from zip(todo, threads.map(one, todo), strict=True)


def _still(attack: Attack, before: dict[str, Said], tree: Path) -> bool:
    said = before.get(attack.name, {})
    return said.get("covers") == attack.covers(tree) and said.get("proved") is True


def _proved(attack: Attack, tree: Path) -> Said:
    covers = attack.covers(tree)
    with_control = _pytest(tree, attack.tests)
    with _switched_off(attack, tree):
        without = _pytest(tree, attack.tests, "-x")
    proved = with_control.whole and with_control.passed > 0 and bool(without.failed)
    files = [*(one.file for one in attack.off), *(test.split("::")[0] for test in attack.tests)]
    return {
        "covers": covers,
        "proved": proved,
        "on": f"{with_control.passed} passed" if with_control.whole else "did not pass",
        "off": without.failed[0] if without.failed else "nothing failed",
        **here_and_now(*files),
    }


def _pytest(tree: Path, tests: Sequence[str], *more: str) -> Run:
    """In the copy, on SQLite: what a control does is the same on both databases."""
    told = tree / "told.xml"
    told.unlink(missing_ok=True)
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:randomly",
        ),
        *("-m", "not postgres", f"--basetemp={tree.parent}/tmp-{tree.name}"),
        *(f"--junitxml={told}", *more, *tests),
    ]
    environment = {name: value for name, value in os.environ.items() if "POSTGRES" not in name}
    subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, timeout=PATIENCE, check=False
    )
    if not told.exists():
        return Run(0, (), whole=False)
    cases = list(ElementTree.parse(told).iter("testcase"))
    bad = [one for one in cases if one.find("failure") is not None or one.find("error") is not None]
    passed = [one for one in cases if one not in bad and one.find("skipped") is None]
    failed = [one for one in bad if one.find("failure") is not None]
    names = tuple(f"{one.get('classname', '')}.{one.get('name', '')}" for one in failed)
    return Run(len(passed), tuple(map(_short, names)), whole=not bad and bool(cases))


def _short(name: str) -> str:
    """Without the packages above the file, and without a parameter's whole text."""
    file, _, test = name.partition(".test_")
    bare = f"test_{test}" if test else file
    return bare.replace(".test_", "::test_").replace("|", "/")[:110]


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
