"""What is known of the packages we stand on: asked, and never taken for known when nobody could."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def command(name: str) -> ModuleType:
    """A command of bin/ as a module: it has no ending that Python knows."""
    loader = SourceFileLoader(f"bin_{name}", str(ROOT / "bin" / name))
    made = module_from_spec(spec_from_loader(loader.name, loader))  # type: ignore[arg-type]
    sys.modules[loader.name] = made
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(made)
    sys.dont_write_bytecode = before
    return made


audit = command("audit")
sbom = command("sbom")
WEAK = {"name": "flask", "version": "0.1", "vulns": [{"id": "CVE-1", "fix_versions": ["3.1"]}]}
SOUND = {"name": "click", "version": "8.1", "vulns": []}
UNASKED = {"name": "segno", "version": "1.6", "skip_reason": "Dependency not found"}


def python_says(*known: dict[str, Any]) -> Any:
    said = json.dumps({"dependencies": known, "fixes": []})
    return audit.of_python(said, packages=len(known))


def test_a_weakness_is_named_with_what_mends_it() -> None:
    assert python_says(WEAK, SOUND).found == ("flask 0.1: CVE-1, mended in 3.1",)
    assert python_says(SOUND).found == ()
    npm = json.dumps({"vulnerabilities": {"left-pad": {"severity": "high"}}})
    assert audit.of_npm(npm, packages=2).found == ("left-pad: high",)


@pytest.mark.parametrize(
    ("asked", "unasked"),
    [
        (python_says(SOUND, UNASKED), 1),
        (python_says(UNASKED, UNASKED), 2),
        (audit.of_python("", packages=7), 7),
        (audit.of_python("Traceback …", packages=7), 7),
        (audit.of_npm("", packages=3), 3),
        (audit.of_npm('{"error": {"code": "ENOAUDIT"}}', packages=3), 3),
    ],
)
def test_what_nobody_could_say_is_one_clear_line(asked: Any, unasked: int) -> None:
    assert asked.found == ()
    assert asked.unasked == unasked
    assert f"{unasked} {asked.kind} packages cannot be reached from here." in asked.unknown


@pytest.mark.parametrize(
    ("answer", "plain", "strict"),
    [(python_says(WEAK), 1, 1), (python_says(SOUND), 0, 0), (python_says(UNASKED), 0, 1)],
)
def test_the_audit_fails_when_anything_is_found(answer: Any, plain: int, strict: int) -> None:
    answers = (answer, audit.Asked("npm", 1, 0))
    assert audit.verdict(answers, strict=False) == plain
    assert audit.verdict(answers, strict=True) == strict


def test_the_bill_of_materials_names_every_package_that_runs(tmp_path: Path) -> None:
    out = tmp_path / "bill.json"
    subprocess.run((ROOT / "bin" / "sbom", "--out", out), check=True, capture_output=True)
    bill = json.loads(out.read_text("utf-8"))

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in bill["components"]}
    locked = {
        tuple(line.split()[0].partition("[")[0].split("=="))
        for line in (ROOT / "requirements" / "run.txt").read_text("utf-8").splitlines()
        if line[:1].isalnum()
    }
    assert locked <= named
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert {one.rpartition("/")[2] for one in wanted["dependencies"]} <= {
        name.rpartition("/")[2] for name, _ in named
    }
    assert not {name for name, _ in named} & {"pytest", "oidc-provider"}, "only what runs"
    assert all("hashes" in one or "npm" in one["purl"] for one in bill["components"])
    assert str(ROOT) not in out.read_text("utf-8")
