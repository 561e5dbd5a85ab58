"""The peopled application, made as seldom as can be: it takes some seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.descriptions.peopled import Peopled, peopled


@pytest.fixture(scope="session")
def people(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peopled]:
    """For whoever asks what nobody answers differently after other questions."""
    yield from _peopled(sqlite_template, tmp_path_factory)


@pytest.fixture(scope="module")
def fresh_people(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Peopled]:
    """For a campaign, which is the same each time only where nobody asked before."""
    yield from _peopled(sqlite_template, tmp_path_factory)


def _peopled(template: Path, paths: pytest.TempPathFactory) -> Iterator[Peopled]:
    path = paths.mktemp("peopled") / "peopled.db"
    shutil.copy(template, path)
    made = peopled(f"sqlite:///{path}")
    yield made
    made.close()
