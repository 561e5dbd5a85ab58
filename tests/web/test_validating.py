"""The command that judges a file, and what it costs everybody else: nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from careplan.fhir import definitions
from careplan.fhir.bundle import to_bundle
from careplan.fhir.conform import NOT_CHECKED
from careplan.plan.dictionary import dictionary
from tests import make

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>What to give</p></div>'


@pytest.fixture
def document() -> Any:
    return json.loads(to_bundle(make.a_version(), dictionary(), narrative=DIV))


def told(app: Flask, folder: Path, data: bytes) -> tuple[int, str]:
    file = folder / "plan.json"
    file.write_bytes(data)
    result = app.test_cli_runner().invoke(args=["validate", str(file)])
    return result.exit_code, result.output


def test_a_good_file_passes_and_hears_what_nobody_looked_at(
    app: Flask, tmp_path: Path, document: Any
) -> None:
    code, output = told(app, tmp_path, json.dumps(document).encode())
    assert code == 0
    assert "plan.json: no errors found." in output
    assert "information Bundle.entry[1].resource: no narrative of its own" in output
    assert all(sentence in output for sentence in NOT_CHECKED)


def test_a_broken_file_fails_with_every_place(app: Flask, tmp_path: Path, document: Any) -> None:
    document["entry"][1]["resource"].update(gender="woman", shoe=4, birthDate="2999-01-01")
    code, output = told(app, tmp_path, json.dumps(document).encode())
    assert code == 1
    assert "plan.json: 3 errors." in output
    for line in (
        "error       Bundle.entry[1].resource.shoe: Patient has no such element",
        "error       Bundle.entry[1].resource.gender: 'woman' is not in the value set",
        "error       Bundle.entry[1].resource.birthDate: 2999-01-01 is in the future",
    ):
        assert line in output


def test_a_file_that_is_too_large_is_not_read_to_its_end(app: Flask, tmp_path: Path) -> None:
    code, output = told(app, tmp_path, b" " * 3_000_000)
    assert code == 1
    assert "error       plan.json: document: larger than 2000000 bytes" in output


def test_without_the_definitions_it_says_one_sentence(
    app: Flask, tmp_path: Path, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = (definitions._packed, definitions.shape)
    monkeypatch.setattr(definitions, "FILE", tmp_path / "none.zip")
    for reader in readers:
        reader.cache_clear()
    try:
        code, output = told(app, tmp_path, json.dumps(document).encode())
    finally:
        monkeypatch.undo()
        for reader in readers:
            reader.cache_clear()
    assert (code, output) == (
        1,
        "Cannot: The definitions of FHIR R4 are not on this machine: run bin/setup.\n",
    )


def test_nobody_who_reads_a_plan_waits_for_the_engine() -> None:
    asked = (
        "import careplan.web.app, careplan.fhir.conform, sys; "
        "print(*[name for name in ('fhirpathpy', 'fhir', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
