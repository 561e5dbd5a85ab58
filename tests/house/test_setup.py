"""House rules that a newcomer's first command leans on: locks, pairs, nothing borrowed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = json.loads((ROOT / "package.json").read_text())

# nhsuk-frontend-jinja's own table of which page styles its macros are written for.
MACROS_FOR_STYLES = {"10.5.2": "0.9.1", "10.6.0": "0.10.0", "10.6.1": "0.10.2"}


def declared(kind: str) -> list[Requirement]:
    """What pyproject.toml asks for, by the lock file it goes into."""
    project = PROJECT["project"]
    lists = {
        "run": project["dependencies"],
        "test": [*project["dependencies"], *chain(*project["optional-dependencies"].values())],
        **PROJECT["dependency-groups"],
    }
    return [Requirement(line) for line in lists[kind]]


def locked(kind: str) -> dict[str, set[Version]]:
    """What a lock file pins; a package may have two versions, for older and newer Pythons."""
    pins: dict[str, set[Version]] = {}
    for line in (ROOT / "requirements" / f"{kind}.txt").read_text().splitlines():
        if found := re.match(r"([a-z0-9._-]+)(?:\[[^]]*])?==([^ ;]+)", line, re.IGNORECASE):
            pins.setdefault(normal(found[1]), set()).add(Version(found[2]))
    return pins


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def git_files(*where: str) -> list[str]:
    asked = subprocess.run(
        ["git", "ls-files", "--", *where], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return asked.stdout.splitlines()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_files_carry_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), "options such as an index line"


def test_npm_is_told_not_to_write_addresses() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().splitlines()
    assert "registry=" not in (ROOT / ".npmrc").read_text()


@pytest.mark.parametrize("kind", ["run", "test", "uv", "node", "audit"])
def test_every_pin_has_a_hash(kind: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{kind}.txt").read_text().strip())
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("kind", ["run", "test", "uv", "node", "audit"])
def test_locks_hold_what_is_declared(kind: str) -> None:
    pins = locked(kind)
    for wanted in declared(kind):
        versions = pins.get(normal(wanted.name))
        assert versions, f"{wanted} is not locked; run bin/lock"
        assert all(wanted.specifier.contains(version) for version in versions), wanted


def test_testing_uses_the_versions_that_run() -> None:
    run, test = locked("run"), locked("test")
    assert {name: test.get(name) for name in run} == run


def test_npm_lock_holds_what_is_declared() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {**PACKAGES["dependencies"], **PACKAGES["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for path, package in lock.items() if path)


def test_macros_and_styles_are_a_pair() -> None:
    macros = next(item for item in declared("run") if item.name == "nhsuk-frontend-jinja")
    styles = PACKAGES["dependencies"]["nhsuk-frontend"]
    assert str(macros.specifier) == f"=={MACROS_FOR_STYLES[styles]}"
    assert {str(version) for version in locked("run")["nhsuk-frontend-jinja"]} == {
        MACROS_FOR_STYLES[styles]
    }


@pytest.mark.parametrize(
    "table", ["[project]", "[project.optional-dependencies]", "[dependency-groups]"]
)
def test_every_dependency_says_why_it_is_here(table: str) -> None:
    text = (ROOT / "pyproject.toml").read_text()
    body = re.split(
        r"^\[",
        text.split(f"\n{table}\n" if table != "[project]" else f"{table}\n", 1)[1],
        flags=re.MULTILINE,
    )[0]
    lines = [line.strip() for line in body.splitlines() if line.startswith('  "')]
    assert lines
    assert [line for line in lines if not re.search(r'",\s+# \S', line)] == []


def test_commands_can_be_run() -> None:
    commands = [*git_files("bin"), ".ci/run"]
    assert {"bin/setup", "bin/run", "bin/test", "bin/check"} <= set(commands)
    assert [name for name in commands if not os.access(ROOT / name, os.X_OK)] == []


def test_ci_runs_the_same_tests() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec bin/test"


def test_no_third_party_file_is_committed() -> None:
    installed = ("careplan/web/static/vendor", "careplan/fhir/vendor", "node_modules")
    assert git_files(*installed, "var", ".venv", ".env") == []
    borrowed = re.compile(r"\.(woff2?|ttf|otf|whl|min\.js|min\.css)$")
    assert [name for name in git_files() if borrowed.search(name)] == []


def test_page_styles_ask_nobody_else() -> None:
    css = (ROOT / "careplan/web/static/vendor/nhsuk/nhsuk-frontend.min.css").read_text()
    urls = re.findall(r"url\(([^)]*)\)", css)
    assert "@font-face" not in css
    assert len(urls) == 12
    assert all(url.startswith("/static/vendor/nhsuk/images/") for url in urls)
    assert all((ROOT / "careplan/web" / url.lstrip("/")).is_file() for url in urls)


def test_secrets_are_for_this_user_only() -> None:
    assert (ROOT / ".env").stat().st_mode & 0o077 == 0
