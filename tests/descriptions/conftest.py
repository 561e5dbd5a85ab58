"""The peopled application, made once: what it is asked changes only what it is asked about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.descriptions.peopled import Peopled, peopled


@pytest.fixture(scope="module")
def people(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peopled]:
    path = tmp_path_factory.mktemp("peopled") / "peopled.db"
    shutil.copy(sqlite_template, path)
    made = peopled(f"sqlite:///{path}")
    yield made
    made.close()
