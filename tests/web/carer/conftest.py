"""The acts behind these pages are tried on both databases; the pages themselves on one."""

from __future__ import annotations

import pytest


@pytest.fixture
def store_url(sqlite_url: str) -> str:
    return sqlite_url
